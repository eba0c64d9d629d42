"""Understand a contact's message once, at the start of a round; everything after that reads the value.

The words and patterns come from `knowledge.languages`. A message that they do not know is treated as a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bot.dialogue.language import language_of, words_of
from handoff.messages.button_rules import Reply
from knowledge.languages import LANGUAGES, Command, ShortMessage

_ALL = tuple(LANGUAGES.values())
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
_NUDGES = tuple(map(re.compile, chain([r"^[^\w?]*\?\W*$"], *(language.nudges for language in _ALL))))
_SHORT_WORDS = 5
"""Words of the longest message that is understood by its words alone."""
_NUDGE_WORDS = 8
"""A longer message says more than that somebody is waiting."""
_ONLY_PERSON_WORDS = 8
"""A longer message tells its question along with the wish; it is still handed off, with its own words."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, or a burst joined into one. The empty one says and shows nothing."""

    text: str = ""
    """Its words, without white space around them."""
    shows: bool = False
    """It holds something to look at besides words."""
    language: str = ""
    """The code of the language that it is written in; empty where it does not tell, as a command."""
    command: Command | None = None
    greets: bool = False
    """It greets and says nothing else."""
    gives_thanks: bool = False
    """It thanks, agrees or says that something helped, and nothing else."""
    reply: Reply | None = None
    """What it answers the bot, as people say it instead of pressing a button."""
    wants_person: bool = False
    """It asks for a person rather than for an answer."""
    wants_only_person: bool = False
    """The same, and it says nothing else: the question must be found elsewhere."""
    nudges: bool = False
    """It only asks how much longer it takes."""
    cancels: bool = False
    """It cancels what is under way."""
    asks: bool = False
    """It has the form of a question or a wish: how it begins, or a question mark at its end."""

    @property
    def is_courtesy(self) -> bool:
        """A greeting or thanks: nothing to look up or to pass on."""
        return self.greets or self.gives_thanks

    @property
    def has_words(self) -> bool:
        """It contains a letter or a digit."""
        return any(map(str.isalnum, self.text))


def read_utterance(text: str, *, shows: bool = False) -> Utterance:
    """Understand a message by its `text`; `shows` says whether it holds something to look at besides words."""
    text = text.strip()
    if not text:
        return Utterance(shows=shows)
    lowered, words = text.lower(), words_of(text)
    few = frozenset(words) if len(words) <= _SHORT_WORDS else frozenset()
    helped = "?" not in text and _is_only(few, _HELPED)
    wants_person = any(pattern.search(lowered) for pattern in _PERSON)
    return Utterance(
        text=text,
        shows=shows,
        language="" if text.startswith("/") else language_of(text, ""),
        command=_command(lowered),
        greets=_is_only(few, _GREETINGS),
        gives_thanks=helped or _is_only(few, _THANKS),
        reply=None if "?" in text else _reply(words, few, helped=helped),
        wants_person=wants_person,
        wants_only_person=wants_person and len(words) <= _ONLY_PERSON_WORDS,
        nudges=len(words) <= _NUDGE_WORDS and any(pattern.search(lowered) for pattern in _NUDGES),
        cancels=lowered == "/cancel" or " ".join(words) in _CANCELLING,
        asks=text.endswith("?") or next((word for word in words if word not in _LEAD_INS), "") in _QUESTION_WORDS,
    )


def _command(lowered: str) -> Command | None:
    words = " ".join(lowered.strip(" .!?").split())
    # In Telegram a command may name its bot.
    return _COMMANDS.get(words.partition("@")[0] if words.startswith("/") else words)


def _reply(words: Sequence[str], few: frozenset[str], *, helped: bool) -> Reply | None:
    if _UNHELPED.fullmatch(" ".join(words)):
        return Reply.UNHELPED
    if helped:
        return Reply.HELPED
    if _is_only(few, _YES):
        return Reply.YES
    return Reply.NO if _is_only(few, _NO) else None


def _is_only(few: frozenset[str], messages: tuple[ShortMessage, ...]) -> bool:
    """Decide whether the words of a short message are those of one of `messages`."""
    return any(few & message.core and few <= message.core | message.beside for message in messages)
