"""Writing and reading the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from handoff.audit.models import KEPT, AuditAction, AuditEntry, Concern, Origin
from infra.clock import Clock
from infra.storage.columns import without_index


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a change, and where."""

    agent_id: int | None
    origin: Origin


COMMAND_LINE = Actor(None, Origin.COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change concerns: an agent, a token, …, by number or key."""

    concern: Concern
    key: int | str


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry of the log."""

    id: int
    at: datetime
    actor: Actor
    action: AuditAction
    subject: Subject
    details: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries to show; None for no limit."""

    agent_id: int | None = None
    by_command: bool = False
    """Only entries of the command line."""
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None
    """End of the period, exclusive."""
    before: int | None = None
    """Only entries older than this one."""


class AuditLog:
    """The log; each method works within the caller's unit of work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def record(self, session: Session, by: Actor, action: AuditAction, subject: Subject, **details: str | int) -> None:
        """Add an entry. `details` are words and numbers of the program: no names, addresses, secrets or texts."""
        session.add(
            AuditEntry(
                at=self._clock(),
                agent_id=by.agent_id,
                origin=by.origin,
                action=action,
                concern=subject.concern,
                concern_id=str(subject.key),
                details=details,
            )
        )

    def entries(self, session: Session, wanted: LogFilter, limit: int) -> tuple[EntryView, ...]:
        """Return at most `limit` entries, newest first."""
        rows = session.scalars(
            select(AuditEntry).where(*_conditions(wanted)).order_by(AuditEntry.id.desc()).limit(limit)
        )
        return tuple(map(_view, rows))

    # --- expiry, as the caretaker does other due work

    def due(self, session: Session, after: int, limit: int) -> Sequence[int]:
        """Return the numbers of expired entries above `after`, at most `limit`."""
        number = without_index(AuditEntry.id)
        expired = select(AuditEntry.id).where(AuditEntry.at < self._clock() - KEPT, number > after)
        return session.scalars(expired.order_by(number).limit(limit)).all()

    def act(self, session: Session, number: int) -> bool:
        """Delete an expired entry; return False if it is gone or has not expired."""
        expired = delete(AuditEntry).where(AuditEntry.id == number, AuditEntry.at < self._clock() - KEPT)
        return bool(session.execute(expired).rowcount)  # type: ignore[attr-defined]  # a DELETE counts its rows


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.agent_id is not None:
        conditions.append(AuditEntry.agent_id == wanted.agent_id)
    if wanted.by_command:
        conditions.append(AuditEntry.origin == Origin.COMMAND_LINE)
    if wanted.action is not None:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEntry.at < wanted.until)
    if wanted.before is not None:
        conditions.append(AuditEntry.id < wanted.before)
    return conditions


def _view(row: AuditEntry) -> EntryView:
    return EntryView(
        row.id,
        row.at,
        Actor(row.agent_id, row.origin),
        row.action,
        Subject(row.concern, row.concern_id),
        row.details,
    )
