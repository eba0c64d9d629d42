"""A process follows the knowledge base: it applies single edits at once, and rebuilds in the background for many."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from infra.bus import LocalBus
from infra.database import Database
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.entries.models import Entry, EntryVersion, KnowledgeState, Phrasing
from knowledge.entries.repository import entry_named
from knowledge.live.library import Library
from knowledge.matching import Band, Thresholds
from tests.knowledge.conftest import Time

THINGS = ["пароль", "заказ", "доставку", "возврат", "карту", "видео", "канал", "подписку", "рекламу", "профиль"]
DEEDS = ["удалить", "найти", "оплатить", "вернуть", "скрыть", "отменить", "изменить", "скачать"]
ENTRIES = tuple(
    EntryDraft(f"{number}-{place}", "ru", f"Как {deed} {thing}?", f"Так: {deed}.")
    for number, thing in enumerate(THINGS)
    for place, deed in enumerate(DEEDS)
)
PARKING = EntryDraft("parking", "ru", "Где парковка для велосипедов?", "За углом", None, ("куда поставить самокат",))


@pytest.fixture
async def shelf(database: Database) -> Database:
    """A database with eighty entries: large enough for edits beside the index."""
    library = Library(database, LocalBus(), Time())
    await database.write(lambda session: library.load(session, Draft(ENTRIES), author="test"))
    return database


@pytest.fixture
async def library(shelf: Database, clock: Time, caplog: pytest.LogCaptureFixture) -> Library:
    library = Library(shelf, LocalBus(), clock)
    await library.refresh()
    caplog.set_level(logging.INFO, "knowledge.live.live_matcher")
    return library


@contextlib.asynccontextmanager
async def running(library: Library) -> AsyncIterator[None]:
    task = asyncio.create_task(library.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def becomes(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def answered(library: Library, question: str) -> int | None:
    """The entry that answers the question at once."""
    match = library.matcher.match(question)
    return match.candidates[0].entry_id if match.band is Band.ANSWER else None


def steps(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [message.partition(": ")[2].partition(" in ")[0] for message in caplog.messages]


async def id_of(db: Database, key: str) -> int:
    found = await db.read(lambda session: entry_named(session, key, "ru"))
    assert found is not None
    return found.id


async def test_a_new_entry_is_taken_over_without_building_the_index_again(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    parking = await shelf.write(lambda session: library.create(session, PARKING, author="anna"))
    assert await library.refresh()
    assert answered(library, "где парковка для велосипедов") == parking
    assert answered(library, "куда поставить самокат") == parking
    assert answered(library, "как удалить пароль") == await id_of(shelf, "0-0")
    assert library.revision == 2
    assert steps(caplog) == ["1 changed entries taken over"]
    assert not await library.refresh()


async def test_a_changed_and_an_archived_entry_are_known_by_their_old_words_no_more(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    changed, gone = await id_of(shelf, "0-0"), await id_of(shelf, "1-1")
    reworded = replace(ENTRIES[0], question="Где посмотреть расписание вебинаров?")
    await shelf.write(lambda session: library.update(session, changed, reworded, author="anna"))
    await shelf.write(lambda session: library.archive(session, gone, author="anna"))
    await library.refresh()
    assert answered(library, "где посмотреть расписание вебинаров") == changed
    for question in ("как удалить пароль", "как найти заказ"):
        assert not {changed, gone} & {found.entry_id for found in library.matcher.match(question).candidates}

    await shelf.write(lambda session: library.undo(session, gone, 1, author="anna"))
    await library.refresh()
    assert answered(library, "как найти заказ") == gone
    assert steps(caplog) == ["2 changed entries taken over", "1 changed entries taken over"]


async def test_a_change_that_concerns_no_entry_costs_nothing(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    before = library.matcher
    draft = Draft(tuple(reversed(ENTRIES)))  # another order of the lists
    await shelf.write(lambda session: library.load(session, draft, author="anna"))
    plan = await shelf.write(lambda session: library.load(session, Draft((*ENTRIES, PARKING)), author="anna"))
    assert len(plan.added) == 1
    await library.refresh()
    assert steps(caplog) == ["1 changed entries taken over"]
    assert library.matcher is not before


async def test_many_edits_end_in_a_new_index(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(5):
        await shelf.write(
            lambda session, number=number: library.create(  # type: ignore[misc]
                session,
                replace(PARKING, key=f"p{number}", question=f"Где стоянка {number}?", alternatives=()),
                author="a",
            )
        )
        await library.refresh()
    # A twentieth of eighty entries is four.
    assert steps(caplog) == ["1 changed entries taken over"] * 5 + ["indexing 85 phrasings", "indexed"]
    assert library.revision == 6


async def test_a_large_load_is_indexed_while_the_old_knowledge_answers(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    half = Draft(ENTRIES[:40])
    old = await id_of(shelf, "9-7")
    async with running(library):
        await shelf.write(lambda session: library.load(session, half, author="anna"))
        parking = await shelf.write(lambda session: library.create(session, PARKING, author="anna"))
        await becomes(lambda: library.revision == 3)
    assert answered(library, "куда поставить самокат") == parking
    assert old not in {found.entry_id for found in library.matcher.match("как скачать профиль").candidates}
    assert {"indexing 40 phrasings", "indexing 42 phrasings"} & set(
        steps(caplog)
    )  # the second edit came before or after


async def test_an_edit_that_comes_while_the_index_is_built_is_in_it(shelf: Database, library: Library) -> None:
    await shelf.write(lambda session: library.load(session, Draft(ENTRIES[:40]), author="anna"))
    build = asyncio.create_task(library.refresh())
    parking = await shelf.write(lambda session: library.create(session, PARKING, author="anna"))
    await build
    await library.refresh()
    assert library.revision == 3
    assert answered(library, "куда поставить самокат") == parking


async def test_a_copy_put_in_the_place_of_the_database_is_read_whole(
    shelf: Database, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    parking = await shelf.write(lambda session: library.create(session, PARKING, author="anna"))
    await library.refresh()
    await shelf.write(lambda session: library.archive(session, parking, author="anna"))

    def back(session: Session) -> None:  # as if the entry had never been archived, and the count had restarted
        session.execute(delete(EntryVersion).where(EntryVersion.revision == 3))
        session.execute(update(KnowledgeState).values(revision=1))

    await shelf.write(back)
    caplog.clear()
    await library.refresh()
    assert steps(caplog) == ["indexing 80 phrasings", "indexed"]
    assert library.revision == 1
    assert answered(library, "куда поставить самокат") is None


async def test_the_knowledge_is_waited_for(shelf: Database, clock: Time) -> None:
    library = Library(shelf, LocalBus(), clock)
    assert (library.ready, library.revision) == (False, -1)
    waiting = asyncio.create_task(library.wait_until_open())
    async with running(library):
        await waiting
    assert (library.ready, library.revision) == (True, 1)
    assert answered(library, "как удалить пароль") == await id_of(shelf, "0-0")


async def test_the_thresholds_hold_for_the_index_and_for_edits(shelf: Database, clock: Time) -> None:
    library = Library(shelf, LocalBus(), clock, Thresholds(1.0, 1.0, 1.0))
    await library.refresh()
    assert library.matcher.match("как удалить пароль пожалуйста").band is Band.NONE
    await shelf.write(lambda session: library.create(session, PARKING, author="anna"))
    await library.refresh()
    match = library.matcher.match("куда же поставить мне самокат")
    assert (match.band, bool(match.candidates)) == (Band.NONE, True)


# --- the saved index --------------------------------------------------------------------------------------------------


@pytest.fixture
def start(shelf: Database, clock: Time, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Callable[[], Library]:
    """Makes the library of another start of the program."""
    caplog.set_level(logging.INFO, "knowledge.live.live_matcher")
    return lambda: Library(shelf, LocalBus(), clock, saved=tmp_path / "saved.index")


async def test_the_next_start_reads_the_saved_index(
    start: Callable[[], Library], shelf: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await start().refresh()
    caplog.clear()
    library = start()
    await library.refresh()
    assert steps(caplog) == ["read"]
    assert library.revision == 1
    assert answered(library, "как удалить пароль") == await id_of(shelf, "0-0")


async def test_what_was_edited_since_it_was_saved_is_taken_over(
    start: Callable[[], Library], shelf: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first = start()
    await first.refresh()
    gone = await id_of(shelf, "1-1")
    parking = await shelf.write(lambda session: first.create(session, PARKING, author="anna"))
    await first.refresh()
    await shelf.write(lambda session: first.archive(session, gone, author="anna"))
    caplog.clear()
    library = start()
    await library.refresh()
    assert steps(caplog) == ["read"]
    assert library.revision == 3
    assert answered(library, "куда поставить самокат") == parking
    assert gone not in {found.entry_id for found in library.matcher.match("как найти заказ").candidates}


async def test_after_many_changes_the_index_is_built_and_saved_anew(
    start: Callable[[], Library], shelf: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first = start()
    await first.refresh()
    await shelf.write(lambda session: first.load(session, Draft(ENTRIES[:40]), author="anna"))
    caplog.clear()
    await start().refresh()
    await start().refresh()
    assert steps(caplog) == ["indexing 40 phrasings", "indexed", "read"]


async def test_an_index_of_another_past_is_not_taken(
    start: Callable[[], Library], shelf: Database, clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy was restored and edited until it had as many revisions as the index was saved at."""
    first = start()
    await shelf.write(lambda session: first.create(session, PARKING, author="anna"))
    await first.refresh()

    def back(session: Session) -> None:
        session.execute(delete(EntryVersion).where(EntryVersion.revision == 2))
        session.execute(delete(Phrasing).where(Phrasing.text == PARKING.alternatives[0]))
        session.execute(delete(Entry).where(Entry.key == PARKING.key))
        session.execute(update(KnowledgeState).values(revision=1))

    await shelf.write(back)
    clock.pass_by(days=1)
    await shelf.write(lambda session: first.create(session, replace(PARKING, question="Где вход?"), author="anna"))
    caplog.clear()
    library = start()
    await library.refresh()
    assert steps(caplog) == ["indexing 82 phrasings", "indexed"]
    assert answered(library, "где парковка для велосипедов") is None


async def test_a_damaged_index_is_built_anew(
    start: Callable[[], Library], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await start().refresh()
    saved = tmp_path / "saved.index"
    saved.write_bytes(saved.read_bytes()[:-100])
    caplog.clear()
    await start().refresh()
    await start().refresh()
    assert steps(caplog) == ["indexing 80 phrasings", "indexed", "read"]


async def test_a_disk_that_takes_no_index_is_no_trouble(
    shelf: Database, clock: Time, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library(shelf, LocalBus(), clock, saved=tmp_path / "no" / "folder" / "saved.index")
    await library.refresh()
    assert library.revision == 1
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == ["the index could not be saved: No such file or directory"]
