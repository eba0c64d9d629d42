"""Waits in words, rounded up, so that the real wait is more often shorter than longer."""

from datetime import timedelta
from math import ceil

from bot.wording import WORDS
from handoff.tickets.wait_estimate import Outlook, Wait

_EXACT_MINUTES, _MINUTES, _HOURS = 10, 60, 36
"""Up to these, minutes are counted singly, in fives, and hours; from there on days."""


def forecast(language: str, outlook: Outlook) -> tuple[str, ...]:
    """Return the sentences about the wait, with a warning if it may be longer than usual."""
    wait = wait_sentence(language, outlook.wait)
    if not outlook.overloaded:
        return (wait,)
    return wait, WORDS.text(language, "There are more questions than usual at the moment, so it may take longer.")


def place(language: str, ahead: int) -> str:
    """Return the sentence about the place in the queue."""
    if not ahead:
        return WORDS.text(language, "It is the next in line.")
    return WORDS.plural(language, "{count} question is ahead of it.", "{count} questions are ahead of it.", ahead)


def wait_sentence(language: str, wait: Wait | None) -> str:
    """Return the sentence about the wait; it says so if nothing is known."""
    if wait is None:
        return WORDS.text(language, "How long it takes is hard to say yet.")
    usual, bound = duration(language, wait.usual), duration(language, wait.bound)
    if usual == bound:
        return WORDS.text(language, "People usually answer within {usual}.", usual=usual)
    return WORDS.text(
        language, "People usually answer within {usual}, nearly always within {bound}.", usual=usual, bound=bound
    )


def duration(language: str, length: timedelta) -> str:
    """Return for example "25 minutes"."""
    minutes = max(1, ceil(length.total_seconds() / 60))
    if minutes > _EXACT_MINUTES:
        minutes = 5 * ceil(minutes / 5)
    if minutes <= _MINUTES:
        return WORDS.plural(language, "{count} minute", "{count} minutes", minutes)
    hours = ceil(minutes / 60)
    if hours <= _HOURS:
        return WORDS.plural(language, "{count} hour", "{count} hours", hours)
    return WORDS.plural(language, "{count} day", "{count} days", ceil(hours / 24))
