"""The texts of admins: reading, saving and removing them, and the way of each change into every running process."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.models import Agent
from handoff.wording.models import WordingOverride
from handoff.wording.wordbook import Sentence, Wordbook
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from infra.storage import rows
from infra.wording import Replacements

TOPIC = "wording"
_LOOK_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Override:
    """A text in place of a sentence."""

    key: str
    language: str
    text: str
    """The English sentence that it was written for."""
    forms: tuple[str, ...]
    changed_at: datetime
    author: str
    """Present name of the agent who wrote it; empty for the command line."""


class Overrides:
    """Reading and changing the texts; each method works within the caller's unit of work."""

    def __init__(self, wordbook: Wordbook, bus: Bus, clock: Clock) -> None:
        self.wordbook = wordbook
        self._bus = bus
        self._clock = clock
        self._audit = AuditLog(clock)

    def read(self, session: Session, key: str | None = None) -> tuple[Override, ...]:
        """Return the texts of one sentence, or all of them."""
        wanted = (
            select(WordingOverride, Agent.name)
            .outerjoin(Agent, Agent.id == WordingOverride.agent_id)
            .order_by(WordingOverride.id)
        )
        if key is not None:
            wanted = wanted.where(WordingOverride.key == key)
        return tuple(
            Override(row.key, row.language, row.sentence, tuple(row.forms), row.changed_at, name or "")
            for row, name in session.execute(wanted)
        )

    def save(self, session: Session, sentence: Sentence, language: str, forms: Sequence[str], by: Actor) -> None:
        """Let contacts read `forms` in `language` from now on; the built-in text itself removes the override.

        Raises WordingError as `Wordbook.check` does.
        """
        texts = self.wordbook.check(sentence, language, forms)
        if texts == self.wordbook.built_in(sentence, language):
            self.remove(session, sentence.key, language, by)
            return
        values = {"forms": list(texts), "agent_id": by.agent_id, "changed_at": self._clock()}
        change = update(WordingOverride).where(_is(sentence.key, language)).values(values)
        if not session.execute(change).rowcount:  # type: ignore[attr-defined]  # an UPDATE counts its rows
            new = {"key": sentence.key, "language": language, "sentence": sentence.text, **values}
            if rows.add_if_new(session, WordingOverride, **new) is None:  # another admin was quicker
                session.execute(change)
        self._changed(session, by, AuditAction.WORDING_CHANGED, sentence.key, language)

    def remove(self, session: Session, key: str, language: str, by: Actor) -> bool:
        """Go back to the built-in text; return False if there is no other one."""
        gone = session.execute(delete(WordingOverride).where(_is(key, language)))
        if not gone.rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
            return False
        self._changed(session, by, AuditAction.WORDING_RESTORED, key, language)
        return True

    def _changed(self, session: Session, by: Actor, action: AuditAction, key: str, language: str) -> None:
        self._audit.record(session, by, action, Subject(Concern.SENTENCE, key), language=language)
        after_commit(session, lambda: self._bus.publish(TOPIC, key))


class LiveWording:
    """Keeps the catalogues of this process at the texts of the database, at most seconds behind."""

    def __init__(self, db: Database, bus: Bus, wordbook: Wordbook) -> None:
        self._db = db
        self._bus = bus
        self._wordbook = wordbook

    async def run(self) -> None:
        """Follow the database until cancelled: by a hint, or by reading the few rows every two seconds."""
        with self._bus.subscribe(TOPIC) as hints:
            while True:
                try:
                    await self.refresh()
                except (SQLAlchemyError, OSError) as error:  # a database outage: the texts so far stay
                    log.warning("the wording could not be refreshed: %s", type(error).__name__)
                await hints.next(_LOOK_SECONDS)

    async def refresh(self) -> None:
        """Read the texts once; those that no longer fit their sentences are left out."""
        self._wordbook.apply(await self._db.read(self._fitting))

    def close(self) -> None:
        """Return to the built-in texts."""
        self._wordbook.apply(MappingProxyType({}))

    def _fitting(self, session: Session) -> Replacements:
        texts: dict[tuple[str, str], tuple[str, ...]] = {}
        columns = (WordingOverride.key, WordingOverride.language, WordingOverride.forms)
        for key, language, forms in session.execute(select(*columns)):
            sentence = self._wordbook.find(key)
            if sentence is not None and self._wordbook.fits(sentence, language, forms):
                texts[language, sentence.text] = tuple(forms)
        return texts


def _is(key: str, language: str) -> ColumnElement[bool]:
    return and_(WordingOverride.key == key, WordingOverride.language == language)
