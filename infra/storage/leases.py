"""Names that one process at a time holds on PostgreSQL: a lease row with an epoch, behind an advisory lock.

The advisory lock shows at once that a holder's connection is gone: the process stopped, or was killed. The lease covers
a holder that neither works nor dies, such as a suspended process or one that lost the network: unless renewed, it
expires, by the server's clock. Each takeover raises the epoch, and a process with an older epoch can no longer write
(`PostgresHold.check`).
"""

import asyncio
import logging
import threading
from datetime import datetime

from sqlalchemy import BigInteger, Connection, String, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from infra.storage import rows
from infra.storage.columns import Base

log = logging.getLogger(__name__)

LEASE_SECONDS = 20
"""Time without a renewal after which another process takes over."""
_RENEW_EVERY = 4.0


class LeaseRow(Base):
    """Holder of a name; SQLite, whose file has one process, has no rows here."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    """Incremented by each holder."""
    holder: Mapped[str | None] = mapped_column(String(64))
    """The `application_name` of the holder's connections; None once it has released the name."""
    expires_at: Mapped[datetime]


class LostHoldError(Exception):
    """Another process has taken the name over, so nothing may be written on its behalf here."""


_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_STALE = text("SELECT holder FROM lease WHERE name = :name AND expires_at < now() AND holder IS NOT NULL")
_END = text("SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name = :holder")
# FOR UPDATE waits for the last holder's running commits, whose writes lock the key (`_CHECK`).
_WAIT = text("SELECT epoch FROM lease WHERE name = :name FOR UPDATE")
_TAKE = text(f"""
    INSERT INTO lease (name, epoch, holder, expires_at)
    VALUES (:name, 1, :holder, now() + interval '{LEASE_SECONDS} seconds')
    ON CONFLICT (name) DO UPDATE
    SET epoch = lease.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
    RETURNING epoch
""")  # noqa: S608 - only a constant
_RENEW = text(f"""
    UPDATE lease SET expires_at = now() + interval '{LEASE_SECONDS} seconds'
    WHERE name = :name AND epoch = :epoch
""")  # noqa: S608 - only a constant
_RELEASE = text("UPDATE lease SET holder = NULL, expires_at = now() WHERE name = :name AND epoch = :epoch")
_CHECK = text("SELECT 1 FROM lease WHERE name = :name AND epoch = :epoch FOR KEY SHARE")


def acquire(connection: Connection, name: str, holder: str) -> "PostgresHold | None":
    """Take the name if it is free or its lease has expired; None if it is held. Blocks for seconds at most.

    `connection` is in autocommit mode and belongs to the hold from then on. `holder` is its `application_name`.
    """
    connection.execute(text("SET lock_timeout = '5s'"))
    if not connection.scalar(_LOCK, {"name": name}):
        stale = connection.scalar(_STALE, {"name": name})
        if stale is None or stale == holder:
            return None
        # The previous holder's transactions may be open and block: they end with its connections.
        log.warning("%s: the holder %s gives no sign of life and is replaced", name, stale)
        connection.execute(_END, {"holder": stale})
        if not connection.scalar(_LOCK, {"name": name}):
            return None
    connection.execute(text("BEGIN"))
    connection.execute(_WAIT, {"name": name})
    epoch = connection.scalar(_TAKE, {"name": name, "holder": holder})
    connection.execute(text("COMMIT"))
    return PostgresHold(connection, name, int(epoch or 0))


class PostgresHold:
    """Name that this process holds until it releases it, its connection ends or its lease expires."""

    def __init__(self, connection: Connection, name: str, epoch: int) -> None:
        self._connection = connection
        self._mark = {"name": name, "epoch": epoch}
        self._using = threading.Lock()  # a renewal may be running in its thread while the hold is released

    def check(self, session: Session) -> bool:
        """Return whether the name is still held; if so, it stays held until the session's transaction ends."""
        return rows.run(session, _CHECK, self._mark).scalar() is not None

    async def wait_until_lost(self) -> None:
        """Renew the lease; return once another process has taken over, or the server cannot be reached."""
        while True:
            await asyncio.sleep(_RENEW_EVERY)
            if not await asyncio.to_thread(self._renew):
                return

    async def release(self) -> None:
        """Release the name, so that another process takes over at once."""
        await asyncio.to_thread(self._release)

    def _renew(self) -> bool:
        with self._using:
            try:
                return bool(self._connection.execute(_RENEW, self._mark).rowcount)
            except SQLAlchemyError:
                return False

    def _release(self) -> None:
        with self._using:
            try:
                self._connection.execute(_RELEASE, self._mark)
            except SQLAlchemyError:
                log.debug("the hold on %s was lost before it was released", self._mark["name"])
            finally:
                self._connection.close()
