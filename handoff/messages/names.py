"""Names that can be read: what people call themselves may be empty, or be made of characters that show nothing."""

import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")
"""Fillers and blanks that Unicode counts as letters or symbols: Hangul fillers, the empty Braille pattern."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})
"""Categories without a shape of their own; marks need a letter below them (https://www.unicode.org/reports/tr44/)."""
_REVERSING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def readable(name: str) -> str:
    """The name without what turns its surroundings around; empty where nothing of it can be seen."""
    if all(character in _BLANK or unicodedata.category(character) in _UNSEEN for character in name):
        return ""
    return "".join(character for character in name if character not in _REVERSING)
