"""The sentence encoder, with a small one in its place: vectors are computed, stored, and used with words."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from infra.bus import LocalBus
from infra.database import Database
from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.entries.models import TextVector
from knowledge.live.library import Library
from tests.knowledge.conftest import Time

# Made-up words, which neither letters nor the built-in meanings bring near anything.
MEANINGS = [("пароль", "бряк"), ("заказ", "глюмза"), ("видео", "хрупт"), ("карта", "чвяк"), ("канал", "жбынь")]
ENTRIES = tuple(
    EntryDraft(thing, "ru", f"Как удалить {thing}?", "Так.", None, (f"не нужен {thing}", f"убрать {thing}"))
    for thing, _ in MEANINGS
)
PARKING = EntryDraft("parking", "ru", "Где парковка?", "За углом", None, ("стоянка",))


class Thesaurus:
    """An embedder that only knows synonyms."""

    def __init__(self, *, broken: bool = False) -> None:
        self.read: list[str] = []
        self._broken = broken

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._vector(text) for text in texts], np.float32)

    def phrasings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._broken:
            raise RuntimeError("the model fell over")
        self.read += texts
        return self.questions(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        words = text.lower().replace("?", "").split()
        vector = [float(any(word in meaning for word in words)) for meaning in (*MEANINGS, ("парковка", "цфук"))]
        found = np.array([*vector, 0.1], np.float32)
        return found / np.linalg.norm(found)


@pytest.fixture
async def database(database: Database) -> Database:
    library = Library(database, LocalBus(), Time())
    await database.write(lambda session: library.load(session, Draft(ENTRIES), author="test"))
    return database


@pytest.fixture
def start(database: Database, clock: Time) -> Callable[[Thesaurus | None], Library]:
    return lambda embedder: Library(database, LocalBus(), clock, embedder=embedder)


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


async def stored(database: Database) -> int:
    return await database.read(lambda session: session.scalar(select(func.count()).select_from(TextVector))) or 0


def first(library: Library, question: str) -> str | None:
    candidates = library.matcher.match(question).candidates
    return candidates[0].phrasing if candidates else None


def found(library: Library, question: str, word: str) -> bool:
    phrasing = first(library, question)
    return phrasing is not None and word in phrasing


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def test_another_word_for_the_same_is_found_once_everything_is_read(
    database: Database, start: Callable[[Thesaurus | None], Library]
) -> None:
    without = start(None)
    await without.refresh()
    assert not found(without, "глюмза", "заказ")

    thesaurus = Thesaurus()
    library = start(thesaurus)
    async with running(library):
        await becomes(lambda: found(library, "глюмза", "заказ"))
    wordings = [text for entry in ENTRIES for text in (entry.question, *entry.alternatives)]
    await becomes(lambda: len(thesaurus.read) == 20)
    assert sorted(thesaurus.read) == sorted([*wordings, *(f"{entry.question} Так." for entry in ENTRIES)])
    assert await stored(database) == 20


async def test_the_next_start_reads_nothing_again(
    database: Database, start: Callable[[Thesaurus | None], Library]
) -> None:
    async with running(library := start(Thesaurus())):
        await becomes(lambda: found(library, "глюмза", "заказ"))
    thesaurus = Thesaurus()
    again = start(thesaurus)
    await again.refresh()
    await again.add_vectors()  # a command uses what there is
    assert found(again, "глюмза", "заказ")
    assert thesaurus.read == []


async def test_an_edit_is_read_and_the_rest_stays_as_it_was(
    database: Database, start: Callable[[Thesaurus | None], Library]
) -> None:
    more = tuple(replace(PARKING, key=f"{n}", question=f"Вопрос {n} раз?", alternatives=()) for n in range(35))
    thesaurus = Thesaurus()
    library = start(thesaurus)
    await database.write(lambda session: library.load(session, Draft((*ENTRIES, *more)), author="anna"))
    async with running(library):
        await becomes(lambda: found(library, "глюмза", "заказ"))
        thesaurus.read.clear()
        await database.write(lambda session: library.create(session, PARKING, author="anna"))
        await becomes(lambda: len(thesaurus.read) == 3)
        assert sorted(thesaurus.read) == ["Где парковка?", "Где парковка? За углом", "стоянка"]
        assert found(library, "глюмза", "заказ")


async def test_without_an_embedder_nothing_is_computed_and_nothing_is_wrong(
    database: Database, start: Callable[[Thesaurus | None], Library], caplog: pytest.LogCaptureFixture
) -> None:
    library = start(None)
    async with running(library):
        await library.wait_until_open()
        await database.write(lambda session: library.create(session, PARKING, author="anna"))
        await becomes(lambda: library.revision == 2)
    assert await stored(database) == 0
    assert warnings(caplog) == []


async def test_an_embedder_that_breaks_is_told_of_once_and_words_go_on(
    database: Database, start: Callable[[Thesaurus | None], Library], caplog: pytest.LogCaptureFixture
) -> None:
    library = start(Thesaurus(broken=True))
    async with running(library):
        await becomes(lambda: bool(warnings(caplog)))
        entry = await database.write(lambda session: library.create(session, PARKING, author="anna"))
        await becomes(lambda: library.revision == 2)
        assert library.matcher.match("где парковка").candidates[0].entry_id == entry
    assert warnings(caplog) == ["the sentence encoder is not used until the next start"]


async def test_what_another_process_reads_is_used_here(database: Database, clock: Time) -> None:
    """Only one of them computes; the other waits for it, or finds it done."""
    models = [Thesaurus(), Thesaurus()]
    urls = database.url.render_as_string(hide_password=False)
    other = Database(urls) if database.dialect == "postgresql" else database  # one process alone opens a SQLite file
    libraries = [
        Library(db, LocalBus(), clock, embedder=model) for db, model in zip((database, other), models, strict=True)
    ]
    async with running(libraries[0]), running(libraries[1]):
        await becomes(lambda: all(found(library, "глюмза", "заказ") for library in libraries))
    assert await stored(database) == 20
    if other is not database:
        assert sorted(len(model.read) for model in models) == [0, 20]
        await other.close()
