"""Splitting of long texts into parts that each fit one message of a platform."""

import re
import unicodedata
from collections.abc import Iterator

from handoff.messages.rich_text import units, within
from handoff.messages.values import EntityKind, RichText
from knowledge.languages import LANGUAGES

PART_UNITS = 4000
"""Longest part in UTF-16 units: VK and Telegram take 4096; one size for all splits a text identically everywhere."""
_SENTENCE_END = re.compile(r"[.!?…]+[\"»”’)\]]*(?=\s)")
_SPACE = re.compile(r"(?<!№) (?![\d])|(?<![\d№]) ")
"""Places between words; not within `5 000 000` or after №."""
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_LAST_WORD = re.compile(r"(\S+)\.[\"»”’)\]]*$")
_ABBREVIATIONS = frozenset[str]().union(*(language.abbreviations for language in LANGUAGES.values()))
"""Abbreviations: a full stop after them does not end a sentence."""
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


def split(rich: RichText, limit: int = PART_UNITS) -> list[RichText]:
    """Split into parts of at most `limit` UTF-16 units.

    A cut is preferably at the end of a line, then of a sentence, then of a word. It is never within a link, a web
    address or a grapheme of several characters, unless that alone is longer, nor after an abbreviation or an ordinal
    number. Other entities that a cut crosses continue in the next part; no character is lost but the white space at a
    cut. No part is blank, unless the whole text is.
    """
    parts: list[RichText] = []
    rest, passed = rich.text, 0
    addresses = [(found.start(), found.end()) for found in _WEB_ADDRESS.finditer(rest)]
    whole = [(units(rest[:begin]), units(rest[:end])) for begin, end in addresses if units(rest) > limit]
    whole += [
        (entity.offset, entity.offset + entity.length) for entity in rich.entities if entity.kind is EntityKind.LINK
    ]
    while rest:
        links = [(begin - passed, end - passed) for begin, end in whole]
        size = _cut(rest, limit, links)
        piece = rest[:size]
        kept = piece.rstrip()
        if kept:
            parts.append(RichText(kept, within(rich.entities, passed, units(kept))))
        following = rest[size:]
        stripped = following.lstrip()
        passed += units(piece) + units(following) - units(stripped)
        rest = stripped
    return parts or [RichText("")]


def _cut(text: str, limit: int, links: list[tuple[int, int]]) -> int:
    """Return how many characters of `text` go into the next part; `links` are ranges of it in UTF-16 units."""
    if units(text) <= limit:
        return len(text)
    room = count = 0
    for character in text:
        room += 2 if character > "\uffff" else 1
        if room > limit:
            break
        count += 1
    for end in _ends(text[: count + 2], count):
        if end <= count // 2:
            continue
        at = units(text[:end])
        if not any(begin < at < stop for begin, stop in links):
            return end
    return _hard_cut(text, count, links)


def _ends(head: str, count: int) -> Iterator[int]:
    """Yield possible cuts of the head, best first: lines, sentences, words; of each kind the latest first."""
    for sign in ("\n\n", "\n"):
        at = head.rfind(sign, 0, count)
        while at > 0:
            yield at
            at = head.rfind(sign, 0, at)
    for pattern in (_SENTENCE_END, _SPACE):
        places = [found.end() if pattern is _SENTENCE_END else found.start() for found in pattern.finditer(head)]
        yield from (end for end in reversed(places) if end <= count and not _shortened(head[:end]))


def _shortened(head: str) -> bool:
    """Return whether the head ends with an abbreviation, initial or numbered full stop, which needs the next word."""
    found = _LAST_WORD.search(head[-40:])
    if found is None:
        return False
    word = found[1].lstrip("\"«„“(['").lower()
    return word.isdecimal() or len(word) == 1 or word in _ABBREVIATIONS


def _hard_cut(text: str, count: int, links: list[tuple[int, int]]) -> int:
    """Return the latest place before `count` that splits neither a link nor a grapheme; `count` if there is none."""
    for end in range(count, 0, -1):
        at = units(text[:end]) if links else 0
        if not _within_a_sign(text, end) and not any(begin < at < stop for begin, stop in links):
            return end
    return next((end for end in range(count, 0, -1) if not _within_a_sign(text, end)), count)


def _within_a_sign(text: str, place: int) -> bool:
    """Return whether the characters before and after the place are shown as one."""
    before, after = text[place - 1], text[place : place + 1]
    if not after:
        return False
    modifies = unicodedata.combining(after) or after in _JOINERS or "\U0001f3fb" <= after <= "\U0001f3ff"
    if modifies or before == "\u200d":
        return True
    flags = re.search("[\U0001f1e6-\U0001f1ff]*$", text[:place])
    return "\U0001f1e6" <= after <= "\U0001f1ff" and flags is not None and len(flags[0]) % 2 == 1
