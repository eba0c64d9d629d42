"""Restoration of a message's text: misspelt words are corrected, and everything else stays as written."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from knowledge.matching.text.normalised import fold, lower, word_places


def as_meant(written: str, meant: Sequence[str], accented: Mapping[str, str]) -> str:
    """Replace the words of a text that differ from the words meant, in order.

    Words that have no counterpart, such as a greeting, stay, except next to a corrected word. If a message has no
    accents at all, its words get those of `accented`, by folded form.
    """
    places = word_places(written)
    words = [lower(written[begin:end]) for begin, end in places]
    if not any(fold(word) != word for word in words):
        meant = [accented.get(word, word) for word in meant]
    pieces, done = [], 0
    for kind, begin, end, first, last in SequenceMatcher(None, words, list(meant), autojunk=False).get_opcodes():
        if kind == "replace":
            pieces += [written[done : places[begin][0]], " ".join(meant[first:last])]
            done = places[end - 1][1]
    return "".join([*pieces, written[done:]])
