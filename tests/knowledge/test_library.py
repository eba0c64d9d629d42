"""The matcher of a running process follows the database; votes are counted once."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import get_args

import pytest

from infra.bus import Bus, LocalBus
from infra.database import Database
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.entries.models import Lookup, Outcome
from knowledge.entries.repository import EntryView, entry
from knowledge.live.library import Library
from knowledge.matching import Band
from knowledge.quality.lookups import record_lookup, settle_lookup
from tests.knowledge.conftest import Time

LOGIN = EntryDraft("login", "ru", "Как войти в аккаунт?", "Так", None, ("не могу войти",))
DRAFT = EntryDraft("later", "ru", "Когда выйдет новая версия?", "", status="draft")


@contextlib.asynccontextmanager
async def running(library: Library) -> AsyncIterator[Library]:
    await library.refresh()
    task = asyncio.create_task(library.run())
    try:
        yield library
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def becomes(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def reaches(library: Library, revision: int) -> None:
    await becomes(lambda: library.revision == revision)


async def test_an_empty_knowledge_answers_nothing(db: Database, clock: Time) -> None:
    library = Library(db, LocalBus(), clock)
    await library.refresh()
    assert library.revision == 0
    assert library.matcher.match("Как войти?").band is Band.NONE


@pytest.mark.parametrize("shared", [True, False], ids=["with hints", "without hints"])
async def test_an_edit_reaches_the_other_processes_within_three_seconds(
    db: Database, clock: Time, shared: bool
) -> None:
    bus: Bus = LocalBus()
    desk = Library(db, bus, clock)
    async with running(Library(db, bus if shared else LocalBus(), clock)) as bot:
        old = bot.matcher
        entry_id = await db.write(lambda session: desk.create(session, LOGIN, author="anna"))
        await reaches(bot, 1)
        assert old.match(LOGIN.question).band is Band.NONE
        found = bot.matcher.match(LOGIN.question)
        assert (found.band, found.candidates[0].entry_id) == (Band.ANSWER, entry_id)

        assert await db.write(lambda session: desk.archive(session, entry_id, author="anna"))
        await reaches(bot, 2)
        assert bot.matcher.match(LOGIN.question).band is Band.NONE


async def test_every_edit_of_a_library_gives_a_hint(db: Database, clock: Time) -> None:
    bus = LocalBus()
    library = Library(db, bus, clock)
    with bus.subscribe("knowledge") as hints:
        entry_id = await db.write(lambda session: library.create(session, LOGIN, author="a"))
        assert await hints.next(1) == ""
        assert await db.write(lambda session: library.learn(session, entry_id, "вход", author="a"))
        assert await hints.next(1) == ""
        assert await db.write(lambda session: library.undo(session, entry_id, 1, author="a"))
        assert await hints.next(1) == ""
        assert (await db.write(lambda session: library.load(session, Draft((LOGIN,)), author="a"))).empty
        assert await hints.next(0.05) is None
        await db.write(lambda session: library.load(session, Draft((LOGIN, DRAFT)), author="a"))
        assert await hints.next(1) == ""


async def test_only_published_entries_are_matched_by_all_their_wordings(db: Database, clock: Time) -> None:
    library = Library(db, LocalBus(), clock)
    await db.write(lambda session: library.load(session, Draft((LOGIN, DRAFT)), author="anna"))
    assert await library.refresh()
    assert not await library.refresh()
    for wording in (LOGIN.question, *LOGIN.alternatives):
        assert library.matcher.match(wording).band is Band.ANSWER
    assert library.matcher.match(DRAFT.question).band is Band.NONE


async def test_a_matcher_survives_the_database_being_away(
    open_db: Callable[[str], Database], clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    db = open_db("away.db")
    bus = LocalBus()
    library = Library(db, bus, clock)
    await db.write(lambda session: library.create(session, LOGIN, author="anna"))
    async with running(library):
        await reaches(library, 1)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE knowledge_state RENAME COLUMN revision TO away")
        bus.publish("knowledge")

        def complaints() -> list[str]:  # not what it says of an index that took long to build
            return [record.message for record in caplog.records if record.levelno >= logging.WARNING]

        await becomes(lambda: bool(complaints()))
        assert [message.split(":")[0] for message in complaints()] == ["knowledge could not be refreshed"]
        assert library.matcher.match(LOGIN.question).band is Band.ANSWER
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE knowledge_state RENAME COLUMN away TO revision")
        await db.write(lambda session: library.create(session, DRAFT, author="anna"))
        await reaches(library, 2)


async def looked_up(db: Database, clock: Time, question: str) -> tuple[int, int]:
    """The lookup of a question, and the one entry there is."""
    library = Library(db, LocalBus(), clock)
    entry_id = await db.write(lambda session: library.create(session, LOGIN, author="anna"))
    await library.refresh()
    match = library.matcher.match(question)
    lookup_id = await db.write(lambda session: record_lookup(session, contact_id=5, match=match, lang="ru", at=clock()))
    return lookup_id, entry_id


async def votes(db: Database, entry_id: int) -> tuple[int, int]:
    found: EntryView | None = await db.read(lambda session: entry(session, entry_id))
    assert found is not None
    return found.helped, found.not_helped


async def settle(db: Database, lookup_id: int, outcome: Outcome, chosen: int | None = None) -> tuple[bool, str]:
    done = await db.write(lambda session: settle_lookup(session, lookup_id, outcome, chosen))
    kept = await db.read(lambda session: session.get_one(Lookup, lookup_id).outcome)
    return done, kept


async def test_an_answer_is_voted_on_once(db: Database, clock: Time) -> None:
    lookup_id, entry_id = await looked_up(db, clock, LOGIN.question)
    assert await settle(db, lookup_id, "not_helped") == (True, "not_helped")
    assert await settle(db, lookup_id, "helped") == (False, "not_helped")
    assert await settle(db, lookup_id, "handed_off") == (True, "handed_off")
    assert await settle(db, lookup_id, "not_helped") == (False, "handed_off")
    assert await votes(db, entry_id) == (0, 1)


async def test_clicks_that_arrive_together_are_one_vote(db: Database, clock: Time) -> None:
    lookup_id, entry_id = await looked_up(db, clock, LOGIN.question)
    counted = await asyncio.gather(
        *(db.write(lambda session: settle_lookup(session, lookup_id, "helped")) for _ in range(20))
    )
    assert counted.count(True) == 1
    assert await votes(db, entry_id) == (1, 0)


async def test_a_vote_counts_for_the_choice(db: Database, clock: Time) -> None:
    lookup_id, entry_id = await looked_up(db, clock, "совсем другое \ud800\0")
    kept = await db.read(lambda session: session.get_one(Lookup, lookup_id))
    assert (kept.question, kept.band, kept.chosen_entry_id, kept.outcome, kept.at) == (
        "совсем другое \ud800\0",
        "none",
        None,
        "pending",
        clock.now,
    )
    assert await settle(db, lookup_id, "chosen", entry_id) == (True, "chosen")
    assert await votes(db, entry_id) == (0, 0)
    assert await settle(db, lookup_id, "helped") == (True, "helped")
    assert await votes(db, entry_id) == (1, 0)


@pytest.mark.parametrize("outcome", get_args(Outcome))
async def test_a_lookup_that_does_not_exist_is_not_settled(db: Database, outcome: Outcome) -> None:
    assert not await db.write(lambda session: settle_lookup(session, 99, outcome))
