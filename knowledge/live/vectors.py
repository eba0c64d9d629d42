"""Vectors of the published phrasings: computed once per text, in the background, and stored in the database.

Nothing waits for them: a text without a vector is matched by words.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from infra.database import Database, Held
from infra.storage import rows
from knowledge.entries.models import TextVector

_BATCH = 16
_FEW = 500
_HOLD = "text vectors"

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Returns one row per text."""

logger = logging.getLogger(__name__)


class TextVectors(Mapping[str, NDArray[np.float32]]):
    """Vectors by text, kept in half precision as stored, and converted on access."""

    def __init__(self, stored: dict[str, bytes]) -> None:
        self._stored = stored

    def __getitem__(self, text: str) -> NDArray[np.float32]:
        return np.frombuffer(self._stored[text], np.float16).astype(np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


class StoredVectors:
    """The stored vectors of one model. A text's vector never changes, as it depends on nothing else."""

    def __init__(self, db: Database, embed: Embed, model: str) -> None:
        """`model` names the model with its version: vectors of two models do not compare."""
        self._db = db
        self._embed = embed
        self._model = model

    async def fill(self, texts: Collection[str]) -> int:
        """Compute missing vectors; returns their number. One process computes at a time, and others wait for it.

        It computes half of the time and sleeps the other half, which leaves the processor to questions. Results are
        stored batch by batch, so an interrupted run can be continued.
        """
        if not await self._missing(texts):
            return 0
        computed = 0

        async def work(_held: Held) -> None:
            nonlocal computed
            missing = await self._missing(texts)
            logger.info("sentence encoder: %d texts to read", len(missing))
            for start in range(0, len(missing), _BATCH):
                batch = missing[start : start + _BATCH]
                begun = time.monotonic()
                rows = await asyncio.to_thread(self._embed, batch)
                await self._store(batch, rows)
                computed += len(batch)
                await asyncio.sleep(time.monotonic() - begun)

        await self._db.exclusively(_HOLD, work)
        return computed

    async def read(self, texts: Collection[str]) -> TextVectors:
        """Return the stored vectors of these texts."""
        by_hash = {text_hash(text): text for text in texts}
        wanted = select(TextVector.text_hash, TextVector.vector).where(TextVector.model == self._model)
        if len(by_hash) <= _FEW:  # else most of what there is
            wanted = wanted.where(TextVector.text_hash.in_(by_hash))

        def work(session: Session) -> dict[str, bytes]:
            rows = session.execute(wanted)
            return {by_hash[hash_]: vector for hash_, vector in rows if hash_ in by_hash}

        return TextVectors(await self._db.read(work))

    async def _missing(self, texts: Collection[str]) -> list[str]:
        hashes = {text_hash(text) for text in texts}
        wanted = select(TextVector.text_hash).where(TextVector.model == self._model)
        if len(hashes) <= _FEW:
            wanted = wanted.where(TextVector.text_hash.in_(hashes))
        known = await self._db.read(lambda session: set(session.scalars(wanted)))
        return [text for text in dict.fromkeys(texts) if text_hash(text) not in known]

    async def _store(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        values = [
            {"text_hash": text_hash(text), "model": self._model, "vector": row.astype(np.float16).tobytes()}
            for text, row in zip(texts, vectors, strict=True)
        ]
        await self._db.write(lambda session: rows.add_new(session, TextVector, values))


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
