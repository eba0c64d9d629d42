"""A question costs at most as much as 500 characters, for any message.

Work is counted, not timed: every call of a function, of Python or of C, that asking makes.
`benchmarks/matching_abuse.py` shows the milliseconds.
"""

import random
import sys
from types import FrameType

import pytest

from knowledge.matching import Match, Matcher, Phrasing
from knowledge.matching.text.normalised import LIMIT, clip

THINGS = ["пароль", "заказ", "доставку", "возврат", "карту", "видео", "канал", "подписку", "рекламу", "профиль"]
DEEDS = ["удалить", "найти", "оплатить", "вернуть", "скрыть", "отменить", "изменить", "скачать", "include", "törölni"]
PHRASINGS = [
    Phrasing(number, f"как {deed} {thing}", "ru")
    for number, (deed, thing) in enumerate((deed, thing) for deed in DEEDS for thing in THINGS)
]
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_rng = random.Random(7)
KNOWN = [word for _ in range(12) for phrasing in PHRASINGS[:40] for word in phrasing.text.split()]

HOSTILE = {
    "64 KB of text": "где мой заказ и почему он не пришёл " * 1800,
    "64 KB, one word": "а" * 65_536,
    "64 KB, one varied word": "".join(_rng.choices(LETTERS, k=65_536)),
    "30 000 short words": " ".join(_rng.choices(LETTERS, k=30_000)),
    "30 000 lines": "\n".join(_rng.choices(KNOWN, k=30_000)),
    "30 000 sentences": ". ".join(_rng.choices(KNOWN, k=30_000)),
    "10 000 emoji": "😀" * 10_000,
    "10 000 joined emoji": "👩‍👩‍👧" * 10_000,
    "zalgo": "п\u0301\u0302\u0327\u0330ароль\u0336\u0489" * 6_000,
    "combining marks alone": "\u0301" * 65_536,
    "lone surrogates": "\ud800\udfff" * 32_768,
    "control characters": "\0\x07\x1b\u202e\ufeff" * 13_000,
    "characters that grow": "\ufdfa" * 22_000,
    "spaces": " \t\n\u00a0" * 16_000,
    "the other keyboard layout": "rfr elfkbnm gfhjkm " * 3_500,
    "Latin letters": "kak udalit parol zabyl " * 3_000,
    "glued words of the knowledge": "".join(_rng.choices(KNOWN, k=10_000)),
    "misspelt words of the knowledge": " ".join(word[:2] + "ъ" + word[3:] for word in _rng.choices(KNOWN, k=10_000)),
}
MOST_CALLS = 120_000
"""Calls of the most expensive message, with a margin (the growing one: 108 000; no other exceeds 81 000)."""


def asked(matcher: Matcher, text: str) -> tuple[Match, int]:
    """The match, and how many calls it took."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        match = matcher.match(text)
    finally:
        sys.setprofile(before)
    return match, calls


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_more_than_500_characters_are_looked_at(text: str) -> None:
    assert len(clip(text)) <= LIMIT
    whole, calls = asked(Matcher.build(PHRASINGS), text)
    clipped, _ = asked(Matcher.build(PHRASINGS), clip(text))
    assert whole.question == text
    assert (whole.band, whole.candidates) == (clipped.band, clipped.candidates)
    assert calls <= MOST_CALLS


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_ten_times_as_long_is_no_more_work(text: str) -> None:
    _, calls = asked(Matcher.build(PHRASINGS), text)
    _, of_ten = asked(Matcher.build(PHRASINGS), text * 10)
    assert of_ten <= calls * 1.5 + 2_000  # another end of the message, the same length of it


def test_the_work_is_really_counted() -> None:
    """The counter distinguishes a short question from 500 characters of unknown words."""
    _, short = asked(Matcher.build(PHRASINGS), "как удалить пароль")
    _, long = asked(Matcher.build(PHRASINGS), HOSTILE["misspelt words of the knowledge"])
    assert 50 < short < long
