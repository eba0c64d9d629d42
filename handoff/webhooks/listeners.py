"""Keeps a process's list of webhooks current."""

import logging

from handoff.webhooks.outbox import WebhookOutbox, read_listeners
from infra.bus import Bus
from infra.database import Database
from infra.storage.outages import Notices

log = logging.getLogger(__name__)

CHANGED = "webhooks"
"""Bus topic: a webhook was added, changed or removed."""
_LOOK_EVERY = 2.0
"""Seconds after which another process's change is noticed without a hint."""


class Listeners:
    """Reads the list of webhooks for a `WebhookOutbox`; every process that changes tickets runs one."""

    def __init__(self, db: Database, bus: Bus, outbox: WebhookOutbox) -> None:
        self._db = db
        self._bus = bus
        self._outbox = outbox

    async def refresh(self) -> None:
        self._outbox.listeners = await self._db.read(read_listeners)

    async def run(self) -> None:
        """Follow changes until cancelled."""
        notices = Notices(log, "the list of webhooks")
        with self._bus.subscribe(CHANGED) as hints:
            while True:
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001 - a database that is away comes back
                    notices.note_failure(error)
                else:
                    notices.note_success()
                await hints.next(_LOOK_EVERY)
