"""Questions asked in groups, on walls and on boards: answered in private, with at most one line in public.

Contacts who can be written to get what they would get in private. The others get a link below the
question, which asks it again in private, for them alone. Where nothing may be said, a person gets the question.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.channels import reasons
from bot.dialogue import TicketContext, Utterance
from bot.wording import WORDS
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Address, Addressee, EventKind, IncomingEvent, PublicPlace, RichText
from handoff.models import Message, MessageKind, Ticket
from handoff.tickets import public_questions
from handoff.tickets.public_policy import PublicPolicy
from handoff.tickets.service import Desk
from infra.clock import Clock
from infra.storage import rows

LINK = "q-"
"""How what a link carries begins that opens a question in private."""
ASKED = "public "
"""How the event of a thread begins that says where a question was asked."""


@dataclass(frozen=True, slots=True)
class Course:
    """Consequences of a question in public."""

    privately: bool = False
    """It is answered as if it had been asked in private."""
    line: Literal["", "announced", "link"] = ""
    """What is said in public: that the answer comes in private, or where to get it."""
    ticket: bool = False
    """A person gets it, whatever the knowledge says."""


def course(*, reachable: bool, may_speak: bool, mute: bool) -> Course:
    """Decide by whether the asker accepts messages from us and whether we may write where they asked."""
    if mute:
        return Course(ticket=True)
    if reachable:
        return Course(privately=True, line="announced" if may_speak else "")
    return Course(line="link") if may_speak else Course(ticket=True)


def is_question(said: Utterance) -> bool:
    """Decide whether it asks something: thanks and greetings in public get no answer."""
    return said.has_words and not said.is_courtesy


def in_private(event: IncomingEvent) -> IncomingEvent:
    """Return a question in public as if it had been written in private, and every other event unchanged."""
    return replace(event, kind=EventKind.MESSAGE) if event.kind is EventKind.PUBLIC else event


def follow_link(session: Session, address: Address, event: IncomingEvent) -> IncomingEvent:
    """Ask the question of a contact who follows the link below it; what they write besides is added."""
    if event.kind is not EventKind.MESSAGE or not event.start.startswith(LINK):
        return event
    question = public_questions.question_by_link(session, event.start.removeprefix(LINK), address)
    if not question:
        return event
    more = "" if event.text.startswith("/") else event.text
    return replace(event, text=f"{question}\n{more}".strip(), start="")


def unreachable(event: IncomingEvent, known: Row[Any] | None) -> str | None:
    """Return why the contact cannot be written to, by the event and the contact's row; None if they can."""
    if event.allows is not None:
        return None if event.allows else reasons.NOT_ALLOWED
    return known.unreachable if known is not None else reasons.NOT_WRITTEN


class PublicQuestions:
    """Writes the consequences of a question in public, within the round's transaction."""

    def __init__(self, outbox: Outbox, desk: Desk, clock: Clock, manners: PublicPolicy) -> None:
        self._outbox = outbox
        self._desk = desk
        self._clock = clock
        self._manners = manners

    def note(self, session: Session, contact_id: int, ticket: TicketContext | None, place: PublicPlace) -> int:
        """Add a line to the thread that says where it was asked; return the line's id."""
        where = " · ".join(filter(None, (place.title, place.url)))
        return rows.add(
            session,
            Message,
            contact_id=contact_id,
            ticket_id=ticket.number if ticket else None,
            kind=MessageKind.EVENT,
            author="",
            text=ASKED + where,
            at=self._clock(),
        )

    def apply(
        self,
        session: Session,
        contact: Addressee,
        event: IncomingEvent,
        known: Row[Any] | None,
        ticket: TicketContext | None,
        privately: Callable[[], int | None],
    ) -> int | None:
        """Answer; return the id of the ticket that it concerned, if any.

        `known` is the contact's earlier row, `ticket` their live ticket, and `privately` handles the question as one in
        private.
        """
        now, place = self._clock(), event.place
        if place is None:
            raise ValueError("a question in public was asked somewhere")
        may_speak = public_questions.may_speak(session, contact.account, place, self._manners, now)
        way = course(reachable=unreachable(event, known) is None, may_speak=may_speak, mute=place.mute)
        text = event.text if way.line == "link" else ""
        key = public_questions.keep(session, contact, place, text, now, replied=bool(way.line))
        if key is None:
            return None  # it came by another event before
        about = privately() if way.privately else None
        if way.ticket:
            about = self._hand_over(session, contact, event.text, ticket)
        if way.line:
            words = self._line(contact.language, way.line, place.door + LINK + key)
            there = replace(place, for_asker=way.line == "announced")
            line = self._outbox.post(session, contact, OutgoingMessage(RichText(words), place=there))
            if way.line == "link":
                public_questions.remember_message(session, key, line)
        return about

    def _hand_over(self, session: Session, contact: Addressee, question: str, ticket: TicketContext | None) -> int:
        """Hand it to a person; the contact is not notified: they are out of reach, or only people answer there."""
        if ticket is None:
            return self._desk.open(session, contact, question, reason="public").id
        self._desk.join(session, session.get_one(Ticket, ticket.number))
        return ticket.number

    def _line(self, language: str, line: str, link: str) -> str:
        if line == "announced":
            return WORDS.text(language, "The answer comes to you as a private message.")
        return WORDS.text(language, "I answer in private, so as not to disturb the others: {link}", link=link)
