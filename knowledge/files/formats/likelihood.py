"""How likely a text is to be one that somebody wrote in Russian, Ukrainian, Hungarian, German or English.

Only words that hold a character beyond ASCII count, for the others read alike in every encoding. A cost is a negative natural
logarithm of a probability: costs of texts of the same length add up and compare, and the lowest is the likeliest.
"""

import json
import re
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).with_name("letter_pairs.json")
"""Made by `benchmarks/letter_pairs.py`; provenance in `letter_pairs.md`."""

_STEPS = 4
_STRANGE_LETTER, _STRANGE_SYMBOL = 18.0, 12.0
_USUAL_SYMBOL, _SYMBOL, _MISPLACED = 3.0, 6.0, 9.0
_TITLE, _CAPITALS, _CASE_CHANGE, _INVERTED = 1.0, 2.0, 8.0, 8.0
_YO = 1.0
"""Cost of writing ё where most people write е."""
_LONGEST_ABBREVIATION = 6
_MIXED_SCRIPTS = 14.0
_DOUBTFUL = 4.0
"""Cost of a character; words of the languages have 2 to 3."""
_OPENING, _CLOSING, _APOSTROPHES, _DASHES = "«„“‘", "»”“’", "’ʼ‘", "–—"
_LOOSE, _AFTER_WORDS = "\u00a0\u00ad·•…", "²³™®©"
_USUAL = set("«»„“”’–—…№\u00a0")
_SYMBOLS = _USUAL | set("‘‚•§©®™°·×÷±²³½¼€£¢\u00ad")
_PARTS = re.compile(r"[^\W\d_¹²³¼½¾]+|[^\x00-\x7f]")
_WORDS = re.compile(r"[^\W\d_¹²³¼½¾]*[^\W\d_¹²³¼½¾\x00-\x7f][^\W\d_¹²³¼½¾]*")
_STRANGE = re.compile(rf"[^\x00-\x7f\w{re.escape(''.join(sorted(_SYMBOLS)))}]")
# English words whose accents stand elsewhere in Windows-1250, so that letters alone would not tell the two apart.
_BORROWED = {
    *(
        "naïve",
        "naïvely",
        "naïveté",
        "voilà",
        "crème",
        "brûlée",
        "jalapeño",
        "piñata",
        "señor",
        "señora",
        "mañana",
        "niño",
    ),
    *("tête", "à", "fête", "première", "españa", "español", "übermensch", "maître", "entrepôt", "apéritif"),
}


class _Language:
    """Costs of letter pairs, edges of words included."""

    def __init__(self, letters: str, costs: list[str]) -> None:
        self._known = set(letters)
        self._costs = {
            (first, second): (ord(cost) - 48) / _STEPS
            for first, row in zip(letters, costs, strict=True)
            for second, cost in zip(letters, row, strict=True)
        }

    def cost(self, word: str) -> float:
        strange = sum(letter not in self._known for letter in word)
        if strange:
            return _STRANGE_LETTER * strange + 3.0 * (len(word) + 1 - strange)
        return sum(self._costs[pair] for pair in pairwise(f" {word} "))


def cost(token: str) -> float:
    """The cost of a run without spaces, its ASCII letters included, for what stands between them may be wrong."""
    total = 0.0
    for found in _PARTS.finditer(token):
        part = found.group()
        total += _word_cost(part) if part[0].isalpha() else _symbol_cost(token, found.start())
    return total


def size(token: str) -> int:
    """How many characters `cost` speaks of, edges of words included."""
    return sum(len(part) + 1 for part in _PARTS.findall(token))


def is_doubtful(token: str) -> bool:
    """Whether nobody would write this in one of the languages: its letters or symbols do not belong together."""
    return cost(token) > _DOUBTFUL * size(token)


def has_doubtful_words(line: str) -> bool:
    """A faster look at a whole line, words with something beyond ASCII and unusual symbols alone."""
    return bool(_STRANGE.search(line)) or any(
        _word_cost(word) > _DOUBTFUL * (len(word) + 1) for word in _WORDS.findall(line)
    )


def is_abbreviation(token: str) -> bool:
    """Whether this is a short word in capitals, whose letters follow no rules of a language."""
    words = _WORDS.findall(token)
    return bool(words) and all(len(word) <= _LONGEST_ABBREVIATION and word.isupper() for word in words)


def imbalance(text: str) -> float:
    """The cost of quotation marks that open and never close."""
    angular = abs(text.count("«") - text.count("»"))
    low = max(text.count("„") - text.count("“") - text.count("”"), 0)
    high = max(text.count("“") - text.count("„") - text.count("”"), 0)
    return _USUAL_SYMBOL * (angular + low + high)


@lru_cache(50_000)
def _word_cost(word: str) -> float:
    total = 0.0
    if not word.islower():
        changes = sum(not first.isupper() and second.isupper() for first, second in pairwise(word))
        changes += sum(first.isupper() and not second.isupper() for first, second in pairwise(word[1:]))
        total += _CASE_CHANGE * changes + (_CAPITALS if len(word) > 1 and word.isupper() else _TITLE)
        if len(word) > 2 and word[0].islower() and word[1:].isupper():
            total += _INVERTED
    small = word.lower()
    if "ё" in small:
        total += _YO * small.count("ё")
        small = small.replace("ё", "е")
    if small in _BORROWED:
        return total + 2.5 * len(small)
    # Letters before the Cyrillic block are Latin ones; a word of both alphabets is scored by parts.
    scripts = re.findall("[\u0400-\u04ff]+|[^\u0400-\u04ff]+", small)
    total += _MIXED_SCRIPTS * (len(scripts) - 1)
    for part in scripts:
        names = ("ru", "uk") if "\u0400" <= part[0] <= "\u04ff" else ("hu", "de", "en")
        total += min(_languages()[name].cost(part) for name in names)
    return total


def _symbol_cost(token: str, place: int) -> float:
    symbol = token[place]
    if symbol not in _SYMBOLS:
        return _STRANGE_SYMBOL
    before = token[place - 1] if place else ""
    after = token[place + 1 : place + 2]
    if symbol in _OPENING or symbol in _CLOSING:
        wrong = (symbol not in _CLOSING and before.isalnum()) or (symbol not in _OPENING and after.isalnum())
        wrong = (wrong or (before.isalnum() and after.isalnum())) and symbol not in _APOSTROPHES
    elif symbol == "…":
        wrong = after.islower() and not before.isalnum()
    elif symbol in _DASHES:
        wrong = after.isalpha() and not before.isalnum()
    else:
        wrong = after.isalpha() and symbol not in _LOOSE
        wrong = wrong or (before.isalpha() and symbol not in _LOOSE and symbol not in _AFTER_WORDS)
    if wrong:
        return _MISPLACED
    return _USUAL_SYMBOL if symbol in _USUAL else _SYMBOL


@cache
def _languages() -> dict[str, _Language]:
    tables = json.loads(FILE.read_text("utf-8"))
    return {name: _Language(table["letters"], table["costs"]) for name, table in tables.items()}
