"""Words as people type them in a chat: short forms, and names written as they sound in the other alphabet."""

import pytest

from knowledge.matching import Matcher, Phrasing
from knowledge.matching.lexicon.sounds import sound
from knowledge.matching.text import stems
from knowledge.matching.text.stems import ANY_FORM, written_forms

ENTRIES = [
    ("ru", "Как перенести видео с YouTube?"),
    ("ru", "Не приходит SMS с кодом"),
    ("ru", "Приложение вылетает"),
    ("ru", "Как удалить аккаунт?"),
    ("ru", "Где посмотреть трансляцию в 60 FPS?"),
    ("ru", "Как подключить дискорд?"),
    ("en", "How do I change my password?"),
    ("en", "The picture does not upload"),
    ("hu", "Elfelejtettem a jelszavamat"),
    ("hu", "Nem jelenik meg az üzenet"),
]
MATCHER = Matcher.build([Phrasing(number, text, lang) for number, (lang, text) in enumerate(ENTRIES)])


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("перекинуть с ютуба", "Как перенести видео с YouTube?"),
        ("видос с ютюба", "Как перенести видео с YouTube?"),
        ("смс не дошла", "Не приходит SMS с кодом"),
        ("смска не дошла", "Не приходит SMS с кодом"),
        ("прила падает", "Приложение вылетает"),
        ("снести акк", "Как удалить аккаунт?"),
        ("тормозит на 60фпс", "Где посмотреть трансляцию в 60 FPS?"),
        ("discord", "Как подключить дискорд?"),
        ("new pwd", "How do I change my password?"),
        ("pics fail", "The picture does not upload"),
        ("eltűnt az üzi", "Nem jelenik meg az üzenet"),
    ],
)
def test_the_careful_wording_is_found(asked: str, meant: str) -> None:
    lang = next(lang for lang, text in ENTRIES if text == meant)
    assert MATCHER.match(asked, languages=(lang,)).candidates[0].phrasing == meant


def test_what_sounded_alike_is_shown_as_the_reason() -> None:
    assert "YouTube" in MATCHER.match("видео с ютуба").candidates[0].why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ютуб", "youtube"), ("фейсбук", "facebook"), ("айфон", "iphone"), ("вотсап", "whatsapp"), ("стим", "steam"),
        ("кэшбэк", "cashback"), ("аккаунт", "account"), ("браузер", "browser"), ("вк", "vk"), ("чат", "chat"),
    ],
)  # fmt: skip
def test_both_spellings_of_a_name_are_one_word(one: str, other: str) -> None:
    for known, asked in ((one, other), (other, one)):
        phrasings = [Phrasing(1, f"как войти в {known}", "ru"), Phrasing(2, "как войти в кабинет", "ru")]
        vocabulary = Matcher.build(phrasings).examine(known)[0].asked
        found = Matcher.build(phrasings).examine(asked)[0].asked
        assert found.share == vocabulary.share == 1.0


@pytest.mark.parametrize(
    ("known", "asked"), [("net", "нет"), ("let", "лет"), ("was", "вас"), ("fail", "файл"), ("warn", "верн")]
)
def test_words_that_only_sound_alike_are_two(known: str, asked: str) -> None:
    phrasings = [Phrasing(1, f"the {known} of my profile", "en"), Phrasing(2, "профиль закрыт", "ru")]
    assert Matcher.build(phrasings).examine(asked)[0].asked.share == 0.0


def test_a_sound_is_written_in_one_alphabet() -> None:
    assert sound("джинсы") == sound("jinsi") == "Jinsi"
    assert all(sound(word).isascii() for word in ("щечка", "объявление", "cheeky", "wharf"))


@pytest.mark.parametrize("lang", ["ru", "en", "hu"])
def test_spoken_forms_are_told_once_and_lead_to_a_word_that_is_none_of_them(lang: str) -> None:
    forms = written_forms(lang)
    for form, written in forms.items():
        assert stems.stem(form.removesuffix(ANY_FORM), lang) == stems.stem(written, lang), form
        assert written not in forms
