"""Download of contacts' files, after their events were stored, acknowledged and answered.

The row is the queue: a wanted file survives a restart, and is retried for about two hours.
"""

import asyncio
import logging
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channels import Channel
from bot.channels.downloads import Fetch
from bot.inbox.attachments import Attachments
from handoff.messages import files
from handoff.messages.files import Wanted
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, Held
from infra.files import FileStore, Kept
from infra.storage.outages import Notices

log = logging.getLogger(__name__)

_AT_ONCE = 4
_LOOK_EVERY = 5.0


class Fetcher:
    """Downloads one account's files, a few concurrently."""

    def __init__(
        self, channel: Channel, db: Database | Held, store: FileStore, attachments: Attachments, bus: Bus, clock: Clock
    ) -> None:
        self._channel = channel
        self._db = db
        self._store = store
        self._attachments = attachments
        self._bus = bus
        self._clock = clock
        self._latest: datetime | None = None

    async def run(self) -> None:
        """Fetch until cancelled; the next run fetches interrupted files again."""
        notices = Notices(log, f"{self._channel.account}: the fetching of files")
        with self._bus.subscribe("files") as hints:
            while True:
                try:
                    more = await self._round()
                except Exception as error:  # noqa: BLE001 - database outages are temporary
                    notices.note_failure(error)
                    more = False
                else:
                    notices.note_success()
                if not more:
                    await hints.next(_LOOK_EVERY)

    async def _round(self) -> bool:
        account, now = self._channel.account, self._clock()
        if self._latest is None or now < self._latest:  # the clock was set back, perhaps before this process started
            await self._db.write(lambda session: files.follow_clock(session, account, now))
        self._latest = now
        wanted = await self._db.read(lambda session: files.due(session, account, now, _AT_ONCE))
        await asyncio.gather(*map(self._fetch, wanted))
        return len(wanted) == _AT_ONCE

    async def _fetch(self, wanted: Wanted) -> None:
        with self._store.incoming(self._attachments.rules.bytes) as incoming:
            outcome = await self._channel.fetch(wanted.source, incoming)
            file = await asyncio.to_thread(incoming.keep) if outcome is Fetch.DONE else None
        await self._db.write(lambda session: self._settle(session, wanted, outcome, file))
        self._bus.publish("desk", str(wanted.contact_id))

    def _settle(self, session: Session, wanted: Wanted, outcome: Fetch, file: Kept | None) -> None:
        now = self._clock()
        album = files.beside(session, wanted.id)
        if not album:
            return  # its contact was erased meanwhile
        if file is not None:
            files.mark_kept(session, wanted.id, file, now)
        elif outcome is Fetch.LATER:
            files.postpone(session, wanted.id, now)
        else:
            files.mark_refused(session, wanted.id, "size" if outcome is Fetch.TOO_BIG else "kind", now)
        if refused := files.untold(album):
            self._attachments.tell(session, wanted.contact_id, refused)
