"""Stances: opposites, denials, complaints and questions for a state, in three languages."""

import numpy as np
import pytest

from knowledge.matching import Band, Matcher, Phrasing
from knowledge.matching.lexicon import stances


def shown(text: str) -> set[str]:
    found = stances.stance(text.split(), map(stances.marks, text.split()))
    return {name for place, name in enumerate(stances.NAMES) if found >> place & 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("как отключить уведомления", {"off", "asks"}),
        ("turn the lights on", {"on"}),
        ("kapcsold ki a lampat", {"off"}),
        ("открой левую штору", {"open", "left"}),
        ("почему не приходит код", {"why", "deny"}),
        ("не получается войти", {"unable", "open"}),
        ("не знаю как войти", {"wonder", "asks", "open"}),
        ("is the door open", {"state", "open"}),
        ("when is the shop open", {"asks", "open"}),
        ("отписаться", {"leave"}),
        ("я ничего не удалял", {"remove", "deny"}),
        ("никак не удалось", {"unable"}),
        ("больше не нужна карта", {"more", "unwanted"}),
        ("подписка не нужна как отключить", {"join", "off", "asks", "unwanted"}),
        ("не нужно ничего отключать", {"off", "deny", "unwanted"}),
        ("отмените мою отмену", {"restore"}),
        ("please stop the stopping", {"play"}),
        ("torold a torlest", {"restore"}),
        ("mondja le a lemondast", {"restore"}),
        ("cancel my order cancellation", {"buy", "restore"}),
        ("turn off or disable the sounds", {"off"}),
        ("пароль", set()),
        ("", set()),
    ],
)
def test_a_stance_is_read_from_the_words(text: str, wanted: set[str]) -> None:
    assert shown(text) == wanted


def test_many_texts_at_once_give_the_same() -> None:
    texts = ["turn it on", "turn it off", "как включить", "не могу войти", "log me out", "отмени мою отмену", "не хочу"]
    forms = sorted({form for text in texts for form in text.split()})
    tokens = np.array([forms.index(form) for text in texts for form in text.split()])
    lengths = np.array([len(text.split()) for text in texts])
    assert stances.stances(tokens, lengths, forms, stances.table(forms)).tolist() == [
        stances.stance(text.split(), map(stances.marks, text.split())) for text in texts
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


def test_every_sign_is_listed_once_for_its_name() -> None:
    assert len(stances._ENTRIES) == len(set(stances._ENTRIES))
    assert len(stances._PARTS) <= 64 >= len(stances.NAMES)
    assert all(entry == entry.lower() and entry.strip("$+|") for _, entry in stances._ENTRIES)
