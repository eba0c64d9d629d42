"""Acts and manners of asking, in three languages."""

import numpy as np
import pytest

from knowledge.matching import Band, Matcher, Phrasing
from knowledge.matching.lexicon import intents
from knowledge.matching.ranking.features import NAMES


def named(text: str) -> set[str]:
    wants = intents.Wants(map(intents.marks, text.split()))
    return {intents.NAMES[place] for place in wants.acts + wants.manners}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("как отключить уведомления", {"off", "how"}),
        ("turn the lights on", {"on"}),
        ("turn them off please", {"off"}),
        ("kapcsold ki a lampat", {"off"}),
        ("bekapcsolom", {"on"}),
        ("почему не работает музыка", {"why", "fail"}),
        ("how many photos can i upload", {"how", "how many", "can", "upload"}),
        ("mikor erkezik meg", {"when", "receive"}),
        ("разблокировать друга", {"unblock"}),
        ("отписаться", {"leave"}),
        ("пароль", set()),
        ("turnip", set()),
        ("", set()),
    ],
)
def test_acts_and_manners_are_read_from_the_words(text: str, wanted: set[str]) -> None:
    assert named(text) == wanted


def test_many_texts_at_once_give_the_same() -> None:
    texts = ["turn it on", "turn it off", "как включить", "hany kep", "", "log me out"]
    joined = np.array(
        [np.bitwise_or.reduce(intents.table(text.split()), axis=0, initial=np.uint64(0)) for text in texts], np.uint64
    )
    found = intents.intent_columns(intents.intent_bits(joined))
    assert [{intents.NAMES[place] for place in np.flatnonzero(line)} for line in found] == [
        named(text) for text in texts
    ]


OPPOSITES = [
    ("ru", "Как включить уведомления?", "Как отключить уведомления?", "как бы мне выключить эти уведомления"),
    ("en", "How do I block a person?", "How do I unblock a person?", "get that person unblocked"),
    (
        "hu",
        "Hogyan iratkozhatok fel a hírlevélre?",
        "Hogyan iratkozhatok le a hírlevélről?",
        "leiratkozás a hírlevélről",
    ),
    ("ru", "Как загрузить видео?", "Как скачать видео?", "видео хочу скачать к себе"),
    ("en", "Where do I log in to my page?", "Where do I log out of my page?", "log me out of the page"),
]


@pytest.mark.parametrize(("lang", "other", "meant", "question"), OPPOSITES)
def test_the_opposite_is_never_first(lang: str, other: str, meant: str, question: str) -> None:
    entries = [Phrasing(1, other, lang), Phrasing(2, meant, lang)]
    for phrasings in (entries, entries[::-1]):
        assert Matcher.build(phrasings).match(question).candidates[0].phrasing == meant


@pytest.mark.parametrize(
    ("lang", "known", "question"),
    [
        ("ru", "Как скрыть дату рождения?", "как показать дату рождения"),
        ("ru", "Как включить двухфакторный вход?", "как отключить двухфакторный вход"),
        ("en", "How do I turn on the dark theme?", "how do I turn off the dark theme"),
        ("hu", "Hogyan kapcsolom be a sötét témát?", "hogyan kapcsolom ki a sötét témát"),
    ],
)
def test_the_opposite_is_offered_and_never_answered(lang: str, known: str, question: str) -> None:
    matcher = Matcher.build([Phrasing(1, known, lang), Phrasing(2, "Где найти музыку?", "ru")])
    assert matcher.match(known).band is Band.ANSWER
    match = matcher.match(question)
    assert match.band is Band.SUGGEST
    assert match.candidates[0].entry_id == 1
    assert match.candidates[0].confidence <= 0.5


def test_what_wants_the_opposite_is_said_so() -> None:
    matcher = Matcher.build([Phrasing(1, "turn on the alarm", "en"), Phrasing(2, "turn off the alarm", "en")])
    _, found = matcher.examine("turn off an alarm")
    assert found.rows[:, NAMES.index("opposed")].tolist() == [1.0, 0.0]
    assert found.rows[0, NAMES.index("idle")] == found.rows[0, NAMES.index("bare")] == 0.0


def test_a_manner_that_an_entry_is_asked_in_speaks_for_it() -> None:
    matcher = Matcher.build(
        [
            Phrasing(1, "when does the shop open", "en"),
            Phrasing(2, "where is the shop", "en"),
            Phrasing(3, "shop", "en"),
        ]
    )
    _, found = matcher.examine("where can the shop be")
    manner = found.rows[:, NAMES.index("manner")]
    assert manner.argmax() == 1
    _, found = matcher.examine("shop sunday")
    assert found.rows[:, NAMES.index("bare")].tolist() == [1.0, 1.0, 0.0]


def test_habits_are_weighed_with_those_of_the_whole_knowledge() -> None:
    how, when = intents.NAMES.index("how"), intents.NAMES.index("when")
    shares = np.zeros((2, len(intents.NAMES)), np.float16)
    shares[0, how] = 1.0
    shares[1, when] = 0.5
    sizes = np.array([3, 4], np.int32)
    habits = intents.Habits(shares, sizes)
    assert habits.usual[how] == pytest.approx((1.0 + 0.5) / 3)  # never quite none nor all

    wants = intents.Wants([intents.marks("how")])
    opposed, idle, bare, manner = habits.compare(wants, np.array([1, 0]))
    assert [list(column) for column in (opposed, idle, bare)] == [[0.0, 0.0]] * 3
    for entry, found in ((1, manner[0]), (0, manner[1])):
        expected = 0.0
        for name in range(intents.ACTS, len(intents.NAMES)):
            usual = float(habits.usual[name])
            likely = (float(shares[entry, name]) * float(sizes[entry]) + usual * 2) / (float(sizes[entry]) + 2)
            expected += np.log(likely / usual) if name == how else np.log((1 - likely) / (1 - usual))
        assert found == pytest.approx(expected, rel=1e-4)

    # Some entries of a knowledge are weighed by the habits of all of it.
    assert intents.Habits(shares[:1], sizes[:1], habits.usual).compare(wants, np.array([0]))[3] == pytest.approx(
        manner[1]
    )


def test_every_beginning_is_told_once_for_its_name() -> None:
    entries = [(place, entry) for place, entry in intents._ENTRIES]
    assert len(entries) == len(set(entries))
    assert all(entry == entry.lower() and entry.strip("$+") for _, entry in entries)
