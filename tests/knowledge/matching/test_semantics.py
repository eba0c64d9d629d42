"""Comparison by vectors, with a small embedder plugged in in place of the sentence encoder."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.matching import Band, Matcher, Phrasing, Thresholds
from knowledge.matching.arrays import unit
from knowledge.matching.ranking.features import NAMES as WORDS
from knowledge.matching.semantic.embedder import find_embedder
from knowledge.matching.semantic.vectors import NAMES as VECTORS
from knowledge.matching.semantic.vectors import text_of_answer

TOPICS = ["пароль", "заказ", "доставка", "возврат", "карта", "видео", "канал", "подписка", "реклама", "профиль"]
PHRASINGS = [Phrasing(number, f"как поменять {topic}", "ru") for number, topic in enumerate(TOPICS)]
OPENINGS = ["как поменять", "где найти", "не работает", "помогите настроить", "что такое"]
RICH = [Phrasing(number, f"{opening} {topic}", "ru") for number, topic in enumerate(TOPICS) for opening in OPENINGS]
STRANGE = {"флюмбр": "реклама", "зюзьки": "доставка", "парковку": "парковка"}


class Concepts:
    """One axis per topic and one that all texts share; knows a few words of each topic and records its calls."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return self.phrasings(texts)

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        axes = [*TOPICS, "парковка"]
        rows = np.zeros((len(texts), len(axes) + 1), np.float32)
        rows[:, -1] = 1.5
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                topic = STRANGE.get(word, word)
                if topic in axes:
                    row[axes.index(topic)] = 1.0
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def of(self, phrasings: Sequence[Phrasing]) -> dict[str, NDArray[np.float32]]:
        texts = [phrasing.text for phrasing in phrasings]
        return dict(zip(texts, self.phrasings(texts), strict=True))


class Mannered(Concepts):
    """An embedder dominated by the manner of asking."""

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        manners = np.array([[4.0 * ("?" in text), 4.0 * ("?" not in text)] for text in texts], np.float32)
        return unit(np.hstack([super().phrasings(texts), manners]))


@pytest.fixture(scope="module")
def by_words() -> Matcher:
    return Matcher.build(PHRASINGS)


def first(matcher: Matcher, question: str) -> int | None:
    candidates = matcher.match(question).candidates
    return candidates[0].entry_id if candidates else None


def test_a_question_in_words_of_its_own_finds_its_entry(by_words: Matcher) -> None:
    concepts = Concepts()
    matcher = by_words.with_embedder(concepts, concepts.of(PHRASINGS))

    assert by_words.match("надоел флюмбр").band is Band.NONE
    assert first(matcher, "надоел флюмбр") == TOPICS.index("реклама")
    assert first(matcher, "где мои зюзьки") == TOPICS.index("доставка")


def test_many_phrasings_teach_what_their_vectors_have_in_common() -> None:
    concepts = Concepts()
    by_words = Matcher.build(RICH)
    matcher = by_words.with_embedder(concepts, concepts.of(RICH))
    wider = matcher.widen(*matcher.examine("надоел флюмбр"))
    assert wider is not None
    found = wider[1]
    taught = dict(
        zip(found.entries.tolist(), found.rows[:, len(WORDS) + VECTORS.index("taught")].tolist(), strict=True)
    )

    assert max(taught, key=taught.__getitem__) == TOPICS.index("реклама")
    assert first(matcher, "надоел флюмбр") == TOPICS.index("реклама")
    assert matcher.size - by_words.size > 4 * sum(vector.size for vector in concepts.of(RICH).values())


def test_how_people_ask_is_not_what_tells_entries_apart() -> None:
    concepts = Mannered()
    phrasings = [
        *PHRASINGS,
        *[Phrasing(number, f"что с ним? {topic}", "ru") for number, topic in enumerate(TOPICS[:4])],
    ]
    asked = "надоел флюмбр ?"
    vectors = concepts.of(phrasings)
    alone = {text: float(vector @ concepts.questions([asked])[0]) for text, vector in vectors.items()}

    assert "реклама" not in max(alone, key=alone.__getitem__)
    assert first(Matcher.build(phrasings).with_embedder(concepts, vectors), asked) == TOPICS.index("реклама")


def test_an_answer_is_found_by_its_vector_where_no_phrasing_is_near() -> None:
    concepts = Concepts()
    phrasings = [Phrasing(number, f"что делать если {number}", "ru") for number in range(len(TOPICS))]
    answers = dict(enumerate(TOPICS))
    matcher = Matcher.build(phrasings, answers=answers)
    vectors = concepts.phrasings([text_of_answer(phrasings[number].text, answer) for number, answer in answers.items()])
    without = matcher.with_embedder(concepts, concepts.of(phrasings))
    matcher = without.with_embedder(concepts, concepts.of(phrasings), dict(enumerate(vectors)))

    assert first(without, "где мои зюзьки") != TOPICS.index("доставка")
    assert first(matcher, "где мои зюзьки") == TOPICS.index("доставка")
    edited = matcher.with_edit(3, [phrasings[3]], "парковка")
    assert first(edited.with_embedder(concepts, concepts.of(phrasings), {3: vectors[2]}), "где мои зюзьки") in {2, 3}


def test_what_words_are_sure_of_is_not_asked_again(by_words: Matcher) -> None:
    concepts = Concepts()
    matcher = by_words.with_embedder(concepts, concepts.of(PHRASINGS))

    assert matcher.match("как поменять пароль") == by_words.match("как поменять пароль")
    assert by_words.match("как поменять пароль").band is Band.ANSWER
    assert concepts.asked == []


@pytest.mark.parametrize("question", ["", "???", "😀"])
def test_a_message_without_words_is_not_asked(by_words: Matcher, question: str) -> None:
    concepts = Concepts()

    assert by_words.with_embedder(concepts, concepts.of(PHRASINGS)).match(question).candidates == ()
    assert concepts.asked == []


def test_the_embedder_is_asked_what_was_meant_not_what_was_typed() -> None:
    concepts = Concepts()
    never_sure = Thresholds(answer=1.0)  # so that words alone never answer
    matcher = Matcher.build(PHRASINGS, never_sure).with_embedder(concepts, concepts.of(PHRASINGS))

    matcher.match("ult vjz ljcnfdrf")
    matcher.match("Где моя доствка")
    matcher.match("Где моя доставка?")

    assert concepts.asked == ["где моя доставка", "Где моя доставка", "Где моя доставка?"]


def test_a_message_without_accents_is_put_to_it_with_those_of_the_knowledge() -> None:
    phrasings = [Phrasing(1, "jelszó visszaállítása", "hu"), Phrasing(2, "házhoz szállítás díja", "hu")]
    matcher = Matcher.build(phrasings)

    assert matcher.examine("mennyi a szallitas dija")[0].said == "mennyi a szállítás díja"
    assert matcher.examine("Mennyi a szállítás dija?")[0].said == "Mennyi a szállítás dija?"


@pytest.mark.parametrize("question", ["удалить канал", "надоел флюмбр", "карта", "что с видео"])
def test_without_vectors_words_decide(by_words: Matcher, question: str) -> None:
    assert by_words.with_embedder(Concepts(), {}).match(question) == by_words.match(question)


def test_an_entry_without_a_vector_is_still_found_by_its_words(by_words: Matcher) -> None:
    concepts = Concepts()
    vectors = concepts.of([phrasing for phrasing in PHRASINGS if "видео" not in phrasing.text])
    matcher = by_words.with_embedder(concepts, vectors)

    assert first(matcher, "пропало моё видео") == TOPICS.index("видео")
    assert first(matcher, "надоел флюмбр") == TOPICS.index("реклама")


def test_an_edit_is_found_by_words_at_once_and_by_vectors_once_it_has_them(by_words: Matcher) -> None:
    concepts = Concepts()
    new = [Phrasing(90, "парковка во дворе", "ru")]
    vectors = concepts.of([*PHRASINGS, *new])
    edited = by_words.with_embedder(concepts, vectors).with_edit(90, new)

    assert first(edited, "парковка") == 90
    assert first(edited, "надоел флюмбр") == TOPICS.index("реклама")
    assert first(edited.with_embedder(concepts, vectors), "оплатить парковку") == 90


def test_an_edited_entry_is_not_found_by_its_old_vector(by_words: Matcher) -> None:
    concepts = Concepts()
    gone = by_words.with_embedder(concepts, concepts.of(PHRASINGS)).with_edit(TOPICS.index("реклама"), [])

    assert TOPICS.index("реклама") not in [found.entry_id for found in gone.match("надоел флюмбр").candidates]


def test_vectors_are_held_in_four_bytes_a_number(by_words: Matcher) -> None:
    concepts = Concepts()
    vectors = concepts.of(PHRASINGS)
    numbers = sum(vector.size for vector in vectors.values())

    assert 4 * numbers <= by_words.with_embedder(concepts, vectors).size - by_words.size <= 4 * numbers + 500


def test_a_matcher_of_nothing_can_be_embedded() -> None:
    assert Matcher.build([]).with_embedder(Concepts(), {}).match("как поменять пароль").band is Band.NONE


def test_the_encoder_that_is_installed_finds_what_words_do_not() -> None:
    encoder = find_embedder()
    assert encoder is not None
    phrasings = [Phrasing(1, "Как вернуть деньги за покупку?", "ru"), Phrasing(2, "Когда привезут заказ?", "ru")]
    texts = [phrasing.text for phrasing in phrasings]
    by_words = Matcher.build(phrasings)
    matcher = by_words.with_embedder(encoder, dict(zip(texts, encoder.phrasings(texts), strict=True)))

    assert first(matcher, "где мой курьер с товаром") == 2
    assert np.linalg.norm(encoder.questions(["привет", "", "\ud800"]), axis=1) == pytest.approx(1.0, abs=1e-3)
