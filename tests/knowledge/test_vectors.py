"""Vectors of texts: computed once, kept for the next start, resumed where they were interrupted."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from infra.database import Database
from knowledge.entries.models import TextVector
from knowledge.live.vectors import StoredVectors


class Letters:
    """A model of its own kind: what a text means is how often it has each of four letters."""

    def __init__(self, fails_after: int | None = None) -> None:
        self.read: list[str] = []
        self._left = fails_after

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._left is not None and len(self.read) >= self._left:
            raise RuntimeError("out of memory")
        self.read += texts
        return np.array([[text.count(letter) for letter in "аеио"] for text in texts], np.float32)


TEXTS = [f"{'а' * (number % 7)} вопрос {'е' * (number % 5)} {number}" for number in range(40)]


async def test_each_text_is_read_once_and_for_all(database: Database) -> None:
    letters = Letters()
    vectors = StoredVectors(database, letters, "letters 1")
    assert await vectors.fill([*TEXTS, *TEXTS]) == 40
    assert sorted(letters.read) == sorted(TEXTS)
    assert await vectors.fill(TEXTS) == 0
    assert await vectors.fill([*TEXTS, "новый"]) == 1
    assert letters.read[40:] == ["новый"]

    after = Letters()
    again = StoredVectors(database, after, "letters 1")  # another start
    found = await again.read(TEXTS)
    assert after.read == []
    assert set(found) == set(TEXTS)
    assert found[TEXTS[5]].tolist() == [5.0, 0.0, 0.0, 2.0]
    assert found[TEXTS[5]].dtype == np.float32
    assert "новый" not in found


async def test_what_is_not_computed_is_left_out(database: Database) -> None:
    vectors = StoredVectors(database, Letters(), "letters 1")
    assert len(await vectors.read(TEXTS)) == 0
    await vectors.fill(TEXTS[:3])
    assert set(await vectors.read(TEXTS)) == set(TEXTS[:3])


async def test_another_model_has_vectors_of_its_own(database: Database) -> None:
    await StoredVectors(database, Letters(), "letters 1").fill(TEXTS[:2])
    other = StoredVectors(database, lambda texts: np.ones((len(texts), 2), np.float32), "ones 1")
    assert len(await other.read(TEXTS)) == 0
    assert await other.fill(TEXTS[:2]) == 2
    assert [(await other.read(TEXTS))[text].tolist() for text in TEXTS[:2]] == [[1.0, 1.0]] * 2


async def test_whoever_was_interrupted_goes_on_from_there(database: Database) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        await StoredVectors(database, Letters(fails_after=16), "letters 1").fill(TEXTS)
    letters = Letters()
    assert await StoredVectors(database, letters, "letters 1").fill(TEXTS) == 24
    assert letters.read == TEXTS[16:]


async def test_processes_that_start_together_share_the_work(postgres_database: str) -> None:
    databases = [Database(postgres_database), Database(postgres_database)]
    models = [Letters(), Letters()]
    both = [StoredVectors(db, model, "letters 1") for db, model in zip(databases, models, strict=True)]
    assert sorted(await asyncio.gather(*(vectors.fill(TEXTS) for vectors in both))) == [0, 40]
    assert sorted(len(model.read) for model in models) == [0, 40]
    assert set(await both[0].read(TEXTS)) == set(await both[1].read(TEXTS)) == set(TEXTS)
    for db in databases:
        await db.close()


async def test_a_text_that_was_read_twice_is_stored_once(database: Database) -> None:
    vectors = StoredVectors(database, Letters(), "letters 1")
    await asyncio.gather(vectors.fill(TEXTS), vectors.fill(TEXTS))
    stored = await database.read(lambda session: session.scalar(select(func.count()).select_from(TextVector)))
    assert stored == 40


async def test_half_a_character_is_a_text_too(database: Database) -> None:
    vectors = StoredVectors(database, Letters(), "letters 1")
    assert await vectors.fill(["а\ud800"]) == 1
    assert (await vectors.read(["а\ud800"]))["а\ud800"].tolist() == [1.0, 0.0, 0.0, 0.0]
