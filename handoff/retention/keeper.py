"""The role that deletes what has expired: in one process at a time, in short transactions with pauses between them.

Each transaction leaves nothing half-done, so a process that is killed continues where it was. A file whose row is gone
and that could not be dropped any more is removed as an orphan (handoff/messages/orphan_files.py).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from handoff.messages.orphan_files import AGE
from handoff.retention.deletion import (
    Piece,
    delete_events,
    delete_lines,
    due_questions,
    empty_lookups,
    empty_question,
)
from handoff.retention.rules import moment, read_retention
from handoff.search.index import merge_some
from infra.clock import Clock
from infra.database import Database, Held
from infra.files import FileStore
from infra.storage.outages import Notices

log = logging.getLogger(__name__)

LOOK_EVERY = 900.0
"""Seconds before each look."""
PAUSE = 0.05
"""Seconds between two transactions, in which others write."""
_AT_ONCE = 100
_MERGES = 1000


@dataclass(slots=True)
class Deleted:
    """What one look deleted."""

    questions: int = 0
    lines: int = 0
    lookups: int = 0
    events: int = 0
    files: int = 0

    def __bool__(self) -> bool:
        return bool(self.questions or self.lines or self.lookups or self.events)


class RetentionKeeper:
    """Deletes; every process may run one, and one of them works."""

    def __init__(self, db: Database, files: FileStore, clock: Clock) -> None:
        self._db = db
        self._files = files
        self._clock = clock

    async def run(self) -> None:
        """Run until cancelled."""
        await self._db.exclusively("retention", self._work)

    async def _work(self, held: Held) -> None:
        notices = Notices(log, "what has expired")
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look(held)
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                notices.note_failure(error)
            else:
                notices.note_success()

    async def look(self, held: Held) -> Deleted:
        """Delete everything that has expired; return how much it was."""
        retention, deleted, now = await held.read(read_retention), Deleted(), self._clock()
        before = moment(retention.questions, now)
        if before is not None:
            while numbers := await held.read(partial(due_questions, before=before, limit=_AT_ONCE)):
                for number in numbers:
                    empty = partial(empty_question, number=number, before=before, now=now)
                    deleted.questions += await self._repeat(held, empty, deleted) > 0
        before = moment(retention.conversations, now)
        if before is not None:
            deleted.lines = await self._repeat(held, partial(delete_lines, before=before), deleted)
            deleted.lookups = await self._repeat(held, partial(empty_lookups, before=before, now=now), deleted)
            after, finished = 0, False
            while not finished:
                piece, after = await held.write(partial(delete_events, before=before, after=after))
                deleted.events, finished = deleted.events + piece.deleted, piece.finished
                await asyncio.sleep(PAUSE)
        if deleted:
            for _ in range(_MERGES):
                if not await held.write(merge_some):
                    break
                await asyncio.sleep(PAUSE)
            log.info(
                "expired: %d questions, %d files, %d lines, %d lookups, %d events",
                deleted.questions, deleted.files, deleted.lines, deleted.lookups, deleted.events,
            )  # fmt: skip
        return deleted

    async def _repeat(self, held: Held, work: Callable[[Session], Piece], deleted: Deleted) -> int:
        """Do a piece of work until it is finished; return how much was deleted."""
        total, finished = 0, False
        while not finished:
            piece = await held.write(work)
            for key in sorted(piece.files):
                deleted.files += await asyncio.to_thread(self._files.drop_older, key, (self._clock() - AGE).timestamp())
            total, finished = total + piece.deleted, piece.finished
            await asyncio.sleep(PAUSE)
        return total
