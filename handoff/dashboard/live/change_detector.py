"""Detection of changes at the desk since the last look, by querying the database."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from handoff.models import ChannelState, Delivery, Message, Ticket
from infra.clock import Clock

_OVERLAP = timedelta(seconds=30)
"""Maximum delay between a change's timestamp and its commit."""
_ROWS = 500

_Mark = tuple[str, int, object]


class ChangeDetector:
    """Compares tickets, deliveries, messages and channel problems with the previous look; cheap, by indexes only.

    Contacts who never had a ticket are left out: the bot's own answers to them are shown on no page.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[_Mark, int] | None = None
        self._problems: set[tuple[str, str]] = set()
        self.moved = False
        """Return whether the last look found a change that the lists of the queue show."""

    def changes(self, session: Session) -> set[str]:
        """Return `contact-ID` for each contact whose thread or ticket changed, `queue` for a channel; first nothing."""
        marks = self._marks(session, self._clock() - _OVERLAP)
        found = session.execute(select(ChannelState.account, ChannelState.problem)).all()
        problems = {(account, problem) for account, problem in found if problem}
        names: set[str] = set()
        if self._seen is not None:
            new = {mark: contact for mark, contact in marks.items() if mark not in self._seen}
            names = {f"contact-{contact}" for contact in new.values()}
            self.moved = any(kind == "ticket" for kind, _, _ in new)
            if problems != self._problems:
                names.add("queue")
        self._seen, self._problems = marks, problems
        return names

    def _marks(self, session: Session, since: datetime) -> dict[_Mark, int]:
        marks: dict[_Mark, int] = {}
        tickets = (
            select(Ticket.id, Ticket.version, Ticket.contact_id)
            .where(Ticket.updated_at > since)
            .order_by(Ticket.updated_at.desc())
            .limit(_ROWS)
        )
        for ticket, version, contact in session.execute(tickets):
            marks["ticket", ticket, version] = contact
        deliveries = (
            select(Delivery.id, Delivery.updated_at, Delivery.contact_id)
            .where(Delivery.updated_at > since, _had_ticket(Delivery.contact_id))
            .order_by(Delivery.updated_at.desc())
            .limit(_ROWS)
        )
        for delivery, at, contact in session.execute(deliveries):
            marks["delivery", delivery, at] = contact
        last = session.scalar(select(func.max(Message.id))) or 0
        messages = select(Message.id, Message.edited_at, Message.contact_id).where(
            Message.id > last - _ROWS, _had_ticket(Message.contact_id)
        )
        for message, edited, contact in session.execute(messages):
            marks["message", message, edited] = contact
        return marks


def _had_ticket(contact_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(Ticket.contact_id == contact_id)
