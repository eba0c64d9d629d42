"""Generate a database with years of history in pure SQL, to measure how the program handles it."""

import sqlite3
from pathlib import Path

_NOW = "2026-11-01 12:00:00.000000"
_TABLES = {
    "contact": """
        INSERT INTO contact (id, account, user_id, name, language, numbered, version, created_at, last_seen_at)
        SELECT n, :account, n, 'Contact ' || n, 'ru', 0, 1, :now, :now FROM number WHERE n <= :count / 20""",
    "ticket": """
        INSERT INTO ticket (id, contact_id, status, question, language, reason, opened_at, due_at, joined_acknowledged,
                            patience_asked, version, updated_at, solved_at)
        SELECT n, n, 'solved', 'How do I do this?', 'ru', 'asked', :now, :now, 0, 0, 1, :now, :now
        FROM number WHERE n <= :count / 50""",
    "message": """
        INSERT INTO message (id, contact_id, kind, author, unnamed, text, at)
        SELECT n, 1 + n % (:count / 20), CASE n % 2 WHEN 0 THEN 'incoming' ELSE 'outgoing' END, '', 0,
               'Words of this many letters are what people write on average, or less, ' || n, :now
        FROM number WHERE n <= :count""",
    "delivery": """
        INSERT INTO delivery (id, message_id, contact_id, account, user_id, text, entities, buttons, by_agent,
                              random_id, state, attempts, repeated, next_attempt_at, afresh, updated_at)
        SELECT n, 2 * n - 1, 1 + (2 * n - 1) % (:count / 20), :account, n, 'An answer ' || n, '[]', '[]', 0, n,
               'sent', 1, 0, :now, 0, :now FROM number WHERE n <= :count / 2""",
    "inbox_event": """
        INSERT INTO inbox_event (id, account, event_key, user_id, payload, received_at, attempts, state)
        SELECT n, :account, n, n, '{"update_id": 1}', :now, 0, 'done' FROM number WHERE n <= :count / 2""",
    "choice": """
        INSERT INTO choice (id, contact_id, action, data)
        SELECT n, 1 + n % (:count / 20), 'helped', '{}' FROM number WHERE n <= :count / 2""",
    "lookup": """
        INSERT INTO lookup (id, contact_id, question, band, candidates, outcome, lang, at)
        SELECT n, 1 + n % (:count / 20), '"How?"', 'none', '[]', 'none', 'ru', :now
        FROM number WHERE n <= :count / 2""",
}
"""Tables in order of foreign keys."""


def fill(path: Path, messages: int, account: str = "telegram:main") -> None:
    """Insert `messages` messages and their related rows into the empty tables of a SQLite file."""
    numbers = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        for statement in _TABLES.values():
            head, select = statement.split("SELECT", 1)
            database.execute(f"{head} {numbers} SELECT {select}", {"now": _NOW, "count": messages, "account": account})
    database.close()
