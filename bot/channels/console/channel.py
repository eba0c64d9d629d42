"""The terminal channel: one person types lines and reads what is printed. Without a platform nothing fails."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.channels import ChannelLimits, Inlet, RawEvent, reasons
from bot.channels.downloads import Fetch
from bot.channels.receive_backoff import NOT_STORED, NotStoredError, Pauses, ReceiveBackoff, keep
from handoff.messages.rich_text import clean
from handoff.messages.values import (
    Address,
    Button,
    EventKind,
    IncomingEvent,
    OutgoingPart,
    SendOutcome,
    Sent,
    Unsendable,
)
from infra.clock import Clock, utc_now
from infra.files import Incoming

PERSON = "you"


class ConsoleChannel:
    """Takes lines from a queue, which decouples it from how the terminal is read, and prints with `write`.

    Choices are numbered; a line with the number of a choice of the last message presses it.
    """

    limits = ChannelLimits(per_second=1000, per_contact=1000, buttons=100, label=200, idempotent=False, concurrency=1)

    def __init__(
        self,
        read: asyncio.Queue[str],
        write: Callable[[str], None],
        account: str = "console:local",
        *,
        clock: Clock = utc_now,
        pauses: Pauses | None = None,
    ) -> None:
        self.account = account
        self._read = read
        self._write = write
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._choices: tuple[Button, ...] = ()
        self._printed = 0
        self._unstored: RawEvent | None = None

    async def run(self, inlet: Inlet) -> None:
        """Receive lines. A line that could not be stored is tried again, also by a later run."""
        trouble = ReceiveBackoff(self.account, inlet, self._pauses)
        while True:
            if self._unstored is None:
                self._unstored = self._event(await self._read.get())
            try:
                await keep(inlet, [self._unstored])
            except NotStoredError:
                await trouble.passing(NOT_STORED)
            else:
                self._unstored = None
                await trouble.over()

    def _event(self, line: str) -> RawEvent:
        typed = line.strip()
        payload: dict[str, Any] = {"text": line, "at": self._clock().timestamp(), "choice": ""}
        if typed.isdecimal() and 1 <= int(typed[:9]) <= len(self._choices):
            payload |= {"choice": self._choices[int(typed[:9]) - 1].id, "message": str(self._printed)}
        return RawEvent(uuid.uuid4().hex, None, PERSON, payload)

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        address, at = Address(self.account, PERSON), datetime.fromtimestamp(payload["at"], UTC)
        if payload["choice"]:
            return IncomingEvent(
                EventKind.PRESS, address, at, choice_id=payload["choice"], message_id=payload["message"]
            )
        return IncomingEvent(EventKind.MESSAGE, address, at, text=clean(payload["text"]))

    async def send(self, part: OutgoingPart) -> SendOutcome:
        if part.deletes is not None:
            return Unsendable(reasons.NOT_DELETABLE)
        numbered = [f"  {number}. {button.label}" for number, button in enumerate(part.buttons, 1)]
        self._printed += 1
        self._choices = part.buttons
        self._write("\n".join([part.text.text, *numbered]))
        return Sent({"message_id": str(self._printed)})

    async def probe(self) -> bool:
        return True

    async def fetch(self, source: str, into: Incoming) -> Fetch:  # noqa: ARG002 - a terminal brings no files
        return Fetch.NEVER

    async def close(self) -> None:
        """Do nothing; lines that were not stored yet stay in this object."""
