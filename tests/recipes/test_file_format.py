"""CONTRIBUTING's recipe "Add a file format", followed: a format of TOML tables, in one module's worth of code."""

import tomllib

from sqlalchemy.orm import Session

from infra.bus import LocalBus
from infra.clock import utc_now
from infra.database import Database
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.files.formats import FORMATS
from knowledge.files.formats.rows import (
    Block,
    Format,
    Sheet,
    UnreadableError,
    plain_categories,
    plain_entries,
    sheet_of,
)
from knowledge.files.loading import SourceFile, read_files
from knowledge.live.library import Library
from tests.knowledge.conftest import database

ENTRY = EntryDraft("exchange", "ru", "Как обменять билет?", "В кассе\nили **здесь**", None, ("обмен билета",))


def read(name: str, text: str) -> Sheet:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(f"is not TOML: {error}") from error
    lists = [(key, [Block(list(table.items())) for table in tables]) for key, tables in document.items()]
    return sheet_of(name, Block(lists))


def write(draft: Draft) -> bytes:
    tables = {"categories": plain_categories(draft), "entries": plain_entries(draft)}
    lines = []
    for name, rows in tables.items():
        for row in rows:
            lines += [f"[[{name}]]", *(f"{field} = {_value(value)}" for field, value in row.items())]
    return "\n".join(lines).encode()


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


__all__ = ["database"]

WITH_TOML = {**FORMATS, ".toml": Format("TOML", '[[entries]]⏎question = "How do I sign in?"', read, write)}


async def test_what_the_format_writes_loads_as_no_change(database: Database) -> None:
    library = Library(database, LocalBus(), utc_now)
    draft = Draft((ENTRY,))
    file = SourceFile("all.toml", WITH_TOML[".toml"].write(draft))

    def load(session: Session) -> tuple[int, int]:
        first = library.load(session, read_files([file], formats=WITH_TOML), author="test")
        again = library.load(session, read_files([file], formats=WITH_TOML), author="test")
        return len(first.added), len(again.added) + len(again.changed)

    assert await database.write(load) == (1, 0)
