"""Removal of stored files without a message: their message was never stored, or a crash left them behind.

A file is in the store before the row that names it, so only files older than AGE are considered.
"""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Agent, CannedFile, DraftFile, FileRow, InboxEvent, InboxState
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore

log = logging.getLogger(__name__)

AGE = timedelta(days=1)
LOOK_EVERY = 6 * 3600.0
_PAGE = 1000


class Orphans:
    """Removes them; any number of processes that share the folder may run one."""

    def __init__(self, db: Database, store: FileStore, clock: Clock) -> None:
        self._db = db
        self._store = store
        self._clock = clock

    async def run(self) -> None:
        """Run until cancelled, the first time after one pause."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if dropped := await self.sweep():
                log.info("%d files that no message holds are removed", dropped)

    async def sweep(self) -> int:
        """Remove every file that is older than AGE and named by no row; return their number."""
        before = (self._clock() - AGE).timestamp()
        left = await asyncio.to_thread(self._store.older_than, before)
        if not left:
            return 0
        after = 0
        while page := await self._db.read(lambda session, after=after: _named(session, after)):  # type: ignore[misc]
            after = page[-1][0]
            left -= {place for _, *places in page for place in places if place}
        left -= await self._db.read(_chosen)
        left -= await self._db.read(_promised)
        return sum([await asyncio.to_thread(self._store.drop_older, key, before) for key in sorted(left)])


def _named(session: Session, after: int) -> list[tuple[int, str | None, str]]:
    """Yield the keys named by each row in turn: a visitor's file is stored under its source before it is fetched."""
    wanted = select(FileRow.id, FileRow.key, FileRow.source).where(FileRow.id > after).order_by(FileRow.id).limit(_PAGE)
    return [(number, key, source) for number, key, source in session.execute(wanted)]


def _chosen(session: Session) -> set[str]:
    """Return the keys of files that are chosen for a draft, belong to a canned response, or picture an agent."""
    pictures = select(Agent.picture).where(Agent.picture.is_not(None))
    kept = (select(DraftFile.key), select(CannedFile.key), pictures)
    return {key for one in kept for key in session.scalars(one) if key}


def _promised(session: Session) -> set[str]:
    """Yield keys in events that have not, or not yet, become rows."""
    found: set[str] = set()
    for state in (InboxState.NEW, InboxState.POISON):
        for payload in session.scalars(select(InboxEvent.payload).where(InboxEvent.state == state)):
            found |= {str(file.get("key", "")) for file in payload.get("files") or () if isinstance(file, dict)}
    return found
