"""What is pointed out in a reply before it is sent."""

import pytest

from handoff.messages.last_look import Oversight, find_oversights

CAPITALS, GREETING, LANGUAGE = Oversight.CAPITALS, Oversight.EMPTY_GREETING, Oversight.OTHER_LANGUAGE


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("", "ru", ()),
        ("Здравствуйте, Анна! Всё работает.", "ru", ()),
        ("ЗДРАВСТВУЙТЕ, АННА! ВСЁ РАБОТАЕТ", "ru", (CAPITALS,)),
        ("Откройте раздел СМС", "ru", ()),
        ("ОК, СПАСИБО", "ru", ()),  # too short to shout
        ("`SELECT COUNT(STAR) FROM PAGES` и всё", "ru", ()),
        ("Здравствуйте, !\nВсё работает.", "ru", (GREETING,)),
        ("Здравствуйте , ! Всё работает.", "ru", (GREETING,)),
        ("Jó napot kívánok, ! A jelszó rendben van.", "hu", (GREETING,)),
        ("Hello , . It works for you now", "en", (GREETING,)),
        ("Hello, Anna! It works for you, now!", "en", ()),
        ("You can find this in the menu", "ru", (LANGUAGE,)),
        ("Откройте, пожалуйста, меню", "en", (LANGUAGE,)),
        ("You can find it on the page", "hu", (LANGUAGE,)),
        ("You can find it on the page", "", ()),
        ("Откройте https://example.org/a/long/address/of/a/page и готово", "ru", ()),
        ("ok", "ru", ()),
    ],
)
def test_what_is_pointed_out(text: str, language: str, found: tuple[Oversight, ...]) -> None:
    assert find_oversights(text, language) == found
