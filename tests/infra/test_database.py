"""One unit of work is one transaction, on both databases alike."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, event, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from infra.database import Database, after_commit
from tests.infra.rows import Note, adding, count, texts


async def test_what_is_written_is_read_and_results_come_back(database: Database) -> None:
    number = await database.write(adding("one"))
    assert await database.read(lambda session: session.get_one(Note, number).text) == "one"


async def test_an_error_undoes_its_own_work_and_no_other(database: Database) -> None:
    def fail(session: Session) -> None:
        adding("half done")(session)
        raise ValueError("on purpose")

    outcomes = await asyncio.gather(
        database.write(adding("before")),
        database.write(fail),
        database.write(adding("after")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [int, ValueError, int]
    assert sorted(await texts(database)) == ["after", "before"]


async def test_a_statement_that_the_database_refuses_harms_no_other(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(database.write(adding(name)) for name in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "int", "int", "int"]
    assert sorted(await texts(database)) == ["a", "b", "c"]


async def test_references_are_checked(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(lambda session: session.execute(insert(Note).values(text="orphan", above_id=99)))


async def test_effects_follow_the_commit_on_the_event_loop(database: Database) -> None:
    outside = create_engine(database.url)
    seen: list[tuple[int, int]] = []

    def effect() -> None:
        with Session(outside) as session:
            seen.append((count(session), threading.get_ident()))

    def work(session: Session) -> None:
        after_commit(session, effect)
        adding("committed")(session)

    await database.write(work)
    outside.dispose()
    assert seen == [(1, threading.get_ident())]


async def test_nothing_follows_a_rollback(database: Database) -> None:
    seen: list[str] = []

    def work(session: Session) -> None:
        after_commit(session, lambda: seen.append("never"))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await database.write(work)
    await database.write(lambda session: after_commit(session, lambda: seen.append("other")))
    assert seen == ["other"]


async def test_an_effect_that_raises_hides_neither_the_commit_nor_other_effects(database: Database) -> None:
    loop, seen, errors = asyncio.get_running_loop(), list[str](), list[object]()
    loop.set_exception_handler(lambda _loop, context: errors.append(context["exception"]))

    def broken() -> None:
        raise RuntimeError("an effect")

    def work(session: Session) -> int:
        after_commit(session, broken)
        after_commit(session, lambda: seen.append("second"))
        return adding("kept")(session)

    assert isinstance(await database.write(work), int)
    assert seen == ["second"]
    assert await texts(database) == ["kept"]


async def test_many_writes_at_once_all_arrive(database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    ids = await asyncio.gather(*(database.write(adding(str(number))) for number in range(500)))
    assert len(set(ids)) == 500
    by_id = await database.read(lambda session: {row.id: row.text for row in session.scalars(select(Note))})
    assert [by_id[number] for number in ids] == [str(number) for number in range(500)]
    # On SQLite those that wait share a commit; PostgreSQL groups by itself.
    assert len(commits) < 250 if database.dialect == "sqlite" else len(commits) == 500


async def test_whoever_gives_up_waiting_stops_nobody(database: Database) -> None:
    impatient = asyncio.create_task(database.write(adding("abandoned")))
    await asyncio.sleep(0)
    impatient.cancel()
    await database.write(adding("patient"))
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert "patient" in await texts(database)


async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        await database.read(adding("smuggled"))
    assert await texts(database) == []
    await database.write(adding("allowed"))


async def test_a_reader_sees_one_moment(database: Database) -> None:
    await database.write(adding("first"))
    loop = asyncio.get_running_loop()

    def work(session: Session) -> tuple[int, int]:
        before = count(session)
        asyncio.run_coroutine_threadsafe(database.write(adding("meanwhile")), loop).result(10)
        return before, count(session)

    assert await database.read(work) == (1, 1)
    assert await database.read(count) == 2


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(StatementError, match="must say its time zone"):
        await database.write(lambda session: session.execute(insert(Note).values(text="when?", at=naive)))


async def test_moments_come_back_in_utc(database: Database) -> None:
    given = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    await database.write(lambda session: session.execute(insert(Note).values(text="then", at=given)))
    stored = await database.read(lambda session: session.scalars(select(Note.at)).one())
    assert stored == given
    assert stored is not None
    assert stored.tzinfo is UTC
    later = given + timedelta(microseconds=1)
    found = await database.read(lambda session: session.scalar(select(Note.text).where(Note.at < later)))
    assert found == "then"


async def test_json_survives_what_platforms_send(database: Database) -> None:
    odd = {"text": "нуль \x00 и половина \ud83d пары \udc00", "nested": [1, 2.5, None, True, {"🙂": "\u202e"}]}
    await database.write(lambda session: session.execute(insert(Note).values(text="odd", data=odd)))
    assert await database.read(lambda session: session.scalars(select(Note.data)).one()) == odd


async def test_an_unfinished_write_is_seen_by_nobody(database: Database) -> None:
    loop = asyncio.get_running_loop()

    def work(session: Session) -> list[str]:
        adding("uncommitted")(session)
        return asyncio.run_coroutine_threadsafe(texts(database), loop).result(10)

    assert await database.write(work) == []
    assert await texts(database) == ["uncommitted"]


async def test_a_row_that_two_change_at_once_counts_both(database: Database) -> None:
    await database.write(lambda session: session.execute(insert(Note).values(text="", data=None)))
    add = update(Note).values(text=Note.text + "x")
    await asyncio.gather(*(database.write(lambda session: session.execute(add)) for _ in range(50)))
    assert await texts(database) == ["x" * 50]


async def test_the_clock_of_the_database_is_utc(database: Database) -> None:
    if database.dialect == "postgresql":
        zone = await database.read(lambda session: session.scalar(text("SHOW timezone")))
        assert zone == "UTC"
    else:
        settings = ("journal_mode", "foreign_keys", "query_only")
        told = await database.read(lambda session: [session.scalar(text(f"PRAGMA {setting}")) for setting in settings])
        assert told == ["wal", 1, 1]
