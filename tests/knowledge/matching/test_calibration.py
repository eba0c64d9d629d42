"""The confidence is calibrated to the knowledge base when the index is built."""

import pytest

from knowledge.matching import Matcher, Phrasing

APART = [
    "как вырастить томаты на балконе", "где починить велосипед", "сколько варить гречку", "чем отмыть духовку",
    "как научить кошку ходить в лоток", "когда сеять морковь", "какой объектив выбрать для портретов",
    "как настроить гитару", "почему скрипит дверь", "что посмотреть в казани", "как связать шарф спицами",
    "где сдать батарейки", "как приготовить лимонад", "чем кормить хомяка", "как заточить коньки",
    "сколько стоит страховка машины", "как убрать царапины с экрана", "где научиться плавать",
    "как выбрать палатку", "почему желтеют листья фикуса",
]  # fmt: skip
ALIKE = [
    f"сколько стоит {what} билет в {where} на поезд"
    for what in ("детский", "взрослый", "групповой", "льготный", "обратный")
    for where in ("казань", "тверь", "самару", "псков")
]


def matcher_of(questions: list[str]) -> Matcher:
    return Matcher.build([Phrasing(number, text, "ru") for number, text in enumerate(questions)])


def test_entries_that_are_apart_allow_more_confidence_than_entries_that_are_alike() -> None:
    assert matcher_of(APART).ease > 0.1
    assert matcher_of(ALIKE).ease < -0.1


def test_it_is_the_same_each_time_and_stays_with_edits() -> None:
    matcher = matcher_of(APART)
    assert matcher.ease == matcher_of(APART).ease
    assert matcher.with_edit(3, [Phrasing(3, "чем отмыть плиту", "ru")]).ease == matcher.ease
    assert matcher.with_edit(900, [Phrasing(900, "как почистить ковёр", "ru")]).ease == matcher.ease


@pytest.mark.parametrize("phrasings", [[], APART[:1], APART[:2]])
def test_a_few_entries_say_little(phrasings: list[str]) -> None:
    assert abs(matcher_of(phrasings).ease) < 0.5


def test_a_large_knowledge_base_is_measured_without_a_second_index() -> None:
    words = [f"{one}{two}" for one in ("бар", "вал", "гор", "дуб", "зем", "кит", "лом", "мыс") for two in ("ан", "ок")]
    texts = [f"где {one} {two} {three}" for one in words for two in words for three in words][:3200]
    alike = matcher_of(texts)
    assert alike.ease < 0.0
    assert alike.ease == matcher_of(texts).ease


def test_a_translation_is_no_wrong_entry() -> None:
    """The entries of one language are measured among themselves: the same question in another is the same answer."""
    doubled = [Phrasing(number + 500 * copy, text, lang) for copy, lang in enumerate(("ru", "hu"))
               for number, text in enumerate(APART)]  # fmt: skip
    assert Matcher.build(doubled).ease == pytest.approx(matcher_of(APART).ease, abs=0.5)
