"""What the code knows about a language: one value for each, in a package named after its code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, product
from typing import Literal

Command = Literal["menu", "topics", "own", "language", "export", "forget"]
"""What a contact can call for by a command or by the words of a button; named as the button's action is."""
Script = Literal["cyrillic", "latin"]


class Saying(StrEnum):
    """What a short message says."""

    FILLER = "filler"
    """Words that may stand in any of them and say nothing by themselves."""
    GREETING = "greeting"
    THANKS = "thanks"
    """Thanks, praise, or that something is understood."""
    CONSENT = "consent"
    PASS_ON = "pass_on"  # noqa: S105 - no password
    """Asks to pass the question to people."""
    REFUSAL = "refusal"
    SOLVED = "solved"
    """An answer helped, or something works now."""
    UNSOLVED = "unsolved"
    """It did not help, or does not work."""
    OPENING = "opening"
    """Announces a question without asking it."""
    WITHDRAWAL = "withdrawal"
    """The question needs no answer any more."""
    CANCEL = "cancel"
    """Cancels what is under way."""
    CHOICE = "choice"
    """Words beside the number of a choice."""
    NUDGE = "nudge"
    """Asks how much longer an answer takes. `beside` are the words beside `WAIT` and `AWAITED`."""
    WAIT = "wait"
    """Asks for a time, or says that something is late or missing; a nudge with `AWAITED`."""
    AWAITED = "awaited"
    """An answer, or the work on it; a nudge with `WAIT`."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """Phrases of a short message: at least one of `core`, and otherwise only those of `beside`."""

    core: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonWish:
    """Words of a wish for a person. A clause that has only these words, and one of `people`, is such a wish."""

    people: frozenset[str]
    """People of a support team, in all forms."""
    anyone: frozenset[str]
    """Words for any human, which occur in many questions; only a call for them is a wish."""
    calls: frozenset[str]
    """Verbs that call for somebody, or for talking to them: with one of `people` they need no clause of their own."""
    wants: frozenset[str]
    """Weaker words of wanting: they need the beginning of a clause."""
    around: frozenset[str]
    """Other words of such a wish."""
    attributes: frozenset[str]
    """Words after one of `people` that make it something else ("оператор связи", "agent fee")."""
    phrases: str = ""
    """Wishes that name no person, as a list of `wordings`."""
    about: frozenset[str] = frozenset()
    """Words that lead from the wish to its matter."""


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
    sayings: Mapping[Saying, ShortMessage]
    """Short messages, without punctuation. One is understood if it has no other words."""
    ordinals: tuple[str, ...]
    """The numbers of choices as people write them: lists of `wordings` for "none of them", for 1, for 2, …"""
    last: str
    """The same for the last choice."""
    problem: tuple[str, ...]
    """Patterns of reports that a problem persists, in words without accents that are joined by single spaces."""
    commands: Mapping[Command, tuple[str, ...]]
    """Whole messages that mean a command, beside its `/name`."""
    person: PersonWish
    requests: frozenset[str] = frozenset()
    """Words by which an agent asks the contact for something."""
    question_words: frozenset[str]
    """First words of a question or a wish."""
    lead_ins: frozenset[str]
    """Words that may stand before the first word of a question."""

    # What an answer to a field of a form may hold.
    months: tuple[str, ...]
    """Beginnings of the names of the months, from January on, separated by spaces; `$` after whole words."""
    days: Mapping[str, int]
    """Words for a day, as the number of days from today."""
    times: tuple[str, ...]
    """Patterns of other words for a time; what matches is kept as it is written."""
    account_words: frozenset[str]
    """Words before the number or the name of an account."""

    # What the matcher knows of questions.
    openings: tuple[str, ...]
    """Phrases of greeting before a question, without accents."""
    closings: tuple[str, ...]
    """Phrases of thanks and pleading after a question, without accents."""
    common_words: frozenset[str]
    """Words that any question may hold, on any subject."""
    stances: Mapping[str, str]
    """Signs of a stance (`knowledge/matching/lexicon/stances.py`), without accents: beginnings of words, `$` after
    whole words, `+` between words that must all be in the text, `|` between alternatives for one of them. All languages
    together have at most 64 distinct parts with `+` beside them."""

    # What pages and messages need.
    inflect_number: Callable[[int, str], str] = format
    """Writes a number by the format specification that a translation gives, with words beside it that depend on it."""
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


def forms(stems: str, endings: str) -> frozenset[str]:
    """Return every stem with every ending; endings are separated by `|`, an empty one leaves the stem."""
    return frozenset(stem + ending for stem in stems.split() for ending in endings.split("|"))


def short(core: str, beside: str = "") -> ShortMessage:
    """Build a short message from two lists of phrases, as `wordings` reads them."""
    return ShortMessage(wordings(core), wordings(beside))


def wordings(lines: str) -> tuple[str, ...]:
    """Return the phrases of a list: `a|b` are two, `a|b + c|` stands for "a c", "b c", "a" and "b"."""
    found = (phrases(*line.strip().split(" + ")) for line in lines.splitlines() if line.strip())
    return tuple(dict.fromkeys(filter(None, chain.from_iterable(found))))


def phrases(*parts: str) -> list[str]:
    """Return every phrase with one wording of each part; wordings are separated by `|`, an empty one omits the part."""
    return [" ".join(filter(None, chosen)) for chosen in product(*(part.split("|") for part in parts))]


def table(lines: str) -> dict[str, str]:
    """Return the lines `name: words` as a dictionary, in order; a line without a name continues the last."""
    found: dict[str, str] = {}
    for line in lines.split("\n"):
        name, colon, text = line.rpartition(":")
        key = name.strip() if colon else next(reversed(found), "")
        found[key] = f"{found.get(key, '')} {text}".strip()
    found.pop("", None)
    return found
