"""The channel contract: receive until cancelled, send one part, state the limits. Everything else is neutral.

Only modules of this package talk to a platform. Every channel guarantees:

* `run` acknowledges an event to the platform only after `Inlet.store` returned;
* `send` never raises and never retries by itself: it returns a `SendOutcome`;
* `decode` is pure: it maps a stored payload to a neutral event, or to None if there is nothing to handle.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bot.channels.downloads import Fetch
from handoff.messages.values import IncomingEvent, OutgoingPart, RichText, SendOutcome
from infra.files import Incoming


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as the platform sent it, with the keys that identify a repeat."""

    key: str
    """Unique within the account, e.g. Telegram's `update_id`, VK's `event_id`."""
    message_key: str | None
    """Identifies the message if the platform may report it by several events; None otherwise."""
    user_id: str
    """The user whose thread it belongs to: events of one user are handled in the order they were stored."""
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """The platform's limits for one account."""

    per_second: float
    """Messages per second, over all contacts."""
    per_contact: float
    """Messages per second to one contact, with a burst of three."""
    buttons: int
    label: int
    """Characters of a button's label."""
    idempotent: bool
    """Whether the platform shows repeated sends with the same `random_id` only once."""
    concurrency: int
    """Maximum number of concurrent requests."""
    marks: bool = False
    """Whether a message of a contact can be marked as received."""
    writes_first: bool = False
    """Whether we may begin a conversation with a user who has written to the account before and did not block it."""


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """An answer that is offered while a person types."""

    id: str
    title: str
    summary: str
    text: RichText


@dataclass(frozen=True, slots=True)
class LiveResults:
    """Candidate answers, best first, and the label of the way to an agent."""

    answers: tuple[LiveAnswer, ...]
    ask: str


Search = Callable[[str, str], Awaitable[LiveResults]]
"""Returns live results for the text typed so far and the user's language."""


class Inlet(Protocol):
    """Storage for received events; bound to the channel's account."""

    async def cursor(self) -> str | None:
        """Return the position from which to resume receiving after a restart."""

    async def store(self, events: Sequence[RawEvent], cursor: str | None = None) -> None:
        """Store the events and the cursor in one transaction; a repeat of a known event is dropped silently.

        Raises when nothing was stored: the caller must not acknowledge and may try again.
        """

    async def report(self, problem: str | None) -> None:
        """Report in one sentence why the channel cannot work; None when it works again."""


class Channel(Protocol):
    """One account on one platform."""

    account: str
    """`kind:name`, e.g. `vk:main`."""
    limits: ChannelLimits

    async def run(self, inlet: Inlet) -> None:
        """Receive until cancelled. Failures are reported and retried."""

    async def send(self, part: OutgoingPart) -> SendOutcome: ...

    async def probe(self) -> bool:
        """Check whether the platform answers the account. Changes nothing on the platform and never raises."""

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        """Write a received file into `into`; `source` is that of its `Attachment`. Never raises."""

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        """Decode a stored payload. A payload for which it raises any exception is quarantined."""

    async def close(self) -> None: ...


@runtime_checkable
class Advising(Protocol):
    """A channel that can recommend settings to its owner."""

    async def advice(self) -> str | None: ...


@runtime_checkable
class Doored(Protocol):
    """A channel whose conversations can be begun by a deep link."""

    account: str

    async def door(self) -> str | None:
        """Return the address that a deep link's word completes; None while the platform does not answer."""


@dataclass(frozen=True, slots=True)
class HookReply:
    """The answer of a webhook to the platform."""

    status: int
    body: str = ""


class HookedChannel(Channel, Protocol):
    """A channel that also accepts webhook calls from the platform."""

    async def accept(self, headers: Mapping[str, str], body: bytes, inlet: Inlet) -> HookReply:
        """Check, store and acknowledge a call. `headers` have lower-case names; raises only when storing failed."""
