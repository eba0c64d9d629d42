"""Effect of a sending outcome on the delivery: one pure table."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from handoff.messages.values import (
    AuthBroken,
    OutgoingPart,
    Refused,
    Retry,
    RetryAfter,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)
from handoff.models import DeliveryState

BACKOFF = (1, 2, 5, 15, 60, 300, 900)
"""Seconds before each next attempt, ± 20 %."""
GIVE_UP = timedelta(hours=24)
STALE = timedelta(minutes=10)
"""Time after which an edit of the bot's is obsolete, and later parts have waited long enough."""
KEY_REMEMBERED = timedelta(minutes=50)
"""Time within which a repeated `random_id` reliably shows a part once: VK's documentation says one hour."""
AUTH_PAUSE = timedelta(seconds=60)
HELD = timedelta(hours=24)
"""Longest wait of the bot's second try for the channel to work again (`Outbox.repeat`)."""


@dataclass(frozen=True, slots=True)
class Settled:
    """New state of a part, and whether a later one of its contact's may have waited for it."""

    state: DeliveryState
    behind: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A part of a private message, and its present state."""

    contact_id: int
    message_id: int
    by_agent: bool
    state: DeliveryState | None
    """None for a part that edits one which was sent."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The delivery at the time when the outcome of its last attempt is known."""

    attempts: int
    age: timedelta
    """Time since the first attempt."""
    by_agent: bool
    repeated: bool
    idempotent: bool
    """Whether the platform shows a repeat of the same `random_id` once."""
    edit: bool = False
    """An edit, which is harmless to repeat on any platform."""
    public: bool = False
    """Posted in public: it is dropped rather than sent twice, or long after the question."""
    mark: bool = False
    """A mark on the contact's message: harmless to repeat, and dropped rather than reported."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The delivery's next state and the related changes."""

    state: DeliveryState
    reason: str | None = None
    pause: timedelta = timedelta(0)
    counted: bool = True
    """False if the attempt does not count."""
    repeat: bool = False
    """The next attempt may show the part twice."""
    fallback: OutgoingPart | None = None
    platform_ids: dict[str, str] = field(default_factory=dict)


def verdict(outcome: SendOutcome, attempt: Attempt) -> Verdict:
    """Decide the next state by the sender's outcome; see "A delivery and its states" in ARCHITECTURE.md."""
    match outcome:
        case Sent(platform_ids):
            return Verdict(DeliveryState.SENT, platform_ids=platform_ids)
        case RetryAfter() | AuthBroken() | Uncertain() | Retry() if attempt.mark and attempt.age > STALE:
            return Verdict(DeliveryState.CANCELLED, "the mark came too late")
        case Uncertain(reason) | Retry(reason) if attempt.mark:
            return Verdict(DeliveryState.RETRYING, reason, _backoff(attempt.attempts))
        case Refused(reason) | Unsendable(reason) if attempt.mark:
            return Verdict(DeliveryState.CANCELLED, reason)
        case RetryAfter() if attempt.public and attempt.age > STALE:
            return Verdict(DeliveryState.FAILED, "it could not be said in public in time")
        case RetryAfter(seconds):
            return Verdict(DeliveryState.QUEUED, pause=timedelta(seconds=seconds), counted=False)
        case AuthBroken(reason):
            return Verdict(DeliveryState.RETRYING, reason, AUTH_PAUSE, counted=False)
        case Refused(reason):
            return Verdict(DeliveryState.REFUSED, reason)
        case Unsendable(reason, None):
            return Verdict(DeliveryState.FAILED, reason)
        case Unsendable(_, fallback):
            return Verdict(DeliveryState.QUEUED, fallback=fallback)
        case Uncertain(reason):
            return _uncertain(reason, attempt)
        case Retry(reason):
            return _retry(reason, attempt)


def _uncertain(reason: str, attempt: Attempt) -> Verdict:
    if attempt.edit:
        return _retry(reason, attempt)
    if attempt.by_agent or attempt.repeated or attempt.public:
        return Verdict(DeliveryState.MAYBE, reason)
    # The bot's own words are sent once more: for the contact silence is worse than a repeat. This waits until the
    # channel works again, because there is no third attempt.
    return Verdict(DeliveryState.RETRYING, reason, HELD, repeat=True)


def _retry(reason: str, attempt: Attempt) -> Verdict:
    if attempt.public and attempt.age > STALE:
        return Verdict(DeliveryState.MAYBE if attempt.idempotent else DeliveryState.FAILED, reason)
    if attempt.edit and not attempt.by_agent and attempt.age > STALE:
        return Verdict(DeliveryState.FAILED, reason)
    if attempt.idempotent and not attempt.edit and attempt.age > KEY_REMEMBERED:
        return Verdict(DeliveryState.MAYBE, reason)
    if attempt.age > GIVE_UP:
        return Verdict(DeliveryState.FAILED, reason)
    return Verdict(DeliveryState.RETRYING, reason, _backoff(attempt.attempts))


def _backoff(attempts: int) -> timedelta:
    seconds = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing
