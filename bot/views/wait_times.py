"""Sentences about waits."""

from datetime import timedelta

from bot.views.office_times import office_sentences
from bot.wording import WORDS
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.wait_estimate import Outlook, Wait
from handoff.words import duration


def forecast(language: str, outlook: Outlook) -> tuple[str, ...]:
    """Return the sentences about the wait, with a warning if it may be longer than usual."""
    wait = _expected(language, outlook)
    if not outlook.overloaded:
        return wait
    return *wait, WORDS.text(language, "There are more questions than usual at the moment, so it may take longer.")


def _expected(language: str, outlook: Outlook) -> tuple[str, ...]:
    if outlook.times is not None:
        return office_sentences(language, outlook.times)
    return (wait_sentence(language, outlook.wait, outlook.within),)


def overdue_forecast(language: str, outlook: Outlook) -> tuple[str, ...]:
    """Return the sentences about the rest of a wait that is longer than promised already."""
    if outlook.times is not None:
        return office_sentences(language, outlook.times)
    if outlook.wait is None or outlook.overloaded:
        return (wait_sentence(language, None, outlook.within),)
    bound = duration(language, outlook.wait.bound)
    return (WORDS.text(language, "We expect to answer within {bound}.", bound=bound),)


def place(language: str, ahead: int) -> str:
    """Return the sentence about the place in the queue."""
    if not ahead:
        return WORDS.text(language, "Your question is next.")
    return WORDS.plural(language, "{count} question is ahead of it.", "{count} questions are ahead of it.", ahead)


def wait_sentence(language: str, wait: Wait | None, within: timedelta = ANSWER_WITHIN) -> str:
    """Return the sentence about the wait; it states the time until the answer is due if nothing is known."""
    if wait is None:
        return WORDS.text(language, "We aim to answer within {target}.", target=duration(language, within))
    usual, bound = duration(language, wait.usual), duration(language, wait.bound)
    if usual == bound:
        return WORDS.text(language, "We usually answer within {usual}.", usual=usual)
    return WORDS.text(
        language, "We usually answer within {usual}, nearly always within {bound}.", usual=usual, bound=bound
    )
