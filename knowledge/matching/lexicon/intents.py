"""Detect the intent and the manner of a text: "turn on", "cancel", "send"; "why", "how many", "where".

Vectors put opposites side by side, because they occur in the same sentences, and question words weigh next to nothing.
But "turn off" must not be answered with "turn on", and "when" is not "how". So both are detected in every text, in all
languages, by the beginnings of words.
"""

from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.languages import LANGUAGES
from knowledge.matching.arrays import Floats, Ints

_WHOLE, _WITH = "$", "+"
_ACTS = (
    "on", "off", "add", "remove", "restore", "up", "down", "block", "unblock", "show", "hide", "send", "receive",
    "buy", "cancel", "play", "stop", "change", "open", "close", "join", "leave", "download", "upload", "link",
    "unlink", "call", "lose", "find", "fail", "remind", "advise", "report",
)  # fmt: skip
_OPPOSITES = (
    ("on", "off"), ("add", "remove"), ("remove", "restore"), ("up", "down"), ("block", "unblock"), ("show", "hide"),
    ("send", "receive"), ("buy", "cancel"), ("play", "stop"), ("open", "close"), ("join", "leave"),
    ("download", "upload"), ("link", "unlink"), ("on", "stop"), ("off", "play"), ("join", "close"),
)  # fmt: skip
_MANNERS = (
    "why", "when", "where", "how many", "who", "how", "can", "what", "is",
)  # fmt: skip

NAMES = (*_ACTS, *_MANNERS)
ACTS = len(_ACTS)
"""The acts come first, then the manners of asking."""

_ENTRIES = [
    (place, entry)
    for place, name in enumerate(NAMES)
    for language in LANGUAGES.values()
    for entry in language.intents.get(name, "").split()
]
_PARTS = list(dict.fromkeys(chain.from_iterable(entry.split(_WITH) for _, entry in _ENTRIES if _WITH in entry)))
_PAIRS = [
    (place, sum(1 << _PARTS.index(part) for part in entry.split(_WITH))) for place, entry in _ENTRIES if _WITH in entry
]


def _by_word() -> dict[str, tuple[int, int]]:
    """By beginning or whole word: the names it stands for, and the parts of pairs, as bits."""
    table: dict[str, tuple[int, int]] = {}
    for bit, entry in ((1 << place, entry) for place, entry in _ENTRIES if _WITH not in entry):
        names, parts = table.get(entry, (0, 0))
        table[entry] = (names | bit, parts)
    for number, part in enumerate(_PARTS):
        names, parts = table.get(part, (0, 0))
        table[part] = (names, parts | 1 << number)
    return table


_BY_WORD = _by_word()
_LONGEST = max(map(len, _BY_WORD))

Marks = tuple[int, int]


def marks(form: str) -> Marks:
    """What one folded word says, as bits of `NAMES` and of parts of pairs."""
    names = parts = 0
    for word in (form + _WHOLE, *[form[:end] for end in range(2, min(len(form), _LONGEST) + 1)]):
        found = _BY_WORD.get(word)
        if found is not None:
            names |= found[0]
            parts |= found[1]
    return names, parts


def table(forms: Iterable[str]) -> NDArray[np.uint64]:
    """The `marks` of words, a line for each."""
    return np.array([marks(form) for form in forms], np.uint64).reshape(-1, 2)


def intent_bits(joined: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """For texts, given the joined marks of the words of each: which of `NAMES` it shows, as bits."""
    names = joined[:, 0].copy()
    for place, wanted in _PAIRS:
        parts = np.uint64(wanted)
        names |= np.where(joined[:, 1] & parts == parts, np.uint64(1 << place), np.uint64(0))
    return names


def intent_columns(names: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """The same with a line for each text and a column for each name."""
    found: NDArray[np.bool_] = (names[:, None] >> np.arange(len(NAMES), dtype=np.uint64)) & np.uint64(1) != 0
    return found


_OPPOSED: dict[int, list[int]] = {place: [] for place in range(ACTS)}
for _one, _other in _OPPOSITES:
    _OPPOSED[NAMES.index(_one)].append(NAMES.index(_other))
    _OPPOSED[NAMES.index(_other)].append(NAMES.index(_one))


class Wants:
    """The acts and manners of one question, as places in `NAMES`."""

    def __init__(self, words: Iterable[Marks]) -> None:
        names = parts = 0
        for own_names, own_parts in words:
            names |= own_names
            parts |= own_parts
        if parts:
            for place, wanted in _PAIRS:
                if parts & wanted == wanted:
                    names |= 1 << place
        found = [place for place in range(len(NAMES)) if names >> place & 1] if names else []
        self.acts = [place for place in found if place < ACTS]
        self.manners = [place for place in found if place >= ACTS]

    def opposes(self, names: int) -> bool:
        """Decide whether a text with these names, as bits, wants the opposite of an act of the question."""
        return any(names >> other & 1 and not names >> act & 1 for act in self.acts for other in _OPPOSED[act])


_DOUBT = 2.0
"""How many phrasings the habits of the whole knowledge weigh as much as."""


class Habits:
    """How the entries are asked: what each question's acts and manners are compared with. Immutable.

    Only opposites need the shares of all names; what else is compared, each entry has been reckoned up for beforehand.
    """

    def __init__(self, shares: NDArray[np.float16], sizes: Ints, usual: Floats | None = None) -> None:
        """`shares` has a row per entry: the share of its phrasings that show each of `NAMES`; `sizes` has their number.

        `usual` is the mean over all entries of the whole knowledge, where these are only some.
        """
        self.shares = shares
        self.usual: Floats = _usual(shares) if usual is None else usual
        self._idle, self._bare = _greatest(shares[:, :ACTS]), _greatest(shares[:, ACTS:])
        manners, habits = shares[:, ACTS:].astype(np.float32), self.usual[ACTS:]
        likely = (manners * sizes[:, None] + habits * _DOUBT) / (sizes + _DOUBT)[:, None]
        shown, hidden = np.log(likely / habits), np.log((1 - likely) / (1 - habits))
        self._manners = np.hstack([np.add.reduce(hidden, axis=1)[:, None], shown - hidden]).astype(np.float32)

    @property
    def size(self) -> int:
        """Bytes of arrays."""
        return self.shares.nbytes + self._idle.nbytes + self._bare.nbytes + self._manners.nbytes

    def compare(self, wants: Wants, entries: Ints) -> tuple[Floats, Floats, Floats, Floats]:
        """How a question asks against how entries are asked: opposed, idle, bare, manner.

        Opposed: the share of phrasings that want the opposite, beyond those that want the same. Idle and bare: the
        greatest share of an act where the question names none, of a manner where it has none. Manner: the logarithm
        of how much likelier the question's manners, and the lack of others, are by the entry than by the whole
        knowledge base.
        """
        zeros: Floats = np.zeros(len(entries), np.float32)
        opposed = zeros
        pairs = [(other, act) for act in wants.acts for other in _OPPOSED[act]]
        if pairs:
            shares = self.shares.take(entries, axis=0).astype(np.float32)
            others, own = zip(*pairs, strict=True)
            opposed = np.maximum.reduce(shares.take(others, axis=1) - shares.take(own, axis=1), axis=1, initial=0.0)
        manners = self._manners.take(entries, axis=0)
        asked = [0, *[place - ACTS + 1 for place in wants.manners]]
        return (
            opposed,
            zeros if wants.acts else self._idle.take(entries),
            zeros if wants.manners else self._bare.take(entries),
            np.add.reduce(manners.take(asked, axis=1), axis=1),
        )


def _greatest(shares: NDArray[np.float16]) -> Floats:
    greatest: Floats = np.maximum.reduce(shares, axis=1).astype(np.float32)
    return greatest


def _usual(shares: Floats) -> Floats:
    """The mean share of each name over all entries, never quite none nor all."""
    mean: Floats = (np.add.reduce(shares, dtype=np.float32) + np.float32(0.5)) / np.float32(len(shares) + 1)
    return mean


def shares(shown_by: NDArray[np.bool_], starts: Ints) -> Floats:
    """The part of the texts of each entry that shows each name; `starts` are the first texts of the entries."""
    sums = np.add.reduceat(shown_by.astype(np.float32), starts)
    found: Floats = sums / np.diff(starts, append=len(shown_by)).astype(np.float32)[:, None]
    return found
