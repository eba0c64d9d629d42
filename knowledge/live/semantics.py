"""The semantic extra in a running process: vectors of everything published, and matchers that use them.

Without an embedder it is not used, and matching is by words alone.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from infra.database import Database
from knowledge.live.published import published_answers, published_texts
from knowledge.live.vectors import StoredVectors, TextVectors
from knowledge.matching import Embedder, Matcher


@dataclass(frozen=True, slots=True)
class Known:
    """The computed vectors: of phrasings by text, and of answers by entry."""

    wordings: TextVectors
    answers: Mapping[int, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.wordings) + len(self.answers)


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model of the semantic extra."""

    name: str
    """Its name with version: vectors are stored under it."""
    embedder: Embedder


class Semantics:
    """One embedder and its computed vectors."""

    def __init__(self, db: Database, model: EmbeddingModel) -> None:
        self._db = db
        self._embedder = model.embedder
        self._stored = StoredVectors(db, model.embedder.phrasings, model.name)

    async def compute(self) -> None:
        """Compute missing vectors, here or in another process. Raises the embedder's exceptions."""
        wordings, answers = await self._db.read(_published)
        await self._stored.fill([*wordings, *answers.values()])

    async def read_known(self) -> Known:
        """Return the vectors computed so far."""
        wordings, answers = await self._db.read(_published)
        vectors = await self._stored.read({*wordings, *answers.values()})
        return Known(vectors, {entry: vectors[text] for entry, text in answers.items() if text in vectors})

    async def progress(self) -> tuple[int, int]:
        """Return the number of texts with vectors, and of all texts."""
        wordings, answers = await self._db.read(_published)
        texts = {*wordings, *answers.values()}
        return len(await self._stored.read(texts)), len(texts)

    async def apply(self, matcher: Matcher, known: Known) -> Matcher:
        """Return the matcher with the available vectors."""
        if not known:
            return matcher
        return await asyncio.to_thread(matcher.with_embedder, self._embedder, known.wordings, known.answers)


def _published(session: Session) -> tuple[list[str], dict[int, str]]:
    return published_texts(session), published_answers(session)
