"""The live matcher of a running process: always consistent and at most seconds behind the database."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from infra.bus import Bus
from infra.database import Database
from knowledge.live.published import Changes, Origin, changes, origin_at, read_published
from knowledge.live.semantics import Semantics
from knowledge.matching import Matcher, Thresholds, saved_matcher

TOPIC = "knowledge"
_LOOK_SECONDS = 1.0
_WAIT_SECONDS = 30.0
_AT_ONCE = 16
"""Maximum number of changed entries that are applied one by one; for more the index is rebuilt."""
_EDITS = 32
"""Maximum number of edits beside the index before it is rebuilt; until then an edit costs less than 20 ms."""
_TOLD = 4
"""Number of progress lines in the log before a build ends."""
_WORTH_TELLING = 10_000
"""Number of phrasings from which a build takes noticeable time."""
_SHARE = 20
"""Edits stay below 1/20 of the entries: a small index is rebuilt quickly, and word frequencies stay accurate."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """A matcher, the revision that it completely covers, the number of entries in its index, and its edited entries.

    `vectors` is the number of texts for which it has vectors of the sentence encoder.
    """

    revision: int
    matcher: Matcher
    entries: int
    edited: frozenset[int] = frozenset()
    vectors: int = 0

    def room(self, most: int) -> int:
        return min(most, self.entries // _SHARE)

    def with_edits(self, found: Changes) -> "_Held":
        """Return a matcher with the changes applied; takes milliseconds per entry."""
        matcher = self.matcher
        for entry_id, phrasings in (found.entries or {}).items():
            matcher = matcher.with_edit(entry_id, phrasings, found.answers.get(entry_id, ""))
        return replace(self, revision=found.revision, matcher=matcher, edited=self.edited | set(found.entries or ()))


class LiveMatcher:
    """The current matcher of this process.

    An edit reaches every process that runs `run` within a second, by a hint or by polling the revision: the changes are
    read and applied beside the index. After many changes or accumulated edits the index is rebuilt in the background;
    meanwhile questions are answered from the old one.
    """

    def __init__(
        self,
        db: Database,
        bus: Bus,
        thresholds: Thresholds | None = None,
        *,
        saved: Path | None = None,
        semantics: Semantics | None = None,
    ) -> None:
        """`saved` is the file that keeps the index between starts; it may be deleted at any time."""
        self._db = db
        self._bus = bus
        self._thresholds = thresholds or Thresholds()
        self._saved = saved
        self._held = _Held(-1, Matcher.build((), self._thresholds), 0)
        self._looked = -1
        self._looking = asyncio.Lock()
        self._building: asyncio.Task[None] | None = None
        self._opened = asyncio.Event()
        self.indexed = 0.0
        """Progress of the current or last build of a large index, 0..1."""
        self.semantics = semantics
        self._changed = asyncio.Event()

    @property
    def matcher(self) -> Matcher:
        """Return an immutable matcher of everything published at `revision`, or later; empty until `ready`."""
        return self._held.matcher

    @property
    def revision(self) -> int:
        """The revision of the matcher; -1 until `ready`."""
        return self._held.revision

    @property
    def ready(self) -> bool:
        """Whether the knowledge base is loaded."""
        return self._opened.is_set()

    async def wait_until_open(self) -> None:
        """Wait until `run` has loaded the knowledge base; before that a question would find nothing."""
        await self._opened.wait()

    async def run(self) -> None:
        """Load the knowledge base and follow the database until cancelled."""
        reading = asyncio.create_task(self._read_for_ever(), name="sentence encoder")
        try:
            with self._bus.subscribe(TOPIC) as hints:
                while True:
                    try:
                        await self._look()
                    except (SQLAlchemyError, OSError) as error:  # a database outage: the old matcher still answers
                        logger.warning("knowledge could not be refreshed: %s", type(error).__name__)
                    await hints.next(_LOOK_SECONDS)
        finally:
            reading.cancel()
            if self._building is not None:
                self._building.cancel()
                self._building = None  # so that another run starts its own

    async def refresh(self) -> bool:
        """Apply all changes and wait for them; returns whether there were any."""
        before = self._held
        await self._look()
        while self._building is not None:
            await asyncio.wait([self._building])
            await self._look()
        return self._held is not before

    async def _look(self) -> None:
        """Apply a few changes at once, or start a background build for many."""
        async with self._looking:
            if self._building is not None and self._building.done():
                built, self._building = self._building, None
                built.result()
            held, since = self._held, self._looked
            found = await self._db.read(lambda session: changes(session, since, held.room(_AT_ONCE)))
            if found.revision == since:
                return
            if found.entries is None or not self.ready:
                self._looked = found.revision
                self._build()
                return
            fresh = await asyncio.to_thread(held.with_edits, found)
            # During a build for many changes the revision stays at the last complete state.
            self._held = replace(fresh, revision=found.revision if held.revision == since else held.revision)
            self._looked = found.revision
            self._changed.set()
            logger.info("knowledge at revision %d: %d changed entries taken over", found.revision, len(found.entries))
            if len(self._held.edited) > held.room(_EDITS):
                self._build()

    def _build(self) -> None:
        if self._building is None:
            self._building = asyncio.create_task(self._build_anew(), name="knowledge")

    async def _build_anew(self) -> None:
        try:
            while not await self._built():
                pass
        except BaseException:
            self._looked = self._held.revision  # so that the next poll tries again
            raise

    async def _built(self) -> bool:
        """Build from everything, then apply changes made meanwhile; returns False if these were too many for edits."""
        begun = time.monotonic()
        if (
            not self.ready
            and (kept := await self._kept()) is not None
            and await self._take(await self._with_vectors(kept))
        ):
            logger.info("knowledge at revision %d: read in %.1f s", self.revision, time.monotonic() - begun)
            return True
        whole = await self._db.read(read_published)
        revision = whole.origin.revision
        self.indexed = 0.0 if len(whole.phrasings) >= _WORTH_TELLING else 1.0
        logger.info("knowledge at revision %d: indexing %d phrasings", revision, len(whole.phrasings))
        matcher = await asyncio.to_thread(
            Matcher.build, whole.phrasings, self._thresholds, answers=whole.answers, progress=self._progress
        )
        fresh = _Held(revision, matcher, len(whole.answers))
        taken = await self._take(await self._with_vectors(fresh), or_its_own=True)
        logger.info("knowledge at revision %d: indexed in %.1f s", revision, time.monotonic() - begun)
        if taken and self._saved is not None:
            await asyncio.to_thread(_keep, self._saved, fresh, whole.origin)
        return taken

    def _progress(self, share: float) -> None:
        """Record the progress; called from the building thread."""
        if int(share * _TOLD) > int(self.indexed * _TOLD):
            logger.info("knowledge: %d %% indexed", 100 * share)
        self.indexed = max(self.indexed, share)

    async def _take(self, fresh: _Held, *, or_its_own: bool = False) -> bool:
        """Install `fresh` with later changes.

        If these are too many, returns False, and installs it unchanged only if `or_its_own` is set.
        """
        async with self._looking:
            late = await self._db.read(lambda session: changes(session, fresh.revision, fresh.room(_AT_ONCE)))
            if late.entries is None and not or_its_own:
                return False
            self._held = await asyncio.to_thread(fresh.with_edits, late) if late.entries is not None else fresh
            self._looked = self._held.revision
            self._opened.set()
            self._changed.set()
            return late.entries is not None

    async def _with_vectors(self, held: _Held) -> _Held:
        """Add the existing vectors, so that a new index is no less complete than the old one."""
        if self.semantics is None:
            return held
        known = await self.semantics.read_known()
        return replace(held, matcher=await self.semantics.apply(held.matcher, known), vectors=len(known))

    async def add_vectors(self) -> None:
        """Load the encoder and add the stored vectors to the matcher; `run` does so by itself."""
        if self.semantics is None:
            return
        await self.semantics.load()
        known = await self.semantics.read_known()
        async with self._looking:
            if self._held.edited or self._held.vectors != len(known):
                matcher = await self.semantics.apply(self._held.matcher, known)
                self._held = replace(self._held, matcher=matcher, vectors=len(known))

    async def _read_for_ever(self) -> None:
        """After each change, compute the vectors of new texts and add them to the matcher."""
        while self.semantics is not None:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.semantics.load()
                await self.semantics.compute()
                await self.add_vectors()
            except SQLAlchemyError as error:
                logger.warning("the sentence encoder waits for the database: %s", type(error).__name__)
                await asyncio.sleep(_WAIT_SECONDS)
                self._changed.set()
            except Exception:  # the library may raise anything
                logger.exception("the sentence encoder is not used until the next start")
                return

    async def _kept(self) -> _Held | None:
        """Load the saved matcher if it was built from an earlier state of this database."""
        found = (
            await asyncio.to_thread(saved_matcher.load, self._saved, self._thresholds)
            if self._saved is not None
            else None
        )
        if found is None:
            return None
        matcher, origin = found
        revision, entries = origin.get("revision"), origin.get("entries")
        if not isinstance(revision, int) or not isinstance(entries, int):
            return None
        if await self._db.read(lambda session: _origin(origin_at(session, revision), entries)) != origin:
            return None
        return _Held(revision, matcher, entries)


def _origin(origin: Origin, entries: int) -> dict[str, Any]:
    """Encode the origin for the file of a saved matcher."""
    at = origin.at.isoformat() if origin.at else None
    return {"revision": origin.revision, "version": origin.version, "at": at, "entries": entries}


def _keep(path: Path, held: _Held, origin: Origin) -> None:
    try:
        saved_matcher.save(held.matcher, path, _origin(origin, held.entries))
    except (OSError, ValueError) as error:  # the next start rebuilds the index
        logger.warning("the index could not be saved: %s", error.strerror if isinstance(error, OSError) else error)
