"""Button presses become judged questions, which are matched again with the current knowledge base."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from infra.bus import LocalBus
from infra.database import Database
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.entries.models import Outcome
from knowledge.entries.repository import entry_named
from knowledge.live.library import Library
from knowledge.matching import Band, Candidate, Match
from knowledge.quality.feedback import Feedback, asked_again, latest_feedback, published_keys
from knowledge.quality.lookups import record_lookup, settle_lookup
from tests.knowledge.conftest import Time

PASSWORD = EntryDraft(
    "password", "ru", "Как сменить пароль?", "В настройках.", None, ("поменять пароль", "новый пароль")
)
MUSIC = EntryDraft("music", "ru", "Как скачать музыку?", "По подписке.", None, ("скачать песню",))
PHOTO = EntryDraft("photo", "ru", "Как удалить фотографию?", "Под ней.", None, ("убрать фото",))


@pytest.fixture
async def library(database: Database, clock: Time) -> Library:
    library = Library(database, LocalBus(), clock)
    await database.write(lambda session: library.load(session, Draft((PASSWORD, MUSIC, PHOTO)), author="anna"))
    await library.refresh()
    return library


@pytest.fixture
async def ids(database: Database, library: Library) -> dict[str, int]:
    assert library.matcher.match(PASSWORD.question).band is Band.ANSWER
    keys = await database.read(published_keys)
    return {key: entry for entry, key in keys.items()}


def asked(session: Session, clock: Time, text: str, band: Band, *shown: int) -> int:
    match = Match(text, band, tuple(Candidate(entry, "…", 0.9, ()) for entry in shown))
    return record_lookup(session, contact_id=1, match=match, lang="ru", at=clock())


async def said(
    database: Database, clock: Time, band: Band, shown: tuple[int, ...], *presses: tuple[Outcome, int | None]
) -> list[Feedback]:
    """What is read of one question after these presses."""

    def work(session: Session) -> list[Feedback]:
        lookup = asked(session, clock, "сменить пароль", band, *shown)
        for outcome, chosen in presses:
            settle_lookup(session, lookup, outcome, chosen)
        return latest_feedback(session, 10)

    return await database.write(work)


Case = Callable[[int, int], tuple[Band, tuple[int, ...], list[tuple[Outcome, int | None]]]]


@pytest.mark.parametrize(
    ("case", "meant", "refused"),
    [
        (lambda one, _: (Band.ANSWER, (one,), [("helped", one)]), "one", ()),
        (lambda one, _: (Band.ANSWER, (one,), [("not_helped", one)]), None, ("one",)),
        (lambda one, _: (Band.ANSWER, (one,), [("not_helped", one), ("handed_off", None)]), None, ("one",)),
        (lambda one, _: (Band.ANSWER, (one,), [("not_helped", one), ("unclear", one)]), "one", ()),
        (lambda one, _: (Band.ANSWER, (one,), [("not_helped", one), ("disliked", one)]), "one", ()),
        (lambda one, _: (Band.LIKELY, (one,), [("helped", one)]), "one", ()),
        (lambda one, _: (Band.LIKELY, (one,), [("not_helped", one)]), None, ("one",)),
        (lambda one, two: (Band.LIKELY, (one, two), [("something_else", None)]), None, ("one",)),
        (lambda one, two: (Band.LIKELY, (one, two), [("something_else", None), ("chosen", two)]), "two", ()),
        (
            lambda one, two: (Band.LIKELY, (one, two), [("something_else", None), ("none_fits", None)]),
            None,
            ("one", "two"),
        ),
        (
            lambda one, two: (Band.ANSWER, (one, two), [("not_helped", one), ("something_else", None)]),
            None,
            ("one",),
        ),
        (lambda one, two: (Band.SUGGEST, (one, two), [("chosen", two)]), "two", ()),
        (lambda one, two: (Band.SUGGEST, (one, two), [("chosen", two), ("helped", two)]), "two", ()),
        (lambda one, two: (Band.SUGGEST, (one, two), [("chosen", two), ("not_helped", two)]), None, ("two",)),
        (lambda one, two: (Band.SUGGEST, (one, two), [("none_fits", None)]), None, ("one", "two")),
        (
            lambda one, two: (Band.SUGGEST, (one, two), [("none_fits", None), ("handed_off", None)]),
            None,
            ("one", "two"),
        ),
    ],
)
async def test_what_was_pressed_says_what_was_meant(
    database: Database, clock: Time, ids: dict[str, int], case: Case, meant: str | None, refused: tuple[str, ...]
) -> None:
    named = {"one": ids["password"], "two": ids["music"]}
    band, shown, presses = case(named["one"], named["two"])
    [found] = await said(database, clock, band, shown, *presses)
    assert found.text == "сменить пароль"
    assert found.meant == (named[meant] if meant else None)
    assert found.refused == {named[name] for name in refused}


async def test_silence_and_what_a_rule_did_say_nothing(database: Database, clock: Time, ids: dict[str, int]) -> None:
    one = ids["password"]
    assert await said(database, clock, Band.ANSWER, (one,)) == []
    assert await said(database, clock, Band.LIKELY, (one,)) == []
    assert await said(database, clock, Band.SUGGEST, (one,)) == []
    assert await said(database, clock, Band.ANSWER, (one,), ("handed_off", None)) == []
    assert await said(database, clock, Band.NONE, (one,), ("unanswered", None)) == []


async def test_the_latest_ones_count(database: Database, clock: Time, ids: dict[str, int]) -> None:
    def work(session: Session) -> list[Feedback]:
        for number in range(5):
            lookup = asked(session, clock, f"вопрос {number}", Band.ANSWER, ids["music"])
            settle_lookup(session, lookup, "helped", ids["music"])
        return latest_feedback(session, 2)

    assert [found.text for found in await database.write(work)] == ["вопрос 4", "вопрос 3"]


async def test_judged_questions_are_asked_again(database: Database, library: Library, ids: dict[str, int]) -> None:
    password, music = ids["password"], ids["music"]
    told: list[tuple[int, int]] = []
    found = asked_again(
        library.matcher,
        [
            Feedback("как сменить пароль", "ru", password, frozenset()),
            Feedback("как скачать музыку", "ru", password, frozenset()),
            Feedback("как скачать музыку", "ru", None, frozenset({music})),
        ],
        await database.read(published_keys),
        lambda done, every: told.append((done, every)),
    )
    assert [(one.expected, one.found[0], one.right, one.band) for one in found] == [
        ("password", "password", True, Band.ANSWER),
        ("password", "music", False, Band.ANSWER),
        (None, "music", False, Band.ANSWER),
    ]
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_what_nobody_can_judge_any_more_is_left_out(
    database: Database, library: Library, ids: dict[str, int]
) -> None:
    password, music = ids["password"], ids["music"]
    feedback = [
        Feedback("как сменить пароль", "ru", password, frozenset()),
        Feedback("как сменить пароль", "ru", None, frozenset({music})),  # something else is found now
        Feedback("фывапр олджэ", "ru", None, frozenset({music})),  # nothing is found now, which is right
    ]
    found = asked_again(library.matcher, feedback, await database.read(published_keys))
    assert [(one.text, one.expected) for one in found] == [("как сменить пароль", "password"), ("фывапр олджэ", None)]

    await database.write(lambda session: library.archive(session, password, author="anna"))
    await library.refresh()
    assert await database.read(lambda session: entry_named(session, "password", "ru"))
    found = asked_again(library.matcher, feedback[:1], await database.read(published_keys))
    assert found == []
