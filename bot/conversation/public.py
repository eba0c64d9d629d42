"""Questions asked in groups, on walls and on boards: answered in private, and in public at most one line says so.

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
    """What follows from a question in public."""

    privately: bool = False
    """It is answered as if it had been asked in private."""
    line: Literal["", "announced", "link"] = ""
    """What is said in public: that the answer comes in private, or where to get it."""
    ticket: bool = False
    """A person gets it, whatever the knowledge says."""


def course(*, reachable: bool, may_speak: bool, mute: bool) -> Course:
    """Decide by whether the asker takes messages from us, and whether we may say something where they asked."""
    if mute:
        return Course(ticket=True)
    if reachable:
        return Course(privately=True, line="announced" if may_speak else "")
    return Course(line="link") if may_speak else Course(ticket=True)


def is_question(said: Utterance) -> bool:
    """Whether it asks anything: thanks and greetings in public are not answered at all."""
    return said.has_words and not said.is_courtesy


def in_private(event: IncomingEvent) -> IncomingEvent:
    """A question in public as if it had been written in private; every other event as it is."""
    return replace(event, kind=EventKind.MESSAGE) if event.kind is EventKind.PUBLIC else event


def follow_link(session: Session, address: Address, event: IncomingEvent) -> IncomingEvent:
    """Somebody who comes by the link below their question asks it; what they write besides is added to it."""
    if event.kind is not EventKind.MESSAGE or not event.start.startswith(LINK):
        return event
    question = public_questions.question_by_link(session, event.start.removeprefix(LINK), address)
    if not question:
        return event
    more = "" if event.text.startswith("/") else event.text
    return replace(event, text=f"{question}\n{more}".strip(), start="")


def unreachable(event: IncomingEvent, known: Row[Any] | None) -> str | None:
    """Why the person cannot be written to, as far as the event and the contact's row tell; None where they can."""
    if event.allows is not None:
        return None if event.allows else reasons.NOT_ALLOWED
    return known.unreachable if known is not None else reasons.NOT_WRITTEN


class PublicQuestions:
    """Carries out what a question in public asks for, within the round's transaction."""

    def __init__(self, outbox: Outbox, desk: Desk, clock: Clock, manners: PublicPolicy) -> None:
        self._outbox = outbox
        self._desk = desk
        self._clock = clock
        self._manners = manners

    def note(self, session: Session, contact_id: int, ticket: TicketContext | None, place: PublicPlace) -> int:
        """Let the thread say where it was asked; the line's id."""
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
        """Answer; the id of the ticket that it was about, if it was about one.

        `known` is the contact's row of before, `ticket` their live one, and `privately` does what follows from such a
        question in private.
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
        """Hand it to a person; the contact gets no message: none can reach them, or they asked where only people answer."""
        if ticket is None:
            return self._desk.open(session, contact, question, reason="public").id
        self._desk.join(session, session.get_one(Ticket, ticket.number))
        return ticket.number

    def _line(self, language: str, line: str, link: str) -> str:
        if line == "announced":
            return WORDS.text(language, "The answer comes to you as a private message.")
        return WORDS.text(language, "I answer in private, so as not to disturb the others: {link}", link=link)
