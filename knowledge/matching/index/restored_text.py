"""A message as it was meant: what was misspelt is put right, and all else stays as it was written."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from knowledge.matching.text.normalised import fold, lower, word_places


def as_meant(written: str, meant: Sequence[str], accented: Mapping[str, str]) -> str:
    """The text with those of its words replaced that are not among the words meant, in their order.

    Words that are not among them at all, such as a greeting, stay, but beside a word that was put right. Where a message has no accents at all, its words get those
    of `accented`, by folded form.
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
