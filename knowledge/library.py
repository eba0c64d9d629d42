"""The knowledge as a running process holds it: a matcher that is always whole and never more than seconds old."""

import asyncio
import logging
import re

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from knowledge import editing, loading
from knowledge.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.matching import Matcher, Phrasing
from knowledge.models import Entry
from knowledge.models import Phrasing as PhrasingRow
from knowledge.writing import current_revision

TOPIC = "knowledge"
_LOOK_SECONDS = 1.0
_LINK_TARGET = re.compile(r"\]\([^)]*\)")  # where a Markdown link leads says nothing about the question

logger = logging.getLogger(__name__)


class Library:
    """The current matcher of this process, and the edits that tell the other processes.

    An edit reaches every process that runs `run` within a second and the time of building a matcher, by hint or,
    without one, by looking at the revision. Questions are answered from the old matcher meanwhile.
    The editing methods work in the caller's unit of work; the functions behind them are in `editing` and `loading`.
    """

    def __init__(self, db: Database, bus: Bus, clock: Clock) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._current = (0, Matcher.build(()))
        self._refreshing = asyncio.Lock()

    @property
    def matcher(self) -> Matcher:
        """An immutable matcher over everything published at `revision`."""
        return self._current[1]

    @property
    def revision(self) -> int:
        return self._current[0]

    async def open(self) -> None:
        """Build the first matcher."""
        await self.refresh()

    async def run(self) -> None:
        """Follow the database for ever."""
        with self._bus.subscribe(TOPIC) as hints:
            while True:
                await hints.next(_LOOK_SECONDS)
                try:
                    await self.refresh()
                except SQLAlchemyError as error:  # the database is away; the old matcher still answers
                    logger.warning("knowledge could not be refreshed: %s", type(error).__name__)

    async def refresh(self) -> bool:
        """Take over what has changed; whether anything had."""
        async with self._refreshing:
            if await self._db.read(current_revision) == self.revision:
                return False
            revision, phrasings, answers = await self._db.read(_published)
            matcher = await asyncio.to_thread(Matcher.build, phrasings, answers=answers)
            self._current = (revision, matcher)
            logger.info("knowledge at revision %d: %d phrasings", revision, len(phrasings))
            return True

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


def _published(session: Session) -> tuple[int, list[Phrasing], dict[int, str]]:
    """What the matcher is built from: the revision, every wording, and the words of each answer."""
    # The revision first: a change that slips in between is then seen again by the next look, never missed.
    revision = current_revision(session)
    entries = session.execute(
        select(Entry.id, Entry.question, Entry.lang, Entry.answer).where(Entry.status == "published").order_by(Entry.id)
    ).all()
    wordings = session.execute(
        select(PhrasingRow.entry_id, PhrasingRow.text, Entry.lang)
        .join(Entry, Entry.id == PhrasingRow.entry_id)
        .where(Entry.status == "published")
        .order_by(PhrasingRow.entry_id, PhrasingRow.position)
    ).all()
    phrasings = [Phrasing(entry_id, text, lang) for entry_id, text, lang, _ in entries]
    phrasings += [Phrasing(entry_id, text, lang) for entry_id, text, lang in wordings]
    return revision, phrasings, {entry_id: _LINK_TARGET.sub("]", answer) for entry_id, _, _, answer in entries}
