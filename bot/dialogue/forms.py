"""Fill in a form: one field at a time, until the question goes to a person with all answers."""

from dataclasses import replace

from bot.dialogue.decisions import AskField, Decision, EndForm, Filling, OpenTicket, Say
from bot.dialogue.fields import parse_field
from bot.dialogue.sentences import enough_open
from bot.dialogue.thread import MOST_OPEN, Thread
from bot.dialogue.understanding.utterance import Utterance
from handoff.messages.values import IncomingEvent

_ANSWER_WORDS = 4
"""A longer message with a question mark asks something, whatever answer it contains."""
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
    asks = said.text.endswith("?") and filling.field.type != "text"
    if answer is not None and not (asks and len(said.text.split()) > _ANSWER_WORDS):
        return decide_next_field(thread, filling, answer)
    if asks or not said.has_words:  # a question or a picture in between is no mistake
        return [AskField(join_message(filling, said), joined=True)]
    return [AskField(replace(filling, misses=filling.misses + 1), unsuited=said.text)]


def join_message(filling: Filling, said: Utterance) -> Filling:
    """Add the words of a message that answers no field to the question."""
    return replace(filling, question="\n".join(line for line in (filling.question, said.text) if line))


def asks_between(thread: Thread, event: IncomingEvent, said: Utterance) -> bool:
    """Decide whether the message may be a question in the middle of the form, rather than an answer to its field."""
    filling = takes(thread, said)
    if filling is None or not said.asks or said.cancels or said.wants_person or said.is_courtesy:
        return False
    return said.text.endswith("?") or parse_field(filling.field, event) is None


def decide_next_field(thread: Thread, filling: Filling, answer: str | None) -> list[Decision]:
    """Go on to the next field; the answer is None if the field is skipped."""
    forward = replace(filling, answers=(*filling.answers, answer), misses=0)
    return submit_form(thread, forward) if forward.done else [AskField(forward)]


def turned_back(filling: Filling) -> list[Decision]:
    """Ask the previous field again, if there is one."""
    return [AskField(replace(filling, answers=filling.answers[:-1], misses=0))]


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
