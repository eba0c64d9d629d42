"""The frequency table of word forms."""

import numpy as np
import pytest

from knowledge.matching.lexicon import frequencies
from knowledge.matching.lexicon.frequencies import Frequencies

TABLE = Frequencies.load()


def test_a_frequent_word_has_a_greater_share_than_a_rare_one_and_a_strange_one_none() -> None:
    assert TABLE.of("the", "en") > TABLE.of("password", "en") > TABLE.of("hinge", "en") > 0
    assert TABLE.of("passwrod", "en") == 0
    assert TABLE.of("", "en") == 0


@pytest.mark.parametrize(
    ("word", "lang", "other"), [("the", "en", "ru"), ("пароль", "ru", "en"), ("köszönöm", "hu", "en")]
)
def test_a_word_belongs_to_its_language(word: str, lang: str, other: str) -> None:
    assert TABLE.of(word, lang) > 0
    assert TABLE.of(word, other) == 0


@pytest.mark.parametrize(
    ("written", "lang", "meant"),
    [
        ("passord", "en", "password"),
        ("passsword", "en", "password"),
        ("pasdword", "en", "password"),
        ("passwrod", "en", "password"),
        ("апроль", "ru", "пароль"),
        ("jelző", "hu", "jelzi"),
    ],
)
def test_a_word_is_found_by_one_slip_of_any_kind(written: str, lang: str, meant: str) -> None:
    assert meant in TABLE.one_edit_away(written, lang)


def test_every_word_found_is_in_the_table_and_none_is_the_word_itself() -> None:
    found = TABLE.one_edit_away("there", "en")
    assert "there" not in found
    assert len(found) == len(set(found))
    assert all(TABLE.of(word, "en") for word in found)


@pytest.mark.parametrize("word", ["a" * 26, "κωδικός", "пароль"])
def test_what_no_slip_can_make_a_word_of_is_not_looked_for(word: str) -> None:
    assert TABLE.one_edit_away(word, "en") == []


def test_a_packed_share_comes_back_within_a_part_in_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.sort(np.array([frequencies.pack(word, "en", share) for word, share in SHARES.items()], np.uint64))
    monkeypatch.setattr(np, "load", lambda *_args, **_kwargs: rows)
    table = Frequencies()
    assert {word: pytest.approx(table.of(word, "en"), rel=0.01) for word in SHARES} == SHARES


SHARES = {"the": 0.05, "password": 2e-5, "hinge": 1.3e-7}
