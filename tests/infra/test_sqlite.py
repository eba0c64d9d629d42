"""What the SQLite store promises beyond what both databases do."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from infra.database import Database


def _add(session: Session) -> None:
    session.execute(text("INSERT INTO line VALUES ('x')"))


async def test_a_closed_database_says_so_and_has_done_what_it_was_asked(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    await database.write(lambda session: session.execute(text("CREATE TABLE line (word TEXT)")))
    waiting = [
        database.write(lambda session: session.execute(text("INSERT INTO line VALUES ('x')"))) for _ in range(20)
    ]
    writing = asyncio.gather(*waiting)
    await asyncio.sleep(0)  # now all of them wait for the writer
    await database.close()
    await writing
    with pytest.raises(RuntimeError, match="closed"):
        await database.write(_add)
    again = Database(f"sqlite:///{tmp_path}/x.db")
    assert await again.read(lambda session: session.scalar(text("SELECT count(*) FROM line"))) == 20
    await again.close()
