"""The semantic extra at work: vectors of everything published, and matchers that compare by them.

Without an embedder there is none of this, and nothing is missed: words are enough to go on.
"""

import asyncio

from infra.database import Database
from knowledge.matching import Matcher
from knowledge.matching.semantics import Embedder
from knowledge.published import published_texts
from knowledge.vectors import StoredVectors, TextVectors


class Semantics:
    """One embedder and what it has read so far."""

    def __init__(self, db: Database, embedder: Embedder, model: str) -> None:
        """`model` names what the embedder uses, with its version: vectors are kept under that name."""
        self._db = db
        self._embedder = embedder
        self._stored = StoredVectors(db, embedder.phrasings, model)

    async def compute(self) -> None:
        """Have everything published read, here or by another process. Raises whatever the embedder raises."""
        await self._stored.fill(await self._db.read(published_texts))

    async def known(self) -> TextVectors:
        """What is read already."""
        return await self._stored.read(await self._db.read(published_texts))

    async def progress(self) -> tuple[int, int]:
        """How many of the wordings are read, and how many there are."""
        texts = set(await self._db.read(published_texts))
        return len(await self._stored.read(texts)), len(texts)

    async def applied(self, matcher: Matcher, known: TextVectors) -> Matcher:
        """The matcher with vectors, as far as there are any."""
        return await asyncio.to_thread(matcher.embedded, self._embedder, known) if known else matcher
