"""The chat as a person's phone shows it: messages, buttons, and notification of changes."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

ButtonKind = Literal["callback", "text", "url"]
Json = dict[str, Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is shown: `data` is the bot's callback data, or the link of a `url` button."""

    label: str
    data: str
    kind: ButtonKind


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message in the chat. `id` is the message's number on the person's side of the platform."""

    id: int
    mine: bool
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    edited: bool
    entities: tuple[Json, ...]
    sent_at: datetime
    attachments: tuple[str, ...] = ()
    reaction: str = ""
    """The community's reaction to the message, as an emoji."""

    def button(self, label: str) -> Button:
        """Return the button with this label. Raises LookupError when the message has none."""
        for row in self.buttons:
            for button in row:
                if button.label == label:
                    return button
        raise LookupError(f"message {self.id} has no button {label!r}")


@dataclass(slots=True)
class Person:
    """A person who may write to the bot. The bot may write back only when `reachable`."""

    id: int
    first_name: str
    last_name: str
    language: str
    reachable: bool = False
    blocked: bool = False


class News:
    """A counter of visible changes that can be awaited without polling."""

    def __init__(self) -> None:
        self.revision = 0
        self._changed = asyncio.Event()

    def announce(self) -> None:
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, since: int, timeout: float) -> int:  # noqa: ASYNC109 - a bounded wait that returns, not raises
        """Return the revision as soon as it exceeds `since`, or after `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.revision <= since:
                    await self._changed.wait()
        return self.revision


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the measure of both platforms."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
