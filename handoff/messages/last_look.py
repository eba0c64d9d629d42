"""The last look at a reply before it is sent: what its author may have overlooked. None of it blocks the reply."""

import re
from enum import StrEnum

from knowledge.languages.detection import language_of, words_of

_SHOUTED_LETTERS, _SHOUTED_SHARE = 12, 0.8
"""From so many letters on, of which so many are capitals, a text reads as shouting."""
_WORDS_FOR_LANGUAGE = 3
_NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\b\w+://\S+|\S+@\S+", re.DOTALL)
_EMPTY_GREETING = re.compile(r"\A\W*\w[\w ]*,\s*[!.…]")
"""A first clause whose comma is followed by no name: "Hello, !"."""


class Oversight(StrEnum):
    """What the author of a reply may have overlooked."""

    CAPITALS = "capitals"
    EMPTY_GREETING = "empty_greeting"
    OTHER_LANGUAGE = "other_language"


def find_oversights(text: str, language: str) -> tuple[Oversight, ...]:
    """Return what to point out in a reply to a contact who writes in `language`; links and code are not looked at."""
    prose = _NOT_PROSE.sub(" ", text)
    found = []
    letters = [character for character in prose if character.isupper() or character.islower()]
    if len(letters) >= _SHOUTED_LETTERS and sum(map(str.isupper, letters)) >= _SHOUTED_SHARE * len(letters):
        found.append(Oversight.CAPITALS)
    if _EMPTY_GREETING.search(text):
        found.append(Oversight.EMPTY_GREETING)
    if written_language(text) not in {language, ""} and language:
        found.append(Oversight.OTHER_LANGUAGE)
    return tuple(found)


def written_language(text: str) -> str:
    """Return the language that a reply is written in; empty if its words do not show it."""
    prose = _NOT_PROSE.sub(" ", text)
    return language_of(prose, "") if len(words_of(prose)) >= _WORDS_FOR_LANGUAGE else ""
