"""State of each channel account for admins: problem, latest event, and what waits in both directions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import accounts_without_buttons
from handoff.models import UNFINISHED, ChannelState, Delivery, DeliveryState, InboxEvent, InboxState
from infra.storage.columns import words

SILENT = timedelta(minutes=1)
"""Age of an account's heartbeat after which no process serves it: several heartbeats are missing."""
LATEST_EVENTS = 10_000
"""Events among which the latest one of an account is looked for, so that a quiet account costs no more."""


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """One channel account."""

    account: str
    served: bool
    """Whether a process receives and sends for it."""
    problem: str | None
    """Why it cannot receive or send at present."""
    without_buttons: bool
    """Whether its platform refuses buttons, so that choices are numbered."""
    last_event_at: datetime | None
    """When something arrived last; None if nothing did among the latest events of all accounts."""
    waiting_events: int
    """Events that are stored and not handled yet."""
    set_aside: int
    """Events that failed and went to a person."""
    unfinished: int
    """Parts of answers that are queued, being sent or retried."""
    lost: int
    """Parts of answers that failed or may not have arrived."""


def channel_health(session: Session, now: datetime) -> tuple[ChannelHealth, ...]:
    """Return every account that was served once, by name."""
    states = session.scalars(select(ChannelState).order_by(ChannelState.account)).all()
    numbered = set(accounts_without_buttons(session, now))
    newest = session.scalar(select(func.max(InboxEvent.id))) or 0
    latest = dict(
        session.execute(
            select(InboxEvent.account, func.max(InboxEvent.received_at))
            .where(InboxEvent.id > newest - LATEST_EVENTS)
            .group_by(InboxEvent.account)
        ).all()
    )
    waiting = _events(session, InboxState.NEW)
    aside = _events(session, InboxState.POISON)
    unfinished = _parts(session, UNFINISHED)
    lost = _parts(session, (DeliveryState.MAYBE, DeliveryState.FAILED))
    return tuple(
        ChannelHealth(
            row.account,
            abs(now - row.updated_at) < SILENT,
            row.problem,
            row.account in numbered,
            latest.get(row.account),
            waiting.get(row.account, 0),
            aside.get(row.account, 0),
            unfinished.get(row.account, 0),
            lost.get(row.account, 0),
        )
        for row in states
    )


def _events(session: Session, state: InboxState) -> dict[str, int]:
    counted = select(InboxEvent.account, func.count()).where(InboxEvent.state.in_(words(state)))
    return dict(session.execute(counted.group_by(InboxEvent.account)).all())


def _parts(session: Session, states: Sequence[DeliveryState]) -> dict[str, int]:
    counted = select(Delivery.account, func.count()).where(Delivery.state.in_(words(*states)))
    return dict(session.execute(counted.group_by(Delivery.account)).all())
