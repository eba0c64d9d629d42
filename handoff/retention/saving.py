"""Change of the setting, with its entry in the audit log."""

from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.retention.rules import Retention, save_retention
from infra.clock import Clock


def change_retention(session: Session, retention: Retention, by: Actor, clock: Clock) -> None:
    """Set how long things are kept. Raises ValueError for days out of bounds."""
    save_retention(session, retention)
    AuditLog(clock).record(
        session,
        by,
        AuditAction.RETENTION_CHANGED,
        Subject(Concern.RETENTION, "retention"),
        question_days=retention.questions or 0,
        conversation_days=retention.conversations or 0,
    )
