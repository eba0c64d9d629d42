"""Escalation to people: offer one, add to an open ticket, reopen a closed one."""

from bot.dialogue import forms
from bot.dialogue.decisions import (
    NO_TRAIL,
    Attach,
    Decision,
    Expect,
    JoinTicket,
    Mark,
    OfferPerson,
    OpenTicket,
    ReopenTicket,
    Say,
    Trail,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, MATTER, extended_ticket
from bot.dialogue.sentences import WELCOME, enough_open
from bot.dialogue.thread import MOST_OPEN, ButtonPress, Thread, TicketContext, trail_of
from bot.dialogue.understanding.utterance import Utterance
from handoff.messages import buttons
from handoff.messages.button_rules import QuestionButton
from knowledge.languages import Saying
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


def pass_on(thread: Thread, question: str, trail: Trail = NO_TRAIL, *, category: str | None = None) -> Decision:
    """Open a ticket at once, because the contact asked for a person."""
    if thread.live >= MOST_OPEN:
        return enough_open()
    return OpenTicket(question, "asked", category=category, trail=trail)


def ask_matter(thread: Thread) -> list[Decision]:
    """Ask what a bare wish for a person is about."""
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    return [Expect(MATTER), Say("I will call a person. What is it about?", (("Skip", buttons.SkipMatter()),))]


def open_wish(thread: Thread, matter: str = "") -> Decision:
    """Open a ticket for a wish for a person, with the words that said what it is about, or without any."""
    if thread.live >= MOST_OPEN:
        return enough_open()
    return OpenTicket(matter, "asked", recent=True)


def expect_description(thread: Thread) -> list[Decision]:
    """Pass the next message to a person, even if an entry would answer it."""
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    return [
        Expect(FOR_A_PERSON),
        Say("Describe your question in one message, with everything that matters. It goes to a person."),
    ]


def may_be_answered(thread: Thread, ticket: TicketContext, said: Utterance) -> bool:
    """Decide whether a message with content, written while a person has a question, is looked up.

    What answers the agent's question joins the ticket, and so does what was announced, quotes the ticket, or asks the
    same again. Nothing is looked up while an agent is replying.
    """
    if ticket.attended or thread.quotes or said.shows or extended_ticket(thread.expects) == ticket.number:
        return False
    if not any(map(str.isalpha, said.text)) or _repeats(said, ticket):
        return False
    return said.asks or not ticket.asks_back


def join_silently(thread: Thread, ticket: TicketContext) -> list[Decision]:
    """Add the message to the ticket, with no word about it."""
    return [JoinTicket(ticket.number, acknowledge=False), *_mark(thread)]


def join_open_ticket(thread: Thread, ticket: TicketContext, said: Utterance) -> list[Decision]:
    """Add what the contact writes to the open ticket, with a mark or a word that it was received."""
    held = Attach(ticket.number)
    if _withdraws(ticket, said):
        return [held, offer_withdrawal(ticket)]
    if not said.text and not said.shows:
        return [held, *_received(thread, ticket)]
    if said.greets and not said.shows:
        return [held, *(_received(thread, ticket) if ticket.attended else [say_still_open(ticket)])]
    if said.gives_thanks and not said.shows and not _answers_agent(ticket, said):
        # Before an agent has answered, thanks are for the acknowledgement: a mark is enough.
        marked = ticket.attended or (thread.marks and not ticket.answered)
        return [held, *(_received(thread, ticket) if marked else [WELCOME])]
    if not ticket.answered and not ticket.attended and not said.shows and _repeats(said, ticket):
        if ticket.patience_asked:
            return [JoinTicket(ticket.number, acknowledge=False), *_received(thread, ticket)]
        return [JoinTicket(ticket.number, acknowledge=False, patience=True), *_mark(thread)]
    announced = extended_ticket(thread.expects) == ticket.number
    # A mark says enough, unless it may be another question.
    may_be_new = said.asks and not said.nudges
    words = not ticket.acknowledged and not ticket.attended and (may_be_new or not thread.marks)
    if not announced and not words:
        return [JoinTicket(ticket.number, acknowledge=False), *_received(thread, ticket)]
    text = said.text if words and not said.nudges and thread.live < MOST_OPEN else ""
    return [JoinTicket(ticket.number, acknowledge=True, text=text), *_mark(thread)]


def _answers_agent(ticket: TicketContext, said: Utterance) -> bool:
    """Decide whether thanks answer what an agent asked, too, as "OK" or "it works now" may."""
    return ticket.asks_back and not said.sayings <= {Saying.THANKS, Saying.GREETING}


def _withdraws(ticket: TicketContext, said: Utterance) -> bool:
    """Decide whether the message says that the question needs no answer any more."""
    if ticket.attended or said.shows:
        return False
    # Once an agent has asked for something, "it works" may be the answer to that.
    solved = Saying.SOLVED in said.sayings and not (said.consents or ticket.answered or ticket.asks_back)
    return said.cancels or Saying.WITHDRAWAL in said.sayings or solved


def offer_withdrawal(ticket: TicketContext) -> Decision:
    return Say(
        "Shall I withdraw question #{number}? Agents will not answer it then.",
        (("Withdraw the question", buttons.Withdraw(ticket.number)), ("Keep it open", buttons.KeepOpen(ticket.number))),
        {"number": ticket.number},
    )


def _mark(thread: Thread) -> list[Decision]:
    return [Mark()] if thread.marks else []


def _received(thread: Thread, ticket: TicketContext) -> list[Decision]:
    """Confirm a message without a word where the platform can, or quietly; say nothing while an agent is replying."""
    return _mark(thread) or ([] if ticket.attended else [Say("Got it, added.")])


def _repeats(said: Utterance, ticket: TicketContext) -> bool:
    return said.nudges or said.wants_only_person or alike(said.text, ticket.question)


def reopen(thread: Thread, ticket: TicketContext, *, joined: Trail | None = None) -> list[Decision]:
    """Reopen a closed ticket; with `joined`, what the contact writes and those messages are added to it."""
    if not ticket.reopenable:
        return [say_too_old(ticket)]
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    joins = [JoinTicket(ticket.number, acknowledge=False, trail=joined)] if joined is not None else []
    return [ReopenTicket(ticket.number), *joins, say_reopened(ticket.number)]


def say_reopened(number: int) -> Decision:
    return Say(
        "Question #{number} is open again; an agent will look at it. You can add details right here.",
        values={"number": number},
    )


def say_too_old(ticket: TicketContext) -> Decision:
    return Say(
        "Question #{number} was closed too long ago to be opened again. Just ask again, and we will gladly help.",
        values={"number": ticket.number},
    )


def say_still_open(ticket: TicketContext) -> Decision:
    held = {"number": ticket.number}
    return Say("Question #{number} is still open: write here, and a person will read it.", values=held)
