"""The sentence encoder in a running process: vectors of everything published, and matchers that use them.

Without an encoder, and until it is loaded, matching is by words alone.
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
from knowledge.matching import LANGUAGES, MODEL, MOST, Embedder, Matcher


@dataclass(frozen=True, slots=True)
class Known:
    """The computed vectors: of phrasings by text, and of answers by entry."""

    wordings: TextVectors
    answers: Mapping[int, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.wordings) + len(self.answers)


class Semantics:
    """An encoder and the vectors computed with it so far."""

    def __init__(self, db: Database, embedder: Embedder, model: str = MODEL) -> None:
        """`model` names the model with its version; vectors are stored under it."""
        self._db = db
        self._embedder = embedder
        self._stored = StoredVectors(db, embedder.phrasings, model)
        self._loaded = False

    async def load(self) -> None:
        """Load the encoder, which takes seconds, if there is anything to compare. Raises its exceptions."""
        if not self._loaded and any(await self._db.read(_published)):
            await asyncio.to_thread(self._embedder.questions, ["?"])
            self._loaded = True

    async def compute(self) -> None:
        """Compute missing vectors, here or in another process. Raises the encoder's exceptions."""
        wordings, answers = await self._db.read(_published)
        await self._stored.fill([*wordings, *answers.values()])

    async def read_known(self) -> Known:
        """Return the vectors computed so far; none before the encoder is loaded, as a question would wait for it."""
        if not self._loaded:
            return Known(TextVectors({}), {})
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
    """Return the texts that vectors are needed of: phrasings, and answers by entry; none if there are too many."""
    wordings = published_texts(session, LANGUAGES)
    if len(wordings) > MOST:
        return [], {}
    return wordings, published_answers(session, LANGUAGES)
