"""Plain rows on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from infra.database import Database
from infra.storage import rows
from tests.infra.rows import Note, texts

_NOTES = rows.table(Note)
_NAMED = select(_NOTES.c.id, _NOTES.c.at, _NOTES.c.data).where(_NOTES.c.text == bindparam("text"))
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


async def test_a_row_is_added_with_the_types_of_its_columns(database: Database) -> None:
    def work(session: Session) -> int:
        return rows.add(session, Note, text="one", at=NOON, data={"a": [1, None]})

    number = await database.write(work)
    found = await database.read(lambda session: tuple(rows.run(session, _NAMED, {"text": "one"}).one()))
    assert found == (number, NOON, {"a": [1, None]})


async def test_many_rows_are_added_at_once_and_none_is_nothing(database: Database) -> None:
    await database.write(lambda session: rows.add_all(session, Note, [{"text": "a"}, {"text": "b"}]))
    await database.write(lambda session: rows.add_all(session, Note, []))
    assert await texts(database) == ["a", "b"]


async def test_what_is_there_already_is_passed_over(database: Database) -> None:
    await database.write(lambda session: rows.add_all(session, Note, [{"text": "a"}]))
    await database.write(lambda session: rows.add_new(session, Note, [{"text": "a"}, {"text": "b"}]))
    assert await texts(database) == ["a", "b"]
    assert await database.write(lambda session: rows.add_if_new(session, Note, text="b")) is None
    fresh = await database.write(lambda session: rows.add_if_new(session, Note, text="c"))
    found = await database.read(lambda session: rows.run(session, _NAMED, {"text": "c"}).one())
    assert found.id == fresh


async def test_plain_rows_share_the_unit_of_work(database: Database) -> None:
    def work(session: Session) -> None:
        session.add(Note(text="mapped"))
        session.flush()
        assert rows.run(session, _NAMED, {"text": "mapped"}).one()
        rows.add(session, Note, text="plain")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(work)
    assert await texts(database) == []
