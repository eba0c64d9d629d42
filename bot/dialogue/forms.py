"""Fill in a form: one field at a time, until the question goes to a person with all answers."""

from dataclasses import replace

from bot.dialogue.decisions import AskField, Decision, EndForm, Filling, OpenTicket, Say
from bot.dialogue.fields import parse_field
from bot.dialogue.sentences import enough_open
from bot.dialogue.thread import MOST_OPEN, Thread
from bot.dialogue.utterance import Utterance
from handoff.messages.values import IncomingEvent

CANCELLED = Say("The form is cancelled, and nothing was passed on. If you change your mind, just write.")


def start_form(opening: OpenTicket, thread: Thread) -> Decision:
    """Ask the first field of the category's form; open the ticket at once if it has none."""
    if not thread.form:
        return opening
    filling = Filling(
        None, opening.question, opening.reason, opening.lookup, opening.category, opening.trail, thread.form, ()
    )
    return AskField(filling)


def fill_field(thread: Thread, filling: Filling, event: IncomingEvent, said: Utterance) -> list[Decision]:
    """Decide what follows from the answer to the field that was asked last."""
    if said.cancels:
        return [EndForm(filling.id or 0, sent=False), CANCELLED]
    if said.wants_only_person:
        return submit_form(thread, filling)  # a wish for a person now ends the form, with what is known so far
    answer = parse_field(filling.field, event)
    if answer is None:
        return [AskField(filling, unsuited=True)]
    return decide_next_field(thread, filling, answer)


def decide_next_field(thread: Thread, filling: Filling, answer: str | None) -> list[Decision]:
    """Go on to the next field; the answer is None if the field is skipped."""
    forward = replace(filling, answers=(*filling.answers, answer))
    return submit_form(thread, forward) if forward.done else [AskField(forward)]


def turned_back(filling: Filling) -> list[Decision]:
    """Ask the previous field again, if there is one."""
    return [AskField(replace(filling, answers=filling.answers[:-1]))]


def submit_form(thread: Thread, filling: Filling) -> list[Decision]:
    """Open the ticket with the answers below the question; the form stays open while too many tickets are."""
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    lines = [
        f"{field.label(filling.language)} {answer}"
        for field, answer in zip(filling.fields, filling.answers, strict=False)
        if answer is not None
    ]
    question = "\n".join(line for line in (filling.question, *lines) if line)
    return [
        EndForm(filling.id or 0, sent=True),
        OpenTicket(question, filling.reason, filling.lookup, filling.category, filling.trail),
    ]


def takes(thread: Thread, said: Utterance) -> Filling | None:
    """Return the form that the message answers; a command answers none."""
    return thread.filling if thread.filling is not None and said.command is None else None
