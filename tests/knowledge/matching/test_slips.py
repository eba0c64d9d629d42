"""Edit candidates, as checksums: all words that are one edit away, and no others."""

import pytest

from knowledge.matching.lexicon.edit_candidates import LONGEST, Guesses
from knowledge.matching.lexicon.meanings import key

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
HUNGARIAN = "abcdefghijklmnopqrstuvwxyzáéíóöőúüű"


def one_slip_before(word: str, letters: str) -> set[str]:
    halves = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    return {
        *(left + letter + right for left, right in halves for letter in letters),
        *(left + letter + right[1:] for left, right in halves if right for letter in letters),
        *(left + right[1:] for left, right in halves if right),
        *(left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1),
    }


@pytest.mark.parametrize(
    ("word", "lang", "letters"),
    [
        ("пароль", "ru", RUSSIAN),
        ("я", "ru", RUSSIAN),
        ("ж" * LONGEST, "ru", RUSSIAN),
        ("felhasználó", "hu", HUNGARIAN),  # letters of one byte and of two
        ("őrült😀", "hu", HUNGARIAN),  # and one that is no letter
        ("password", "en", "abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_the_guesses_are_all_words_one_slip_before(word: str, lang: str, letters: str) -> None:
    guesses = Guesses(word, lang, letters)
    words = [guesses.word(number) for number in range(len(guesses.keys))]
    assert set(words) == one_slip_before(word, letters)
    assert guesses.keys.tolist() == [key(guess, lang) for guess in words]
