"""Consequences of silence: one reminder to the contact, then the question counts as solved.

Unfinished forms follow the same rules (`form_reminders.py`), and so does our own silence: a contact whose answer is
overdue is informed once (`overdue_notices.py`).

The due moment is a column of the ticket (handoff/tickets/silence_policy.py). Each effect is one transaction together
with its message and deliveries, and begins by clearing the moment under a condition: after a crash before the commit it
is still due, after the commit it is gone, and only one of several processes gets it.

A contact does not count as silent if their answer failed to arrive, or if we may have missed their words: while an
event of theirs waits to be processed, while their account has a problem, or in the first moments of a process, when the
platforms deliver what was written during an outage.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages import buttons
from handoff.messages.values import RichText
from handoff.models import Contact, Ticket, TicketStatus
from handoff.tickets.reminders.form_reminders import UnfinishedForms
from handoff.tickets.service import Desk
from handoff.tickets.silence_policy import reopenable, surely_silent, surely_told
from handoff.words import CONTACT_WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from infra.storage.columns import without_index
from infra.storage.outages import Notices, outage

log = logging.getLogger(__name__)

LOOK_EVERY = 20.0
"""Seconds before each look; the awaited moments are days away."""
_AT_ONCE = 100
_Moment = InstrumentedAttribute[datetime | None]


class DueWork(Protocol):
    """Further work that is done when it is due, each piece within a unit of work."""

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the ids of what is due, above `after`."""

    def act(self, session: Session, number: int) -> bool:
        """Do it; return False if it is not due (any more)."""


class Caretaker:
    """Handles the tickets and forms whose contacts are silent; any number of processes may run one."""

    def __init__(
        self,
        db: Database,
        desk: Desk,
        outbox: Outbox,
        bus: Bus,
        clock: Clock,
        further: Mapping[str, DueWork] = MappingProxyType({}),
    ) -> None:
        """`further` is done last, named by what it is about."""
        self.look_every = LOOK_EVERY
        self._db = db
        self._desk = desk
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._further = further
        self._forms = UnfinishedForms(outbox, bus, clock)

    async def run(self) -> None:
        """Run until cancelled."""
        notices = Notices(log, "what silence is to lead to")
        while True:
            await asyncio.sleep(self.look_every)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                notices.note_failure(error)
            else:
                notices.note_success()

    async def look(self) -> None:
        """Do everything that is due, closing first, so that no reminder is sent just before its ticket closes."""
        await self._do("question", partial(self._due, Ticket.solve_at), self.solve)
        await self._do("question", partial(self._due, Ticket.remind_at), self.remind)
        await self._do("form", self._forms.due, self._forms.remind)
        for what, work in self._further.items():
            await self._do(what, work.due, work.act)

    async def _do(self, what: str, due: Callable[..., Sequence[int]], act: Callable[[Session, int], bool]) -> None:
        number = 0
        while numbers := await self._db.read(partial(due, after=number, limit=_AT_ONCE)):
            for number in numbers:
                await self._try(what, act, number)

    async def _try(self, what: str, act: Callable[[Session, int], bool], number: int) -> None:
        try:
            await self._db.write(lambda session: act(session, number))
        except Exception as error:  # an error with one question does not affect the others; it stays due
            if outage(error):
                raise  # an outage affects all of them: they wait for the next look
            log.exception("%s %s: what is due could not be done", what, number)

    def _due(self, column: _Moment, session: Session, after: int, limit: int) -> Sequence[int]:
        number = without_index(Ticket.id)
        wanted = select(Ticket.id).where(*_silent(column, self._clock()), number > after).order_by(number).limit(limit)
        return session.scalars(wanted).all()

    def remind(self, session: Session, number: int) -> bool:
        """Ask the contact whether it is solved, once for each silence; return False if it is not due (any more)."""
        ticket = self._take(session, number, Ticket.remind_at)
        if ticket is None:
            return False
        contact = session.get_one(Contact, ticket.contact_id)
        language = _language(contact, ticket)
        words = CONTACT_WORDS.text(
            language,
            "An agent has answered your question #{number} and waits to hear from you. Is it solved?",
            number=number,
        )
        choices = (
            Choice(CONTACT_WORDS.text(language, "Yes, thank you"), buttons.Solved(number)),
            Choice(CONTACT_WORDS.text(language, "No, I still have questions"), buttons.NotSolved(number)),
        )
        self._outbox.post(session, contact, OutgoingMessage(RichText(words), choices, number))
        contact_id = str(contact.id)  # the session's rows cannot be read once its unit of work is over
        after_commit(session, lambda: self._bus.publish("desk", contact_id))
        return True

    def solve(self, session: Session, number: int) -> bool:
        """Close the ticket and notify its contact; return False if it is not due (any more)."""
        ticket = self._take(session, number, Ticket.solve_at)
        if ticket is None:
            return False
        self._desk.time_out(session, ticket)
        contact = session.get_one(Contact, ticket.contact_id)
        language = _language(contact, ticket)
        words = [
            CONTACT_WORDS.text(
                language, "Question #{number} is closed because we did not hear from you.", number=number
            )
        ]
        choices = []
        if reopenable(ticket, self._clock()):
            words.append(CONTACT_WORDS.text(language, "If it is not solved, you can open it again."))
            still = CONTACT_WORDS.text(language, "No, I still have questions")
            choices.append(Choice(still, buttons.NotSolved(number)))
        self._outbox.post(session, contact, OutgoingMessage(RichText(" ".join(words)), choices, number))
        return True

    def _take(self, session: Session, number: int, column: _Moment) -> Ticket | None:
        """Return the ticket, with its due moment cleared and the thread locked until the commit."""
        owner = select(Ticket.contact_id).where(Ticket.id == number).scalar_subquery()
        # Lock the contact first, as every round of the conversation does, to avoid deadlocks.
        contact = session.scalars(select(Contact).where(Contact.id == owner).with_for_update()).one_or_none()
        taken = session.execute(
            update(Ticket)
            .where(Ticket.id == number, *_silent(column, self._clock()))
            .values({column: None})
            .execution_options(synchronize_session=False)
        )
        if contact is None or not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
            return None
        contact.version += 1
        return session.get_one(Ticket, number, populate_existing=True)


def _silent(column: _Moment, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that it is due, the answer was not lost, and a message of the contact would be known."""
    due = column <= now
    if column is Ticket.remind_at:
        due &= Ticket.solve_at.is_(None) | (Ticket.solve_at > now)  # otherwise it is closed the next moment
    return (due, Ticket.status == TicketStatus.WAITING, surely_told(), *surely_silent(Ticket.contact_id))


def _language(contact: Contact, ticket: Ticket) -> str:
    """Return the language spoken with the contact now."""
    return contact.chosen_language or contact.language or ticket.language
