"""Readable names: a chosen name may be empty, or consist of characters that show nothing."""

import re
import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")
"""Fillers and blanks that Unicode counts as letters or symbols: Hangul fillers, the empty Braille pattern."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})
"""Categories without a visible shape; marks need a base letter (https://www.unicode.org/reports/tr44/)."""
_REVERSING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def readable(name: str) -> str:
    """Remove characters that change the direction of the surrounding text; return "" if nothing visible is left."""
    if all(character in _BLANK or unicodedata.category(character) in _UNSEEN for character in name):
        return ""
    return "".join(character for character in name if character not in _REVERSING)


def without_name(text: str, name: str) -> str:
    """Replace the name of the contact who received the text, or its first word, by the placeholder of a name."""
    whole = " ".join(readable(name).split())
    for one in dict.fromkeys((whole, whole.partition(" ")[0])):
        if len(one) > 1:
            text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", "{name}", text)
    return text
