"""The sender's side of the events: claiming, the outcome of an attempt, retries, and the end of old rows.

One process at a time sends to a webhook, one event after the other: it holds the lease of the webhook's row. So events
leave in the order in which they happened, as long as none has to be repeated. An event counts as delivered once the
outcome is stored; after a crash in between it is sent again with the same key.
"""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from handoff.webhooks.models import DisabledReason, EventState, Problem, Webhook, WebhookDelivery
from infra.clock import Clock
from infra.storage.columns import without_index, words

log = logging.getLogger(__name__)

TIMEOUT = 10.0
"""Seconds that a receiver has for its response."""
LEASE = timedelta(seconds=30)
"""Longer than an attempt and the storing of its outcome take."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600))
"""Pauses before the attempts after the first: about 28 hours in all."""
KEPT = timedelta(days=30)
"""How long an event stays in the log, and how long one waits for a paused webhook at most."""
ROTATION = timedelta(hours=24)
"""How long the secret before a rotation signs, too."""
_DELETED_AT_ONCE = 500
_OUTAGES = (Problem.TIMEOUT, Problem.CONNECTION, Problem.CERTIFICATE, Problem.ADDRESS)
_OUTAGE_STATUSES = (502, 503, 504)
"""What a proxy responds with while the receiver behind it is away."""


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event that the caller may now send."""

    id: int
    webhook_id: int
    url: str
    keys: tuple[str, ...] = field(repr=False)
    """Secrets that sign it."""
    key: str
    payload: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """Result of an attempt; `problem` is None if the receiver accepted the event."""

    started_at: datetime
    milliseconds: int
    problem: Problem | None = None
    status_code: int | None = None


def webhooks_with_work(session: Session, now: datetime) -> Sequence[int]:
    """Return the active webhooks for which an event is due."""
    due = exists().where(WebhookDelivery.webhook_id == Webhook.id, *_is_due(now))
    return session.scalars(select(Webhook.id).where(*_is_active(), due).order_by(Webhook.id)).all()


def claim(session: Session, webhook_id: int, owner: str, now: datetime) -> ClaimedEvent | None:
    """Claim the webhook's next event for `owner`.

    Returns None, and gives the webhook's lease back, if nothing is due; None, too, while another process holds it.
    """
    taken = (Webhook.lease_owner == owner) | Webhook.lease_owner.is_(None)
    lapsed = (Webhook.lease_until <= now) | (Webhook.lease_until > now + LEASE)  # later: the clock was set back
    hook = session.scalars(
        select(Webhook).where(Webhook.id == webhook_id, *_is_active(), or_(taken, lapsed)).with_for_update()
    ).one_or_none()
    if hook is None:
        return None
    row = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, *_is_due(now))
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        hook.lease_owner = hook.lease_until = None
        return None
    hook.lease_owner, hook.lease_until = owner, now + LEASE
    return ClaimedEvent(row.id, hook.id, hook.url, signing_secrets(hook, now), row.key, row.payload)


def settle(session: Session, claimed: ClaimedEvent, owner: str, outcome: AttemptOutcome, now: datetime) -> None:
    """Store the outcome of an attempt; nothing if the lease was lost, or the webhook or the event deleted meanwhile."""
    hook = session.get(Webhook, claimed.webhook_id, with_for_update=True)
    row = session.get(WebhookDelivery, claimed.id, with_for_update=True)
    if hook is None or row is None or hook.lease_owner != owner or row.state is not EventState.PENDING:
        return
    row.attempts += 1
    row.first_attempt_at = row.first_attempt_at or outcome.started_at
    row.last_attempt_at, row.milliseconds = outcome.started_at, outcome.milliseconds
    row.problem, row.status_code = outcome.problem, outcome.status_code
    if outcome.problem is None:
        row.state, hook.worked_at = EventState.DELIVERED, now
        if hook.failing_since is not None:
            hook.failing_since = None
            _resend_waiting(session, hook.id)
        return
    hook.failing_since = hook.failing_since or outcome.started_at
    if outcome.problem is Problem.GONE:
        row.state = EventState.FAILED
        _disable(hook, DisabledReason.GONE, now)
    elif row.attempts > len(PAUSES):
        row.state = EventState.FAILED
        if hook.failing_since <= row.first_attempt_at:
            _disable(hook, DisabledReason.FAILING, now)
    else:
        row.next_attempt_at = now + PAUSES[row.attempts - 1] * random.uniform(1, 1.1)  # noqa: S311 - spreads load


def follow_clock(session: Session, now: datetime) -> None:
    """Make events due that would otherwise wait for a time before the clock was set back."""
    session.execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.state.in_(words(EventState.PENDING)),
            or_(WebhookDelivery.created_at > now, WebhookDelivery.next_attempt_at > now + PAUSES[-1] * 1.1),
        )
        .values(next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )


def signing_secrets(hook: Webhook, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign at this moment, the present one first."""
    if hook.previous_secret is None or hook.previous_until is None or hook.previous_until <= now:
        return (hook.secret,)
    return (hook.secret, hook.previous_secret)


class OldEvents:
    """Due work of the caretaker: deletes events that have been in the log for `KEPT`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the number of the first old event above `after`, for the others with it."""
        number = without_index(WebhookDelivery.id)
        wanted = select(WebhookDelivery.id).where(self._is_old(), number > after)
        return session.scalars(wanted.order_by(number).limit(min(1, limit))).all()

    def act(self, session: Session, number: int) -> bool:
        """Delete old events from this one on, some hundred at once; return False if there are none."""
        old = select(WebhookDelivery.id).where(self._is_old(), without_index(WebhookDelivery.id) >= number)
        chosen = session.scalars(old.limit(_DELETED_AT_ONCE)).all()
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(chosen)))
        return bool(chosen)

    def _is_old(self) -> ColumnElement[bool]:
        return WebhookDelivery.created_at < self._clock() - KEPT


def _is_active() -> tuple[ColumnElement[bool], ...]:
    return Webhook.paused_at.is_(None), Webhook.disabled_at.is_(None)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebhookDelivery.state.in_(words(EventState.PENDING)), WebhookDelivery.next_attempt_at <= now


def _resend_waiting(session: Session, webhook_id: int) -> None:
    """Make what an outage delayed due at once, in the order in which it happened: the receiver is back.

    An event that the receiver itself refused keeps its pause, or its attempts would be over soon.
    """
    session.flush()
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state.in_(words(EventState.PENDING)))
        .where(or_(WebhookDelivery.problem.in_(_OUTAGES), WebhookDelivery.status_code.in_(_OUTAGE_STATUSES)))
        .values(next_attempt_at=WebhookDelivery.created_at)
        .execution_options(synchronize_session=False)
    )


def _disable(hook: Webhook, reason: DisabledReason, now: datetime) -> None:
    hook.disabled_at, hook.disabled_reason = now, reason
    log.warning("webhook %d is switched off: %s", hook.id, reason)
