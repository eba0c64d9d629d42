"""The matcher as its callers see it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.matching import Band, Matcher, Phrasing, Thresholds
from knowledge.matching.lexicon import vocabulary
from knowledge.matching.lexicon.ngrams import Word
from knowledge.matching.lexicon.vocabulary import Vocabulary
from knowledge.matching.saved_matcher import load, save

KNOWLEDGE = [
    Phrasing(1, "Как восстановить пароль?", "ru"),
    Phrasing(1, "не могу войти, забыл пароль", "ru"),
    Phrasing(2, "Как вернуть деньги за заказ?", "ru"),
    Phrasing(2, "хочу оформить возврат средств", "ru"),
    Phrasing(3, "Сколько стоит доставка в другой город?", "ru"),
    Phrasing(4, "Что делать при ошибке 403?", "ru"),
    Phrasing(5, "Что делать при ошибке 404?", "ru"),
    Phrasing(6, "How do I change my delivery address?", "en"),
    Phrasing(7, "How do I delete my account?", "en"),
    Phrasing(8, "Hogyan tudom visszaállítani a jelszavamat?", "hu"),
    Phrasing(9, "Mennyibe kerül a kiszállítás?", "hu"),
]

SMALL = Matcher.build(KNOWLEDGE)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.build(KNOWLEDGE)


def first(matcher: Matcher, question: str) -> int | None:
    candidates = matcher.match(question).candidates
    return candidates[0].entry_id if candidates else None


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("как восстановить пароль", 1),
        ("КАК ВОССТАНОВИТЬ ПАРОЛЬ??? 😭😭", 1),
        ("как восстоновить пороль", 1),
        ("rfr djccnfyjdbnm gfhjkm", 1),
        ("kak vosstanovit parol", 1),
        ("Здравствуйте! Подскажите пожалуйста, как вернуть деньги за заказ? Спасибо заранее", 2),
        ("ошибка 403", 4),
        ("ошибка 404", 5),
        ("how to chnage delivery adress", 6),
        ("рщц вщ ш вудуеу ьн фссщгте", 7),
        ("hogyan tudom visszaallitani a jelszavamat", 8),
        ("menyibe kerul a kiszallitas", 9),
    ],
)
def test_messy_questions_find_their_entry(matcher: Matcher, question: str, entry: int) -> None:
    assert first(matcher, question) == entry


def test_an_empty_knowledge_base_matches_nothing() -> None:
    match = Matcher.build([]).match("как восстановить пароль")

    assert match.band is Band.NONE
    assert match.candidates == ()
    assert match.question == "как восстановить пароль"


@pytest.mark.parametrize("question", ["", "   ", "???", "😀", "\x00", "\ud800"])
def test_a_message_without_words_matches_nothing(matcher: Matcher, question: str) -> None:
    match = matcher.match(question)

    assert match.band is Band.NONE
    assert match.candidates == ()


def test_the_same_words_as_a_phrasing_are_answered(matcher: Matcher) -> None:
    match = matcher.match("Как вернуть деньги за заказ?")

    assert match.band is Band.ANSWER
    assert match.candidates[0].entry_id == 2
    assert match.candidates[0].phrasing == "Как вернуть деньги за заказ?"


def test_a_question_about_something_else_is_not_answered(matcher: Matcher) -> None:
    assert matcher.match("какая завтра погода в казани").band is not Band.ANSWER


def test_why_names_the_words_as_the_phrasing_writes_them(matcher: Matcher) -> None:
    best = matcher.match("верните денги").candidates[0]

    assert best.entry_id == 2
    assert "деньги" in best.why
    assert "заказ" not in best.why


def test_candidates_come_best_first_and_no_more_than_asked(matcher: Matcher) -> None:
    candidates = matcher.match("что делать при ошибке", limit=2).candidates

    assert {candidate.entry_id for candidate in candidates} == {4, 5}
    assert candidates[0].confidence >= candidates[1].confidence


def test_of_equal_entries_the_contact_s_language_comes_first() -> None:
    matcher = Matcher.build([Phrasing(1, "Telegram bot", "ru"), Phrasing(2, "Telegram bot", "hu")])

    assert matcher.match("telegram bot", languages=("hu", "ru")).candidates[0].entry_id == 2
    assert matcher.match("telegram bot", languages=("ru", "hu")).candidates[0].entry_id == 1


def test_a_single_word_is_offered_choices_but_not_answered(matcher: Matcher) -> None:
    match = matcher.match("пароль")

    assert match.band is Band.SUGGEST
    assert match.candidates[0].entry_id == 1


def test_a_single_word_that_is_a_phrasing_is_answered() -> None:
    knowledge = [
        *KNOWLEDGE,
        *(Phrasing(20, text, "ru") for text in ("Отписаться", "как отписаться", "хочу отписаться")),
    ]

    assert Matcher.build(knowledge, Thresholds(answer=0.5, likely=0.5)).match("отписаться").band is Band.ANSWER


def test_thresholds_move_the_bands() -> None:
    bold = Matcher.build(KNOWLEDGE, Thresholds(answer=0.0, likely=0.0, suggest=0.0))
    silent = Matcher.build(KNOWLEDGE, Thresholds(answer=1.0, likely=1.0, suggest=1.0))

    assert bold.match("где пароль").band is Band.ANSWER
    assert silent.match("пароль").band is Band.NONE


@pytest.mark.parametrize(
    ("answer", "likely", "suggest"),
    [(0.2, 0.2, 0.5), (1.1, 0.5, 0.5), (0.5, 0.5, -0.1), (0.5, 0.6, 0.2), (0.8, 0.1, 0.2)],
)
def test_thresholds_out_of_order_are_refused(answer: float, likely: float, suggest: float) -> None:
    with pytest.raises(ValueError, match="thresholds need"):
        Thresholds(answer, likely, suggest)


@pytest.mark.parametrize(
    "flood",
    [
        "пароль " * 10_000,
        "а" * 65_536,
        "п" + "\u0301" * 65_536,
        "😀" * 10_000,
        "\ufdfa" * 10_000,
        "\ud800\x00" * 5_000,
        "[];',.`" * 9_000,
        " ".join(f"слово{number}" for number in range(9_000)),
    ],
)
def test_whatever_is_sent_is_cut_to_a_bounded_question(matcher: Matcher, flood: str) -> None:
    reading, _ = matcher.examine(flood)

    assert sum(map(len, reading.asked.forms)) <= 500
    assert len(reading.said) <= 500
    assert len(matcher.match(flood).candidates) <= 5


def test_phrasings_of_any_kind_can_be_indexed_and_found() -> None:
    matcher = Matcher.build(
        [
            Phrasing(1, "İstanbul'a teslimat", "en"),
            Phrasing(2, "и\u0306огурт", "ru"),
            Phrasing(3, "???", "ru"),
            Phrasing(4, "слово " * 20_000, "ru"),
        ]
    )

    assert first(matcher, "istanbul") == 1
    assert first(matcher, "йогурт") == 2
    assert first(matcher, "слово") == 4
    assert matcher.match("istanbul").candidates[0].why == ("İstanbul",)


def test_the_answer_tells_similar_entries_apart() -> None:
    phrasings = [Phrasing(1, "Не загружается видео", "ru"), Phrasing(2, "Видео не загружается", "ru")]
    answers = {1: "Очистите кэш приложения.", 2: "Проверьте размер файла: до десяти гигабайт."}
    matcher = Matcher.build(phrasings, answers=answers)

    assert first(matcher, "видео не загружается, файл двадцать гигабайт") == 2
    assert first(matcher, "не загружается видео, кэш приложения") == 1


def test_of_a_long_message_the_part_with_two_near_entries_is_read_rather_than_one_that_resembles_nothing_well() -> None:
    texts = [
        "Как вернуть деньги за заказ", "Как вернуть деньги за подписку", "Как вернуть деньги за доставку",
        "Где посмотреть историю заказов", "Не работает мобильное приложение", "Можно ли оплатить картой жены",
        "Сколько дней идёт посылка", "Как получить помощь", "Куда обратиться с жалобой",
    ]  # fmt: skip
    more = [(1, "хочу вернуть оплату заказа"), (2, "возврат денег за подписку"), (5, "приложение не открывается")]
    matcher = Matcher.build([Phrasing(entry, text, "ru") for entry, text in [*enumerate(texts, 1), *more]])
    message = "Добрый день! Уже третий день, и посылка тут ни при чём. деньги вернуть хочу. Надеюсь, вы поможете."

    assert {candidate.entry_id for candidate in matcher.match(message).candidates[:3]} == {1, 2, 3}


def test_one_entry_with_many_phrasings_stands_beside_many_with_one() -> None:
    many = [Phrasing(0, f"не приходит письмо номер {number}", "ru") for number in range(60)]
    matcher = Matcher.build([*many, *KNOWLEDGE])

    assert first(matcher, "не приходит письмо") == 0
    assert first(matcher, "вернуть деньги за заказ") == 2


def test_a_word_of_another_language_with_the_same_meaning_is_near() -> None:
    matcher = Matcher.build([Phrasing(1, "удалить видео", "ru"), Phrasing(2, "сменить пароль", "ru")])

    assert first(matcher, "password") == 2
    assert matcher.match("password").band is not Band.ANSWER


def test_a_number_must_be_the_same_number(matcher: Matcher) -> None:
    match = matcher.match("что делать при ошибке 405")

    assert "403" not in match.candidates[0].why
    assert match.band is not Band.ANSWER


def test_many_threads_get_the_same_answers(matcher: Matcher) -> None:
    questions = ["rfr djccnfyjdbnm gfhjkm", "ошибка 404", "how to delete acount", "mennyibe kerul a kiszallitas"] * 10
    alone = [matcher.match(question) for question in questions]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(Matcher.build(KNOWLEDGE).match, questions))

    assert together == alone


def test_what_is_remembered_of_words_changes_no_answer(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = ["не могу зайти на сайт", "как поменять пороль", "где посмотреть мой заказ", "верните мне деньги"]
    expected = [matcher.match(question) for question in questions]
    monkeypatch.setattr(vocabulary, "_REMEMBERED", 1)  # forgotten while other threads are asking
    monkeypatch.setattr(vocabulary, "_CELLS", 1)  # compared one by one
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(matcher.match, questions * 50)) == expected * 50


def test_words_of_a_small_knowledge_are_compared_before_they_are_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    question = KNOWLEDGE[0].text
    monkeypatch.setattr(vocabulary, "_PREPARED", 0)
    unprepared = Matcher.build(KNOWLEDGE)
    expected = unprepared.match(question)
    monkeypatch.undo()
    prepared = Matcher.build(KNOWLEDGE)
    assert prepared.size > unprepared.size
    save(prepared, tmp_path / "index", {})
    read = load(tmp_path / "index", Thresholds())
    assert read is not None

    def refuse(_self: Vocabulary, wanted: Sequence[tuple[str, str]]) -> list[Word]:
        raise AssertionError(f"{len(wanted)} words are compared while somebody waits")

    monkeypatch.setattr(Vocabulary, "_compared", refuse)
    assert prepared.match(question) == read[0].match(question) == expected
    with pytest.raises(AssertionError, match="compared while somebody waits"):
        prepared.match(f"{question} kvantumfizika")


@given(st.text(max_size=700))
@settings(max_examples=150, deadline=None)
def test_no_text_can_break_it(text: str) -> None:
    match = SMALL.match(text, languages=("ru", "en"))

    assert all(0.0 <= candidate.confidence <= 1.0 for candidate in match.candidates)
    assert len(match.candidates) <= 5
    assert (match.band is Band.ANSWER) <= (match.candidates[:1] != ())


@pytest.mark.parametrize("question", ["какая завтра погода в казани", "how is the weather", "hogyan lesz holnap"])
def test_words_that_any_question_holds_speak_for_nothing(question: str) -> None:
    small = Matcher.build(
        [
            Phrasing(1, "Забыли пароль?", "ru"),
            Phrasing(2, "Как скачать музыку?", "ru"),
            Phrasing(3, "How do I change my name?", "en"),
            Phrasing(4, "Hogyan törlöm az oldalam?", "hu"),
        ]
    )
    assert small.match(question).band is Band.NONE


def test_translations_are_no_rivals_of_the_entry() -> None:
    russian = [Phrasing(1, "Как скачать музыку на телефон?", "ru"), Phrasing(2, "Как удалить страницу?", "ru")]
    others = [Phrasing(3, "How do I download music?", "en"), Phrasing(4, "How do I delete my page?", "en")]
    alone = Matcher.build(russian).match("скачать музыку на мой телефон").candidates[0].confidence
    beside = Matcher.build([*russian, *others]).match("скачать музыку на мой телефон").candidates[0].confidence
    assert beside > alone - 0.05


def test_a_question_whose_every_word_one_entry_alone_has_is_answered() -> None:
    phrasings = [
        Phrasing(number, text, "ru")
        for number, text in enumerate(
            ["Как скачать музыку на телефон?", "Как удалить страницу?", "Где мои подарки?", "Сменить пароль"]
        )
    ]
    assert Matcher.build(phrasings).match("как скачать музыку").band is Band.ANSWER
