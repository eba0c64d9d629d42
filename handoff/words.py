"""Catalogues of this package: what agents read on their pages, and what contacts read about agents' actions."""

from datetime import timedelta
from math import ceil
from pathlib import Path

from infra.wording import Catalogue
from knowledge.languages import INFLECTIONS

WORDS = Catalogue(Path(__file__).parent / "locale", INFLECTIONS)
CONTACT_WORDS = Catalogue(Path(__file__).parent / "locale", INFLECTIONS)
"""For what contacts read: admins may replace these texts, and the desk keeps its own."""
TO_CONTACTS = (
    "{agent} answers (question #{number}):",
    "{agent} writes to you (question #{number}):",
    "Question #{number}:",
    "Correction to an earlier message:",
    "This part of the message was removed.",
    "Is question #{number} solved?",
    "Yes, thank you",
    "No, I still have questions",
    "An agent has answered your question #{number} and waits to hear from you. Is it solved?",
    "Question #{number} is closed because we did not hear from you.",
    "If it is not solved, you can open it again.",
    "There is no answer to your question #{number} yet. We are sorry for the wait.",
    "Question #{other} is about the same as #{number}: we answer both in #{number}.",
    "Our answer may not have reached you, so your question #{number} has been passed to a person. "
    "The answer will come here as a private message.",
    "Withdraw the question",
    "Answer with a number:",
    "You have not finished the form for “{question}”. Shall we go on?",
    "You have not finished the form for your question. Shall we go on?",
    "Continue",
    "Cancel",
)
"""The sentences of `CONTACT_WORDS`."""
_EXACT_MINUTES, _MINUTES, _HOURS = 10, 60, 36
"""Up to these, minutes are counted singly, in fives, and hours; from there on days."""


def duration(language: str, length: timedelta) -> str:
    """Return for example "25 minutes"; rounded up, so that the real wait is more often shorter than longer."""
    minutes = max(1, ceil(length.total_seconds() / 60))
    if minutes > _EXACT_MINUTES:
        minutes = 5 * ceil(minutes / 5)
    if minutes <= _MINUTES:
        return WORDS.plural(language, "{count} minute", "{count} minutes", minutes)
    hours = ceil(minutes / 60)
    if hours <= _HOURS:
        return WORDS.plural(language, "{count} hour", "{count} hours", hours)
    return WORDS.plural(language, "{count} day", "{count} days", ceil(hours / 24))
