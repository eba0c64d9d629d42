"""The knowledge as a running process holds it: a matcher that is always whole and never more than seconds old."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from knowledge import editing, loading
from knowledge.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.matching import Matcher, Thresholds
from knowledge.published import Changes, changes, published

TOPIC = "knowledge"
_LOOK_SECONDS = 1.0
_AT_ONCE = 16
"""Changed entries that are taken over one by one; more than that, and the index is built anew."""
_EDITS = 32
"""Edits held beside the index before it is built anew: up to here an edit costs less than 20 ms (`docs/matching.md`)."""
_SHARE = 20
"""Edits stay below a twentieth of the entries: a small knowledge is built anew in a moment, and rare words stay rare."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """A matcher, the revision that it knows wholly, how many entries its index holds and which it knows as edits."""

    revision: int
    matcher: Matcher
    entries: int
    edited: frozenset[int] = frozenset()

    def room(self, most: int) -> int:
        return min(most, self.entries // _SHARE)

    def with_edits(self, found: Changes) -> "_Held":
        """What has changed, known at once; milliseconds an entry."""
        matcher = self.matcher
        for entry_id, phrasings in (found.entries or {}).items():
            matcher = matcher.edited(entry_id, phrasings, found.answers.get(entry_id, ""))
        return replace(self, revision=found.revision, matcher=matcher, edited=self.edited | set(found.entries or ()))


class Library:
    """The current matcher of this process, and the edits that tell the other processes.

    An edit reaches every process that runs `run` within a second, by hint or, without one, by looking at the revision:
    what changed is read and taken over beside the index. Where much has changed, or many edits have gathered, the index
    is built anew in the background, and questions are answered from the old one meanwhile.
    The editing methods work in the caller's unit of work; the functions behind them are in `editing` and `loading`.
    """

    def __init__(self, db: Database, bus: Bus, clock: Clock, thresholds: Thresholds | None = None) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._thresholds = thresholds or Thresholds()
        self._held = _Held(-1, Matcher.build((), self._thresholds), 0)
        self._looked = -1
        self._looking = asyncio.Lock()
        self._building: asyncio.Task[None] | None = None
        self._opened = asyncio.Event()

    @property
    def matcher(self) -> Matcher:
        """An immutable matcher over everything published at `revision`, and perhaps later edits; empty until `opened`."""
        return self._held.matcher

    @property
    def revision(self) -> int:
        """-1 until `opened`."""
        return self._held.revision

    @property
    def ready(self) -> bool:
        """Whether the knowledge is here."""
        return self._opened.is_set()

    async def opened(self) -> None:
        """Wait until the knowledge is here, for what is asked before would find nothing. `run` brings it."""
        await self._opened.wait()

    async def run(self) -> None:
        """Bring the knowledge and follow the database for ever."""
        try:
            with self._bus.subscribe(TOPIC) as hints:
                while True:
                    try:
                        await self._look()
                    except SQLAlchemyError as error:  # the database is away; the old matcher still answers
                        logger.warning("knowledge could not be refreshed: %s", type(error).__name__)
                    await hints.next(_LOOK_SECONDS)
        finally:
            if self._building is not None:
                self._building.cancel()

    async def refresh(self) -> bool:
        """Take over whatever has changed and wait for it to be known; whether anything had."""
        before = self._held
        await self._look()
        while self._building is not None:
            await asyncio.wait([self._building])
            await self._look()
        return self._held is not before

    async def _look(self) -> None:
        """Take over a few changes at once, and have many built in the background."""
        async with self._looking:
            if self._building is not None and self._building.done():
                built, self._building = self._building, None
                built.result()
            held, since = self._held, self._looked
            found = await self._db.read(lambda session: changes(session, since, held.room(_AT_ONCE)))
            if found.revision == since:
                return
            self._looked = found.revision
            if found.entries is None or not self.ready:
                self._build()
                return
            fresh = await asyncio.to_thread(held.with_edits, found)
            # While a build is under way that brings many changes, the revision stays where all was known.
            self._held = replace(fresh, revision=found.revision if held.revision == since else held.revision)
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
            self._looked = self._held.revision  # so that the next look tries again
            raise

    async def _built(self) -> bool:
        """Build from everything, then take over what has changed meanwhile; False where that was too much for edits."""
        begun = time.monotonic()
        whole = await self._db.read(published)
        revision = whole.origin.revision
        logger.info("knowledge at revision %d: indexing %d phrasings", revision, len(whole.phrasings))
        matcher = await asyncio.to_thread(Matcher.build, whole.phrasings, self._thresholds, answers=whole.answers)
        fresh = _Held(revision, matcher, len(whole.answers))
        async with self._looking:
            late = await self._db.read(lambda session: changes(session, revision, fresh.room(_AT_ONCE)))
            self._held = fresh if late.entries is None else await asyncio.to_thread(fresh.with_edits, late)
            self._looked = self._held.revision
            self._opened.set()
        logger.info("knowledge at revision %d: indexed in %.1f s", revision, time.monotonic() - begun)
        return late.entries is not None

    def create(self, session: Session, draft: EntryDraft, *, author: str) -> int:
        """As `editing.create_entry`, and so on for the others."""
        self._announce(session)
        return editing.create_entry(session, draft, author=author, at=self._clock())

    def update(self, session: Session, entry_id: int, draft: EntryDraft, *, author: str) -> bool:
        self._announce(session)
        return editing.update_entry(session, entry_id, draft, author=author, at=self._clock())

    def archive(self, session: Session, entry_id: int, *, author: str) -> bool:
        self._announce(session)
        return editing.archive_entry(session, entry_id, author=author, at=self._clock())

    def learn(self, session: Session, entry_id: int, text: str, *, author: str) -> bool:
        self._announce(session)
        return editing.learn(session, entry_id, text, author=author, at=self._clock())

    def undo(self, session: Session, entry_id: int, revision: int, *, author: str) -> bool:
        self._announce(session)
        return editing.undo(session, entry_id, revision, author=author, at=self._clock())

    def put_category(self, session: Session, draft: CategoryDraft) -> int:
        self._announce(session)
        return editing.put_category(session, draft)

    def load(self, session: Session, draft: Draft, *, author: str, keep: bool = False) -> loading.Plan:
        """Plan and apply in one go; what was done. An empty plan is not applied."""
        plan = loading.plan(session, draft, keep=keep)
        if not plan.empty:
            self.apply(session, draft, plan, author=author)
        return plan

    def apply(self, session: Session, draft: Draft, plan: loading.Plan, *, author: str) -> None:
        """Apply a plan that somebody has looked at; raises PlanChangedError when it is no longer true."""
        self._announce(session)
        loading.apply(session, draft, plan, author, self._clock)

    def _announce(self, session: Session) -> None:
        after_commit(session, lambda: self._bus.publish(TOPIC))
