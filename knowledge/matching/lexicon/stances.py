"""Detect the stance of a text: its side of an opposition, and whether it denies, complains or asks for a state.

Vectors put opposites side by side, because they occur in the same sentences, and "not" weighs next to nothing. But
"turn off" must not be answered with "turn on", and a contact who never cancelled an order does not ask how to cancel
it. The signs are beginnings of words, in all languages; `Language.stances` lists them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.languages import LANGUAGES
from knowledge.matching.arrays import Floats, Ints

_WHOLE, _WITH, _OR = "$", "+", "|"
_OPPOSITES = (
    ("on", "off"), ("add", "remove"), ("remove", "restore"), ("cancel", "restore"), ("up", "down"),
    ("block", "unblock"), ("show", "hide"),
    ("send", "receive"), ("buy", "cancel"), ("buy", "sell"), ("play", "stop"), ("open", "close"), ("join", "leave"),
    ("download", "upload"), ("link", "unlink"), ("join", "close"), ("hot", "cold"), ("left", "right"),
    ("next", "previous"), ("first", "last"), ("more", "less"), ("deposit", "withdraw"), ("paid", "free"),
    ("morning", "evening"), ("male", "female"), ("import", "export"), ("single", "double"), ("monthly", "yearly"),
)  # fmt: skip
_MOODS = ("without", "deny", "unable", "fail", "why", "state", "asks", "wonder", "unwanted", "lost")
"""without: "without", "except". deny: a negation. unable: "cannot", "does not let me". fail: "error", "broken".
why: asks for a reason. state: asks whether something is open, on, … asks: asks for something else, as how and when.
wonder: a negation that only asks, as "I don't know how". unwanted: what is no longer needed, as "don't need it".
lost: forgotten or lost, a trouble that says what is wanted."""

NAMES = (*dict.fromkeys(chain.from_iterable(_OPPOSITES)), *_MOODS)
_BIT = {name: 1 << place for place, name in enumerate(NAMES)}

_ENTRIES = [
    (_BIT[name], entry)
    for name in NAMES
    for language in LANGUAGES.values()
    for entry in language.stances.get(name, "").split()
]
_PARTS = list(dict.fromkeys(chain.from_iterable(entry.split(_WITH) for _, entry in _ENTRIES if _WITH in entry)))
_PAIRS = [
    (bit, sum(1 << _PARTS.index(part) for part in entry.split(_WITH))) for bit, entry in _ENTRIES if _WITH in entry
]

_SILENT = _BIT["deny"] | _BIT["why"] | _BIT["asks"]

Marks = tuple[int, int]


def _by_word() -> dict[str, Marks]:
    """By beginning or whole word: the stances it stands for, and the parts of pairs, as bits."""
    table: dict[str, Marks] = {}
    parts = [(entry, 0, 1 << number) for number, part in enumerate(_PARTS) for entry in part.split(_OR)]
    for entry, name, part in [*((entry, bit, 0) for bit, entry in _ENTRIES if _WITH not in entry), *parts]:
        names, own = table.get(entry, (0, 0))
        table[entry] = (names | name, own | part)
    return table


_BY_WORD = _by_word()
_LONGEST = max(map(len, _BY_WORD), default=0)


def is_sign(form: str) -> bool:
    """Return whether a folded word is listed as a whole."""
    return form + _WHOLE in _BY_WORD


def is_silent(shown: Marks) -> bool:
    """Return whether a word only turns what others say, as "never" and "why" do, or is part of a pair."""
    return bool(shown[0] & _SILENT or shown[1])


def marks(form: str) -> Marks:
    """Return what one folded word shows, as bits of `NAMES` and of parts of pairs."""
    names = parts = 0
    for word in (form + _WHOLE, *[form[:end] for end in range(1, min(len(form), _LONGEST) + 1)]):
        found = _BY_WORD.get(word)
        if found is not None:
            names |= found[0]
            parts |= found[1]
    return names, parts


def table(forms: Iterable[str]) -> NDArray[np.uint64]:
    """Return the `marks` of words, a line for each."""
    return np.array([marks(form) for form in forms], np.uint64).reshape(-1, 2)


def stances(tokens: Ints, lengths: Ints, forms: Sequence[str], signs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the stance of each of many texts, as bits of `NAMES`.

    `tokens` are the forms of all texts one after the other, `lengths` their numbers, at least one each; `signs` is the
    `table` of the forms.
    """
    shown, starts = signs.take(tokens, axis=0), lengths.cumsum() - lengths
    joined = np.bitwise_or.reduceat(shown, starts)
    found = np.array([_settled(names, parts) for names, parts in joined.tolist()], np.uint64)
    ending = np.add.reduceat((shown[:, 0] & np.uint64(_ENDING) != 0).astype(np.int32), starts)
    for text in np.flatnonzero(ending > 1).tolist():
        own = [forms[number] for number in tokens[starts[text] : starts[text] + lengths[text]].tolist()]
        found[text] = stance(own, map(marks, own))
    return found


_HIDES = (
    (_BIT["unable"], _BIT["deny"]),
    (_BIT["wonder"], _BIT["deny"] | _BIT["unable"]),
    (_BIT["why"] | _BIT["asks"], _BIT["state"]),
)  # fmt: skip
"""Stances that explain another one away: in "cannot" the negation denies nothing."""

_TROUBLE = _BIT["deny"] | _BIT["unable"] | _BIT["fail"] | _BIT["why"]
_ACCUSING = _BIT["deny"] | _BIT["fail"] | _BIT["why"]
_UNDONE = {
    _BIT[ending]: _BIT[undoing]
    for ending, undoing in (
        ("cancel", "restore"), ("remove", "restore"), ("off", "on"), ("block", "unblock"), ("hide", "show"),
        ("stop", "play"), ("leave", "join"), ("close", "open"),
    )
}  # fmt: skip
"""What ends something, and what takes the end back."""
_ENDING = sum(_UNDONE)
_BEGINNING, _NEAR = 3, 3


def stance(forms: Sequence[str], words: Iterable[Marks]) -> int:
    """Return the stance of one text, given its folded words and their marks."""
    names = parts = 0
    shown = list(words)
    for own_names, own_parts in shown:
        names |= own_names
        parts |= own_parts
    found = _settled(names, parts)
    undone = _undone(forms, shown) if names & _ENDING else 0
    for ending, undoing in _UNDONE.items():
        if undone & ending:
            found = found & ~ending | undoing
    return found


def _undone(forms: Sequence[str], shown: Sequence[Marks]) -> int:
    """Return which endings the text itself ends: a verb whose object is its own noun, as "cancel my cancellation".

    A Hungarian verb may stand apart from its prefix: "mondja le a lemondást".
    """
    found = 0
    for place, (names, _) in enumerate(shown):
        ended = names & _ENDING
        for other in range(len(shown)) if ended else ():
            form, verb = forms[place], forms[other]
            if shown[other][0] & ended and form != verb and form[:_BEGINNING] == verb[:_BEGINNING]:
                found |= shown[other][0] & ended if 0 < place - other <= _NEAR else 0
            elif not shown[other][0] and len(verb) > _BEGINNING and verb[: _BEGINNING + 1] in form[1:]:
                found |= ended
    return found


@lru_cache(4096)
def _settled(names: int, parts: int) -> int:
    """Return the stance by the joined marks of a text's words: with pairs, without what is explained away."""
    for bit, wanted in _PAIRS:
        if parts & wanted == wanted:
            names |= bit
    for sign, hidden in _HIDES:
        if names & sign:
            names &= ~hidden
    if names & _BIT["unwanted"] and (names & _BIT["asks"] or not names & _ENDING):
        names &= ~_BIT["deny"]
    return names


def conflicts(
    asked: int,
    ever: NDArray[np.uint64],
    always: NDArray[np.uint64],
    leading: NDArray[np.uint64],
    nearest: NDArray[np.uint64],
) -> Floats:
    """Return for each entry 1 where it contradicts the question, 1/2 where it may, else 0.

    `asked` is the question's stance, `ever` and `always` what any and what all of the entry's phrasings show, `leading`
    what its own question and its best phrasings show, `nearest` what those of them that are about as near as the best.

    An entry contradicts if it takes the other side of an opposition and never the question's. A complaint needs an
    entry about trouble, a denial one with a denial, not just in a phrasing that is far from the question: what "is not
    so" is no inability. A question for a state needs an entry for a state, a command none that is only for a state.
    """
    found = np.zeros(len(ever), np.float32)
    if asked & (_BIT["unable"] | _BIT["fail"]):
        found[leading & np.uint64(_TROUBLE | _BIT["lost"]) == 0] = 1.0
    elif asked & _TROUBLE:
        found[nearest & np.uint64(_ACCUSING) == 0] = 1.0
    else:
        found[always & np.uint64(_TROUBLE) != 0] = 0.5
    for name in ("without", "state"):
        if asked & _BIT[name]:
            found[ever & np.uint64(_BIT[name]) == 0] = 1.0
    if not asked & _BIT["state"]:
        found[always & np.uint64(_BIT["state"]) != 0] = 1.0
    for one, other in _SIDES:
        if asked & one:
            found[(ever & np.uint64(one) == 0) & (ever & np.uint64(other) != 0)] = 1.0
    return found


_SIDES = [(_BIT[one], _BIT[other]) for pair in _OPPOSITES for one, other in (pair, pair[::-1])]
