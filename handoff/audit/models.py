"""Table of the audit log. Rows are added and, once they have expired, deleted; triggers refuse everything else.

A row holds numbers and words of the program, never names, addresses, secrets or texts, so the erasure of a person does
not concern it (docs/decisions/0053-an-audit-log-of-numbers.md).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import DDL, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json, word_of
from infra.storage.rows import table

KEPT = timedelta(days=1095)
"""How long an entry is kept. The triggers count the same days."""


class AuditAction(StrEnum):
    """What was done."""

    AGENT_ADDED = "agent_added"
    AGENT_DISABLED = "agent_disabled"
    AGENT_ENABLED = "agent_enabled"
    ROLE_CHANGED = "role_changed"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word
    SIGNED_OUT = "signed_out"
    LINK_CREATED = "link_created"
    LINK_REVOKED = "link_revoked"
    LINK_USED = "link_used"
    FACTOR_ENABLED = "factor_enabled"
    FACTOR_DISABLED = "factor_disabled"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PROFILE_CHANGED = "profile_changed"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    TOKEN_ADDED = "token_added"  # noqa: S105 - a word
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word
    CATEGORY_CHANGED = "category_changed"
    FORM_CHANGED = "form_changed"
    FORM_RELEASED = "form_released"
    TARGET_CHANGED = "target_changed"
    RETENTION_CHANGED = "retention_changed"
    HOURS_CHANGED = "hours_changed"
    HOLIDAY_SAVED = "holiday_saved"
    HOLIDAY_REMOVED = "holiday_removed"
    WORDING_CHANGED = "wording_changed"
    WORDING_RESTORED = "wording_restored"
    TICKET_ASSIGNED = "ticket_assigned"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_PAUSED = "webhook_paused"
    WEBHOOK_RESUMED = "webhook_resumed"
    WEBHOOK_ROTATED = "webhook_rotated"
    WEBHOOK_REMOVED = "webhook_removed"
    CONTACT_EXPORTED = "contact_exported"
    CONTACT_ERASED = "contact_erased"


class Origin(StrEnum):
    """Where it was done."""

    DESK = "desk"
    API = "api"
    COMMAND_LINE = "command_line"


class Concern(StrEnum):
    """Kind of what it concerned."""

    AGENT = "agent"
    TOKEN = "token"  # noqa: S105 - a word
    CONTACT = "contact"
    CATEGORY = "category"
    TICKET = "ticket"
    OFFICE = "office"
    SENTENCE = "sentence"
    RETENTION = "retention"
    WEBHOOK = "webhook"


class AuditEntry(Base):
    """One change."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_agent", "agent_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """The agent or program that did it; None for the command line."""
    origin: Mapped[Origin] = mapped_column(word_of(Origin))
    action: Mapped[AuditAction] = mapped_column(word_of(AuditAction))
    concern: Mapped[Concern] = mapped_column(word_of(Concern))
    concern_id: Mapped[str] = mapped_column(String(64))
    """Number or key of what it concerned."""
    details: Mapped[dict[str, str | int]] = mapped_column(Json)


_RECENT = f"datetime('now', '-{KEPT.days} days')"
_SQLITE = (
    "CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    f"CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry WHEN OLD.at > {_RECENT}"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
_POSTGRES = (
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry"
    " FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry FOR EACH ROW"
    f" WHEN (OLD.at > now() - interval '{KEPT.days} days') EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
)
for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRES)):
    for _statement in _statements:
        event.listen(table(AuditEntry), "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
