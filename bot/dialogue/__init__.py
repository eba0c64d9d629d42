"""Decide what the bot does: a pure function of the thread, the event, the entries found and the time.

No input or output, no platform names, no clock of its own. `question_in` says what to look up; `decide` says what to
do with what was found. `bot/conversation/handler.py` loads the values and writes the decisions as rows. `utterance`
understands what a contact writes, `messages` decides what follows from it and `presses` what follows from a button;
`escalation` leads to people; `followup` decides whether a message continues the pending question.
"""

from bot.dialogue.decisions import Decision, MarkBlocked
from bot.dialogue.followup import choose_lookup
from bot.dialogue.messages import decide_message, question_of
from bot.dialogue.presses import decide_press, end_wish, repeated_question
from bot.dialogue.thread import MOST_OPEN, ButtonPress, Found, PendingOffer, Thread, TicketContext
from bot.dialogue.understanding.utterance import Utterance, asks_back, read_utterance
from handoff.messages.values import EventKind, IncomingEvent

__all__ = [
    "MOST_OPEN",
    "ButtonPress",
    "Found",
    "PendingOffer",
    "Thread",
    "TicketContext",
    "Utterance",
    "asks_back",
    "choose_lookup",
    "decide",
    "question_in",
    "read_utterance",
]


def question_in(thread: Thread, event: IncomingEvent, said: Utterance) -> str | None:
    """Return the words to look up; None if the event contains no question."""
    match event.kind:
        case EventKind.MESSAGE:
            return question_of(thread, event, said)
        case EventKind.PRESS:
            return repeated_question(thread)
        case _:
            return None


def decide(thread: Thread, event: IncomingEvent, said: Utterance, found: Found | None) -> list[Decision]:
    """Decide everything that follows from the event, in order; `found` is the result for `question_in`."""
    match event.kind:
        case EventKind.MESSAGE:
            return decide_message(thread, event, said, found)
        case EventKind.PRESS:
            return end_wish(thread, decide_press(thread, found))
        case EventKind.BLOCKED:
            return [MarkBlocked()]
        case _:
            return []  # an edit, a profile, a permission, a colleague's reply: recorded, and nothing to say
