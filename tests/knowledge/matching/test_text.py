"""Normalised text."""

import pytest

from knowledge.matching.text.normalised import LIMIT, clip, fold, lower, words


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Ёлка, ЩУКА!", ["елка", "щука"]),
        ("Как?😀как", ["как", "как"]),
        ("поооомогите", ["помогите"]),
        ("код 1000 и E-403", ["код", "1000", "и", "e", "403"]),
        ("ﬁle Ａ", ["file", "a"]),
        ("и\u0306огурт", ["йогурт"]),
        ("п\u0301а\u0301роль", ["пароль"]),
        ("а\ud800б\x00в", ["а", "б", "в"]),
        ("Jelszó", ["jelszó"]),
        ("60fps, 10 гб", ["60", "fps", "10", "гб"]),
        ("4К или 4K", ["4k", "или", "4k"]),
        ("1080р", ["1080p"]),
        ("па\u00adро\u200bль\ufeff jel\u2060szó\u200d pass\u202eword\ufe0f", ["пароль", "jelszó", "password"]),
    ],
)
def test_words_survive_case_accents_and_noise(raw: str, found: list[str]) -> None:
    assert words(lower(clip(raw))) == found


def test_accents_of_latin_letters_fold_and_cyrillic_letters_stay() -> None:
    assert fold("jelszóűő") == "jelszouo"
    assert fold("йод") == "йод"


def test_of_a_long_message_beginning_and_end_stay() -> None:
    text = clip("начало " + "середина " * 5_000 + "конец")

    assert len(text) == LIMIT
    assert text.startswith("начало")
    assert text.endswith("конец")


def test_expanding_characters_do_not_pass_the_limit() -> None:
    assert len(clip("\ufdfa" * 400)) <= LIMIT
