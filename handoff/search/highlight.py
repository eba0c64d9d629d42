"""Marks the words of a search in texts."""

import re

from markupsafe import Markup, escape

from knowledge.matching import search_stems, words_to_search

_WORD = re.compile(r"[^\W_]+")
_TAG_OR_WORD = re.compile(r"<[^>]*>|&#?\w+;|[^\W_]+")
_BEFORE, _LENGTH = 60, 240


def mark_html(html: Markup, stems: frozenset[str]) -> Markup:
    """Mark the words with one of the stems in a piece of HTML, outside its tags."""
    if not stems:
        return html

    def mark(found: re.Match[str]) -> str:
        part = found[0]
        return f"<mark>{part}</mark>" if part[0] not in "<&" and _is_hit(part, stems) else part

    return Markup(_TAG_OR_WORD.sub(mark, str(html)))  # noqa: S704 - only words of escaped text are wrapped


def excerpt(text: str, stems: frozenset[str]) -> Markup:
    """Return the part of a text around the first word with one of the stems, with all such words marked."""
    first = next((found.start() for found in _WORD.finditer(text) if _is_hit(found[0], stems)), 0)
    start = max(0, first - _BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or start
    part = " ".join(text[start : start + _LENGTH].split())
    whole = start + _LENGTH >= len(text)
    return mark_html(escape(("… " if start else "") + part + ("" if whole else " …")), stems)


def _is_hit(word: str, stems: frozenset[str]) -> bool:
    return any(not stems.isdisjoint(search_stems(one)) for one in words_to_search(word))
