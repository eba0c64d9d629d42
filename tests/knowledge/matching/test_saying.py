"""The text of a message that the sentence encoder gets."""

import pytest

from knowledge.matching.index.restored_text import as_meant

ACCENTED = {"jelszo": "jelszó", "szallitas": "szállítás"}


@pytest.mark.parametrize(
    ("written", "meant", "said"),
    [
        ("Where is my ordr?", ["where", "is", "my", "order"], "Where is my order?"),
        ("Please tell me where myorder is!", ["where", "my", "order", "is"], "Please tell me where my order is!"),
        ("my note book (blue)", ["my", "notebook", "blue"], "my notebook (blue)"),
        ("Where is it?", ["where", "is", "it"], "Where is it?"),
        ("🙂", [], "🙂"),
        ("", [], ""),
        ("Mennyi a szallitas?", ["mennyi", "a", "szallitas"], "Mennyi a szállítás?"),
        ("Mennyibe kerül a szallitas?", ["mennyibe", "kerül", "a", "szallitas"], "Mennyibe kerül a szallitas?"),
        ("Хочк СМЕНИТЬ пороль!!!", ["хочу", "сменить", "пароль"], "хочу СМЕНИТЬ пароль!!!"),
    ],
)
def test_only_what_was_misspelt_is_put_right(written: str, meant: list[str], said: str) -> None:
    assert as_meant(written, meant, ACCENTED) == said
