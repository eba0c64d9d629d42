"""Export and erasure of a contact's own data, requested in the conversation."""

import asyncio
import logging
import secrets

from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Addressee, RichText
from handoff.models import Contact
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import GOODBYE, Forgotten, forget
from infra.clock import Clock
from infra.database import Database, after_commit
from infra.files import FileStore
from infra.storage import rows

log = logging.getLogger(__name__)

_NAME = "frontdesk.zip"


class OwnData:
    """Both work within the caller's unit of work; files of an erased contact are deleted after the commit."""

    def __init__(self, db: Database, outbox: Outbox, files: FileStore, clock: Clock) -> None:
        self._db = db
        self._outbox = outbox
        self._files = files
        self._clock = clock
        self._clearing: set[asyncio.Task[None]] = set()

    def send(self, session: Session, contact: Addressee, words: str) -> None:
        """Post the archive after `words`."""
        session.flush()
        packed = archive(session, contact.id)
        if packed is None:
            return
        with self._files.incoming(len(packed)) as incoming:
            incoming.write(packed)
            kept = incoming.keep()
        self._outbox.post(session, contact, OutgoingMessage(RichText(words), files=((_NAME, kept),)))

    def erase(self, session: Session, contact: Addressee, goodbye: str) -> None:
        """Erase the contact, and confirm it to a new contact row with the same address and nothing else.

        That row is deleted an hour later (`erasure.sweep`), unless they write again.
        """
        forgotten = forget(session, contact.id, self._clock)
        now = self._clock()
        made = rows.add_if_new(
            session,
            Contact,
            account=contact.account,
            user_id=contact.user_id,
            name="",
            language=contact.language,
            numbered=contact.numbered,
            version=1,
            created_at=now,
            last_seen_at=now,
        )
        if forgotten is None or made is None:
            return
        stranger = Addressee(made, contact.account, contact.user_id, contact.language, contact.numbered)
        self._outbox.post(
            session, stranger, OutgoingMessage(RichText(goodbye), key=f"{GOODBYE}{secrets.token_urlsafe(12)}")
        )
        log.info("contact %d asked to be forgotten: %d rows were erased", contact.id, forgotten.rows)
        after_commit(session, lambda: self._clear(forgotten))

    def _clear(self, forgotten: Forgotten) -> None:
        task = asyncio.get_running_loop().create_task(self._purge(forgotten))
        self._clearing.add(task)
        task.add_done_callback(self._clearing.discard)

    async def _purge(self, forgotten: Forgotten) -> None:
        for key in forgotten.files:
            try:
                await asyncio.to_thread(self._files.drop, key)
            except OSError as error:
                log.error("the file %s of a forgotten contact cannot be removed: %s", key, error.strerror)  # noqa: TRY400
        await self._db.purge()
