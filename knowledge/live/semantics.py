"""The semantic extra at work: vectors of everything published, and matchers that compare by them.

Without an embedder there is none of this, and nothing is missed: words are enough to go on.
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
    """What is read: vectors of wordings by their text, and of answers by entry."""

    wordings: TextVectors
    answers: Mapping[int, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.wordings) + len(self.answers)


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model of the semantic extra."""

    name: str
    """With its version: vectors are kept under that name."""
    embedder: Embedder


class Semantics:
    """One embedder and what it has read so far."""

    def __init__(self, db: Database, model: EmbeddingModel) -> None:
        self._db = db
        self._embedder = model.embedder
        self._stored = StoredVectors(db, model.embedder.phrasings, model.name)

    async def compute(self) -> None:
        """Have everything published read, here or by another process. Raises whatever the embedder raises."""
        wordings, answers = await self._db.read(_published)
        await self._stored.fill([*wordings, *answers.values()])

    async def read_known(self) -> Known:
        """What is read already."""
        wordings, answers = await self._db.read(_published)
        vectors = await self._stored.read({*wordings, *answers.values()})
        return Known(vectors, {entry: vectors[text] for entry, text in answers.items() if text in vectors})

    async def progress(self) -> tuple[int, int]:
        """How many of the texts are read, and how many there are."""
        wordings, answers = await self._db.read(_published)
        texts = {*wordings, *answers.values()}
        return len(await self._stored.read(texts)), len(texts)

    async def apply(self, matcher: Matcher, known: Known) -> Matcher:
        """The matcher with vectors, as far as there are any."""
        if not known:
            return matcher
        return await asyncio.to_thread(matcher.with_embedder, self._embedder, known.wordings, known.answers)


def _published(session: Session) -> tuple[list[str], dict[int, str]]:
    return published_texts(session), published_answers(session)
