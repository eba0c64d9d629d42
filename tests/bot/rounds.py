"""The dialogue as a round calls it: the event's text is understood first."""

from bot import dialogue
from bot.dialogue import Found, Thread, Utterance, read_utterance
from bot.dialogue.decisions import Decision
from handoff.messages.values import IncomingEvent, shows_something


def understand(event: IncomingEvent) -> Utterance:
    return read_utterance(event.text, shows=shows_something(event))


def question_in(thread: Thread, event: IncomingEvent) -> str | None:
    return dialogue.question_in(thread, event, understand(event))


def decide(thread: Thread, event: IncomingEvent, found: Found | None) -> list[Decision]:
    return dialogue.decide(thread, event, understand(event), found)
