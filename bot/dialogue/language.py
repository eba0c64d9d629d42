"""Which language a message is written in, and the kinds of messages that are no questions: greetings, thanks, replies.

The words and patterns come from `knowledge.languages`. Messages that they do not know are treated as questions.
"""

import re
from collections.abc import Iterable
from itertools import chain

from handoff.messages.buttons import Reply
from knowledge.languages import LANGUAGES, Command, Language, ShortMessage

_ALL = tuple(LANGUAGES.values())
_CYRILLIC = tuple(language for language in _ALL if language.script == "cyrillic")
_LATIN = tuple(language for language in _ALL if language.script == "latin")
_WORD = re.compile(r"[^\W\d_]+")


def _any_letter(letters: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(letters)}]", re.IGNORECASE)


_CYRILLIC_LETTERS = _any_letter(language.letters for language in _CYRILLIC)
_LATIN_LETTERS = _any_letter(language.letters for language in _LATIN)
_ACCENTS = {language.code: language.accents for language in _ALL}

_COMMANDS: dict[str, Command] = {
    "/start": "menu",
    "/help": "menu",
    "/topics": "topics",
    "/language": "language",
    "/export": "export",
    "/forget": "forget",
    "/my": "own",
    **{words: command for language in _ALL for command, messages in language.commands.items() for words in messages},
}
_LEAD_INS = frozenset[str]().union(*(language.lead_ins for language in _ALL))
_QUESTION_WORDS = frozenset[str]().union(*(language.question_words for language in _ALL))
_CANCELLING = frozenset[str]().union(*(language.cancelling for language in _ALL))
_GREETINGS = tuple(language.greetings for language in _ALL)
_THANKS = tuple(language.thanks for language in _ALL)
_HELPED = tuple(language.helped for language in _ALL)
_YES = tuple(language.yes for language in _ALL)
_NO = tuple(language.no for language in _ALL)
_UNHELPED = re.compile("|".join(language.unhelped for language in _ALL))
_PERSON = tuple(re.compile(pattern) for language in _ALL for pattern in language.person)
_NUDGES = tuple(map(re.compile, chain([r"^\W*\?+\W*$"], *(language.nudges for language in _ALL))))
_SHORT_WORDS = 5
"""Words of the longest message that is understood by its words alone."""
_NUDGE_WORDS = 8
"""A longer message says more than that somebody is waiting."""
_ASKING_A_PERSON_WORDS = 8
"""A longer message tells its question along with the wish; it is still handed off, with its own words."""


def language_of(text: str, otherwise: str) -> str:
    """The code of one of our languages, or `otherwise` where the text does not tell (digits, emoji, a wrong keyboard layout).

    Among languages of one script the one is taken that has most of the words, by its frequent words and its accents.
    """
    cyrillic, latin = len(_CYRILLIC_LETTERS.findall(text)), len(_LATIN_LETTERS.findall(text))
    candidates = _CYRILLIC if cyrillic > latin else _LATIN
    if candidates is _CYRILLIC and len(_CYRILLIC) == 1:
        return _CYRILLIC[0].code
    words = words_of(text)
    counts = [_count_own(words, language) for language in candidates]
    most = max(counts)
    return candidates[counts.index(most)].code if counts.count(most) == 1 else otherwise


def accented_language(word: str) -> str:
    """The language with the letters of a Latin word: one that has its accents, else the first with any, else the first."""
    if word.isascii():
        return _LATIN[0].code
    accented = [language for language in _LATIN if language.accents]
    own = (language.code for language in accented if all(map(language.letters.__contains__, word)))
    return next(own, (accented or _LATIN)[0].code)


def _count_own(words: list[str], language: Language) -> int:
    """How many of the words are frequent in the language or hold one of its accents."""
    frequent, accents = language.frequent_words, _ACCENTS[language.code]
    return sum(word in frequent or not (word.isascii() or accents.isdisjoint(word)) for word in words)


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def command_in(text: str) -> Command | None:
    """The command that the message is, in whatever language; None where it says more or something else."""
    words = " ".join(text.lower().strip(" .!?").split())
    # In Telegram a command may name its bot.
    return _COMMANDS.get(words.partition("@")[0] if words.startswith("/") else words)


def is_greeting(text: str) -> bool:
    """Whether the message greets and says nothing else."""
    return _is_only(text, _GREETINGS)


def is_thanks(text: str) -> bool:
    """Whether the message thanks, agrees or tells that it helped, and says nothing else."""
    return _is_only(text, _THANKS) or says_it_helped(text)


def says_it_helped(text: str) -> bool:
    """Whether the message says that something helped or works now, and nothing else."""
    return "?" not in text and _is_only(text, _HELPED)


def wants_person(text: str) -> bool:
    """Whether the message asks for a person rather than for an answer."""
    lowered = text.lower()
    return any(pattern.search(lowered) for pattern in _PERSON)


def is_nudge(text: str) -> bool:
    """Whether the message only asks how much longer it takes."""
    lowered = text.lower()
    return len(words_of(text)) <= _NUDGE_WORDS and any(pattern.search(lowered) for pattern in _NUDGES)


def asks(text: str) -> bool:
    """Whether the message has the form of a question or a wish: how it begins, or a question mark at its end."""
    if text.rstrip().endswith("?"):
        return True
    return next((word for word in words_of(text) if word not in _LEAD_INS), "") in _QUESTION_WORDS


def is_cancelling(text: str) -> bool:
    """Whether the message calls off what is under way."""
    return " ".join(words_of(text)) in _CANCELLING or text.strip().lower() == "/cancel"


def says_only_person(text: str) -> bool:
    """Whether a wish for a person is all that the message says, so that the question must be found elsewhere."""
    return wants_person(text) and len(words_of(text)) <= _ASKING_A_PERSON_WORDS


def reply_in(text: str) -> Reply | None:
    """What the message answers the bot, as people say it instead of pressing a button; None where it says more or asks."""
    if "?" in text:
        return None
    if _UNHELPED.fullmatch(" ".join(words_of(text))):
        return Reply.UNHELPED
    if says_it_helped(text):
        return Reply.HELPED
    if _is_only(text, _YES):
        return Reply.YES
    return Reply.NO if _is_only(text, _NO) else None


def _is_only(text: str, messages: tuple[ShortMessage, ...]) -> bool:
    found = words_of(text)
    words = set(found)
    if not words or len(found) > _SHORT_WORDS:
        return False
    return any(words & message.core and words <= message.core | message.beside for message in messages)
