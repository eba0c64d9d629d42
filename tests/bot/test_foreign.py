import pytest

from bot.views.other_language import button, with_remark


@pytest.mark.parametrize(
    ("language", "lang", "remark"),
    [
        ("ru", "en", " (на английском)"),
        ("en", "hu", " (in Hungarian)"),
        ("hu", "ru", " (oroszul)"),
        ("ru", "de", " (de)"),
    ],
)
def test_a_button_is_cut_before_the_remark(language: str, lang: str, remark: str) -> None:
    short, long = button("Вход", language, lang), button("Как мне вернуть доступ к моей странице, если", language, lang)
    assert short == f"Вход{remark}"
    assert len(long) <= 40
    assert long.endswith(f"…{remark}")


def test_ones_own_language_needs_no_remark() -> None:
    assert button("Вход", "ru", "ru") == with_remark("Вход", "ru", "ru") == "Вход"
