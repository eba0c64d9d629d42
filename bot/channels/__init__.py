"""What a channel is: it receives for ever, sends one part, and says what it can do. Everything else is neutral.

Only modules of this package talk to a platform, and each promises:

* `run` acknowledges an event to the platform only after `Inlet.store` returned;
* `send` never raises and never retries by itself: it names what happened (`SendOutcome`);
* `decode` is pure: the stored payload in, a neutral event out, None for what needs no thought.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.channels.downloads import Fetch
from handoff.messages.values import IncomingEvent, OutgoingPart, RichText, SendOutcome
from infra.files import Incoming


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as the platform sent it, with the keys by which a repeat is known."""

    key: str
    """Unique within the account, e.g. Telegram's `update_id`, VK's `event_id`."""
    message_key: str | None
    """Names the message where the platform may tell of it by several events; None otherwise."""
    user_id: str
    """Whose thread it belongs to: events of one user are thought about in the order they were stored."""
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What the platform allows one account."""

    per_second: float
    """Messages a second, over all contacts."""
    per_contact: float
    """Messages a second to one contact, with a burst of three."""
    buttons: int
    label: int
    """Characters of a button's label."""
    idempotent: bool
    """Whether a repeat with the same `random_id` is shown once."""
    concurrency: int
    """Requests that may be under way at once."""


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """An answer that is offered while somebody types."""

    id: str
    title: str
    summary: str
    text: RichText


@dataclass(frozen=True, slots=True)
class LiveResults:
    """What may answer, best first, and the words that lead to a person instead."""

    answers: tuple[LiveAnswer, ...]
    ask: str


Search = Callable[[str, str], Awaitable[LiveResults]]
"""Live results for what was typed so far and the language of whoever types."""


class Inlet(Protocol):
    """Where a channel puts what it receives; bound to the channel's account."""

    async def cursor(self) -> str | None:
        """Where receiving goes on after a restart."""

    async def store(self, events: Sequence[RawEvent], cursor: str | None = None) -> None:
        """Keep the events and the cursor in one transaction; a repeat of a known event is dropped silently.

        Raises when nothing was stored: the caller must not acknowledge and may try again.
        """

    async def report(self, problem: str | None) -> None:
        """Say in one sentence why the channel cannot work at present; None when it can again."""


class Channel(Protocol):
    """One account on one platform."""

    account: str
    """`kind:name`, e.g. `vk:main`."""
    limits: ChannelLimits

    async def run(self, inlet: Inlet) -> None:
        """Receive for ever. Trouble is reported and waited out; only cancellation ends it."""

    async def send(self, part: OutgoingPart) -> SendOutcome: ...

    async def probe(self) -> bool:
        """Whether the platform answers the account at present; changes nothing there, and never raises."""

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        """Write a file that somebody sent into `into`; `source` is that of its `Attachment`. Never raises."""

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        """Read a stored payload; raises anything at all for one that makes no sense, and it is quarantined."""

    async def close(self) -> None: ...


@runtime_checkable
class Advising(Protocol):
    """A channel that can tell what its owner could switch on."""

    async def advice(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class HookReply:
    """What a webhook answers the platform."""

    status: int
    body: str = ""


class HookedChannel(Channel, Protocol):
    """A channel that the platform can also call."""

    async def accept(self, headers: Mapping[str, str], body: bytes, inlet: Inlet) -> HookReply:
        """Check, store, acknowledge. `headers` have lower-case names; raises only when storing failed."""
