"""Hungarian numbers in a sentence: the article before them and the ending after them follow their names."""

from collections.abc import Mapping

_BACK_DIGITS, _BACK_TENS = "368", "2368"
"""Whose names have back vowels: három, hat, nyolc; húsz, harminc, hatvan, nyolcvan."""
_FRONT: Mapping[int, int] = str.maketrans("aó", "eő")


def inflect_number(number: int, spec: str) -> str:
    """Write a number that is not negative as a format specification asks.

    With `az` it is "az 5" or "a 7", with `Az` the same at the beginning of a sentence, and with `a -ból` "a 3-ból" or
    "az 5-ből". Any other specification is Python's own.
    """
    article, _, ending = spec.partition(" ")
    if article.lower() not in {"a", "az"}:
        return format(number, spec)
    word = f"az {number}" if _begins_with_vowel(number) else f"a {number}"
    word = word[0].upper() + word[1:] if article[0].isupper() else word
    return word + (ending if _has_back_vowels(number) else ending.translate(_FRONT))


def _begins_with_vowel(number: int) -> bool:
    """Decide whether the name does: öt…, and egy, ezer, egymillió; not tíz or száz."""
    digits = str(number)
    return digits[0] == "5" or (digits[0] == "1" and len(digits) % 3 == 1)


def _has_back_vowels(number: int) -> bool:
    """Decide by the last word of the name: nulla, három, húsz, száz and millió have them; egy, tíz and ezer not."""
    digits = str(number)
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros == len(digits):
        return True
    last = digits[len(digits) - zeros - 1]
    match zeros:
        case 0:
            return last in _BACK_DIGITS
        case 1:
            return last in _BACK_TENS
        case _:
            return zeros == len("00") or zeros >= len("000000")
