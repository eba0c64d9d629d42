"""Partial indexes of unfinished rows, so that lookups do not slow down with the number of finished ones."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UNFINISHED = "state IN ('queued', 'claimed', 'sending', 'retrying')"
_NEW: tuple[tuple[str, str, list[str], str | None], ...] = (
    ("ix_ticket_status", "ticket", ["status", "id"], None),
    ("ix_ticket_live", "ticket", ["status", "due_at", "id"], "status IN ('open', 'waiting')"),
    ("ix_ticket_answered", "ticket", ["opened_at"], "first_reply_at IS NOT NULL"),
    ("ix_delivery_unfinished", "delivery", ["account", "next_attempt_at"], _UNFINISHED),
    ("ix_delivery_lost", "delivery", ["state"], "state IN ('maybe_delivered', 'failed')"),
    ("ix_delivery_unsaid", "delivery", ["message_id"], "place IS NOT NULL AND state IN ('failed')"),
    ("ix_delivery_edits", "delivery", ["edits"], "edits IS NOT NULL"),
    ("ix_choice_message_id", "choice", ["message_id"], None),
    ("ix_file_wanted", "file", ["account", "next_attempt_at"], "state IN ('wanted')"),
    ("ix_file_contact_id", "file", ["contact_id"], None),
    ("ix_file_key", "file", ["key"], None),
    ("ix_inbox_contact", "inbox_event", ["account", "user_id", "state"], None),
    ("ix_inbox_new", "inbox_event", ["state", "account", "user_id"], "state IN ('new')"),
    ("ix_inbox_poison", "inbox_event", ["state"], "state IN ('poison')"),
    ("ix_ticket_remind", "ticket", ["remind_at"], "remind_at IS NOT NULL"),
    ("ix_ticket_solve", "ticket", ["solve_at"], "solve_at IS NOT NULL"),
    ("ix_form_idle", "form", ["touched_at"], "state IN ('open')"),
    ("ix_public_question_line_id", "public_question", ["line_id"], "line_id IS NOT NULL"),
)
_OLD: tuple[tuple[str, str, list[str]], ...] = (
    ("ix_ticket_queue", "ticket", ["status", "waiting_since"]),
    ("ix_delivery_due", "delivery", ["account", "state", "next_attempt_at"]),
    ("ix_file_due", "file", ["account", "state", "next_attempt_at"]),
    ("ix_inbox_undone", "inbox_event", ["state", "account", "user_id"]),
    ("ix_ticket_remind", "ticket", ["remind_at"]),
    ("ix_ticket_solve", "ticket", ["solve_at"]),
    ("ix_form_idle", "form", ["state", "touched_at"]),
    ("ix_public_question_line_id", "public_question", ["line_id"]),
)


def upgrade() -> None:
    for name, table, _ in _OLD:
        op.drop_index(name, table_name=table)
    for name, table, columns, condition in _NEW:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, *_ in _NEW:
        op.drop_index(name, table_name=table)
    for name, table, columns in _OLD:
        op.create_index(name, table, columns)
