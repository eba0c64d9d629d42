"""What the code knows about a language: one value for each, in a module named after its code."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Literal

Command = Literal["menu", "topics", "own", "language", "export", "forget"]
"""What a contact can call for by a command or by the words of a button; named as the button's action is."""
Script = Literal["cyrillic", "latin"]


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """A message of a few words: at least one of `core`, and otherwise only words of `beside`."""

    core: frozenset[str]
    beside: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Words, patterns and letters of one language. All of them are in lower case.

    Fields that the bot reads are closed lists on purpose: a message that they do not know is treated as a question.
    Patterns are regular expressions that are searched for in a lower-case message, unless their field says otherwise.
    """

    code: str
    """ISO 639-1, as in catalogues, settings and knowledge files."""
    name: str
    """What its speakers call it."""
    remark: str
    """The sentence of the bot's catalogues that says that a text is in this language, in English."""
    script: Script
    letters: str
    """The alphabet; Latin letters with accents also tell the language from others."""
    stemmer: str
    """The Snowball algorithm for its stems."""

    # What the bot understands without the knowledge base.
    frequent_words: frozenset[str]
    """Frequent words, which tell the language of a message from others in the same script."""
    greetings: ShortMessage
    thanks: ShortMessage
    helped: ShortMessage
    """That an answer helped, or that something works now."""
    unhelped: str
    """Pattern of the whole message, its words joined by single spaces: the answer did not help."""
    yes: ShortMessage
    no: ShortMessage
    cancelling: frozenset[str]
    """Whole messages that cancel a form."""
    commands: Mapping[Command, tuple[str, ...]]
    """Whole messages that mean a command, beside its `/name`."""
    person: tuple[str, ...]
    """Patterns of messages that ask for a person."""
    nudges: tuple[str, ...]
    """Patterns of messages that ask how much longer it takes."""
    question_words: frozenset[str]
    """First words of a question or a wish."""
    lead_ins: frozenset[str]
    """Words that may stand before the first word of a question."""

    # What the matcher knows of questions.
    openings: tuple[str, ...]
    """Phrases of greeting before a question, without accents."""
    closings: tuple[str, ...]
    """Phrases of thanks and pleading after a question, without accents."""
    common_words: frozenset[str]
    """Words that any question may hold, on any subject."""
    colloquial: Mapping[str, str]
    """The spoken forms of a word, separated by spaces; `~` at the end of one stands for all its inflections."""
    intents: Mapping[str, str]
    """Signs of an act or a manner of asking (`knowledge/matching/lexicon/intents.py`), without accents: beginnings of
    words, `$` after whole words, `+` between two that must both be in the text. All languages together have at most 64
    distinct words with `+` beside them."""

    # What pages and messages need.
    abbreviations: frozenset[str]
    """Words that a full stop shortens rather than ends, without that full stop."""
    passwords: tuple[str, ...] = ()
    """Passwords that are usual among its speakers and in no English list."""

    @property
    def accents(self) -> frozenset[str]:
        """The letters that the Latin alphabet of English lacks; empty for another script."""
        return frozenset(letter for letter in self.letters if self.script == "latin" and not letter.isascii())


def split(text: str) -> frozenset[str]:
    """Return the words of a list, separated by white space."""
    return frozenset(text.split())


def short(core: str, beside: str) -> ShortMessage:
    """Build a short message from two lists."""
    return ShortMessage(split(core), split(beside))


def phrases(*parts: str) -> list[str]:
    """Return every phrase with one wording of each part; wordings are separated by `|`, an empty one omits the part."""
    return [" ".join(filter(None, chosen)) for chosen in product(*(part.split("|") for part in parts))]


def table(lines: str) -> dict[str, str]:
    """Return the lines `name: words` as a dictionary, in their order."""
    pairs = (line.split(":") for line in lines.splitlines() if ":" in line)
    return {name.strip(): words.strip() for name, words in pairs}
