"""Escalation to people: offer one, add to an open ticket, reopen a closed one."""

from bot.dialogue import forms
from bot.dialogue.decisions import (
    NO_TRAIL,
    Attach,
    Decision,
    Expect,
    JoinTicket,
    OfferPerson,
    OpenTicket,
    ReopenTicket,
    Say,
    Trail,
)
from bot.dialogue.expected_reply import FOR_A_PERSON
from bot.dialogue.sentences import WELCOME, enough_open
from bot.dialogue.thread import MOST_OPEN, ButtonPress, Thread, TicketContext, trail_of
from bot.dialogue.utterance import Utterance
from handoff.messages.buttons import QuestionButton
from knowledge.matching import alike


def escalate(thread: Thread, pressed: ButtonPress, about: QuestionButton, reason: str, *, at_once: bool) -> Decision:
    """Decide what a button that leads to a person does: a contact with an open ticket joins it.

    `at_once` says that the wait was stated where the button was offered; otherwise it is stated first.
    """
    trail = trail_of(about)
    if thread.ticket is not None and not trail.apart:
        return JoinTicket(thread.ticket.number, acknowledge=True, trail=trail)
    question = about.question or thread.last_question
    if thread.live >= MOST_OPEN:
        return enough_open()
    if at_once:
        opening = OpenTicket(question, about.reason or reason, about.lookup, pressed.category, trail)
        return forms.start_form(opening, thread)
    return OfferPerson(question, reason, about.lookup, pressed.category, trail)


def pass_on(thread: Thread, question: str, trail: Trail = NO_TRAIL) -> Decision:
    """Open a ticket at once, because the contact asked for a person."""
    return OpenTicket(question, "asked", trail=trail) if thread.live < MOST_OPEN else enough_open()


def expect_description(thread: Thread) -> list[Decision]:
    """Pass the next message to a person, even if an entry would answer it."""
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    return [
        Expect(FOR_A_PERSON),
        Say("Describe your question in one message, with everything that matters. It goes to a person."),
    ]


def join_open_ticket(thread: Thread, ticket: TicketContext, said: Utterance) -> list[Decision]:
    """Add what the contact writes to the open ticket; the first addition is acknowledged."""
    if not said.text and not said.shows:
        return [Attach(ticket.number)]
    if said.greets and not said.shows:
        return [Attach(ticket.number), say_still_open(ticket)]
    if said.gives_thanks and not said.shows:
        # Before an agent has answered, thanks are for the acknowledgement: a second one would say nothing.
        return [Attach(ticket.number), *([WELCOME] if ticket.answered else [])]
    if not ticket.answered and not said.shows and _repeats(said, ticket):
        return [JoinTicket(ticket.number, acknowledge=False, patience=not ticket.patience_asked)]
    first = not ticket.acknowledged
    return [JoinTicket(ticket.number, acknowledge=first, text=said.text if first and thread.live < MOST_OPEN else "")]


def _repeats(said: Utterance, ticket: TicketContext) -> bool:
    return said.nudges or said.wants_only_person or alike(said.text, ticket.question)


def reopen(thread: Thread, ticket: TicketContext, *, joined: bool = False) -> list[Decision]:
    """Reopen a closed ticket; with `joined`, what the contact writes is added to it."""
    if not ticket.reopenable:
        return [say_too_old(ticket)]
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    joins = [JoinTicket(ticket.number, acknowledge=False)] if joined else []
    return [ReopenTicket(ticket.number), *joins, say_reopened(ticket.number)]


def say_reopened(number: int) -> Decision:
    return Say(
        "Question №{number} is open again; an agent will look at it. You can add details right here.",
        values={"number": number},
    )


def say_too_old(ticket: TicketContext) -> Decision:
    return Say(
        "Question №{number} was closed too long ago to be opened again. Just ask again, and we will gladly help.",
        values={"number": ticket.number},
    )


def say_still_open(ticket: TicketContext) -> Decision:
    held = {"number": ticket.number}
    return Say("Question №{number} is still open: write here, and a person reads it.", values=held)
