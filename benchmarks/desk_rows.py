"""A desk after years: rows written by SQL, because the program would need hours for them."""

from collections.abc import Callable

from sqlalchemy import create_engine, text

SOLVED = 1_000_000
OPEN = 100_000
LONG_THREAD = 1000
"""Messages of the longest thread, which is that of ticket 1."""
_CONTACTS = 50_000
_STEP = 50_000

_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last})"
    " SELECT n FROM c)",
    "postgresql": "generate_series({first}, {last})",
}
_AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || ({span}) || ' seconds')",
    "postgresql": "now() - ({span}) * interval '1 second'",
}
_FALSE = {"sqlite": "0", "postgresql": "false"}
_STEMS = (
    "'common word' || (n % 2000) || ' other' || (n % 367) || ' third' || (n % 5003)"
    " || CASE WHEN n % 50000 = 7 THEN ' seldom' ELSE '' END || CASE WHEN n % 300 = 5 THEN ' middling' ELSE '' END"
)


def fill(url: str, say: Callable[[str], None]) -> None:
    """Add contacts, open and solved tickets with a message each, and a thread of `LONG_THREAD` lines."""
    engine = create_engine(url)
    dialect = engine.dialect.name
    at, no = _AT[dialect], _FALSE[dialect]

    def insert(table: str, columns: str, values: str, first: int, last: int) -> None:
        numbers = _NUMBERS[dialect].format(first=first, last=last)
        with engine.begin() as connection:
            connection.execute(
                text(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {numbers} AS numbers(n)"  # noqa: S608
                     if dialect == "postgresql" else f"INSERT INTO {table} ({columns}) SELECT {values} FROM {numbers}")  # noqa: S608
            )  # fmt: skip

    insert(
        "contact",
        "id, account, user_id, name, language, numbered, flood_count, version, created_at, last_seen_at",
        f"n, 'vk:bench', 'u' || n, 'Asker ' || n, 'ru', {no}, 0, 0, {at.format(span='n')}, {at.format(span='n')}",
        1,
        _CONTACTS,
    )
    status = f"CASE WHEN n <= {OPEN} THEN 'open' ELSE 'solved' END"
    for first in range(1, OPEN + SOLVED + 1, _STEP):
        say(f"tickets from {first}")
        last = min(first + _STEP - 1, OPEN + SOLVED)
        moment = at.format(span="n % 1000000")
        insert(
            "ticket",
            "id, contact_id, status, question, language, reason, opened_at, due_at, unanswered_since, updated_at,"
            " joined_acknowledged, patience_asked, version",
            f"n, 1 + n % {_CONTACTS}, {status}, 'common question ' || n, 'ru', 'asked', {moment}, {moment}, {moment},"
            f" {moment}, {no}, {no}, 0",
            first,
            last,
        )
        insert(
            "message",
            "id, contact_id, ticket_id, kind, author, unnamed, text, at",
            f"n, 1 + n % {_CONTACTS}, n, 'incoming', 'Asker', {no}, {_STEMS}, {moment}",
            first,
            last,
        )
        stems = f"CAST({_STEMS} AS tsvector)" if dialect == "postgresql" else _STEMS
        insert("message_search", "message_id, contact_id, stems", f"n, 1 + n % {_CONTACTS}, {stems}", first, last)
    start = OPEN + SOLVED
    insert(
        "message",
        "id, contact_id, ticket_id, kind, author, unnamed, text, at",
        f"{start} + n, 2, 1, 'incoming', 'Asker', {no}, 'line ' || n || ' of a long thread',"
        f" {at.format(span='1000 - n')}",
        1,
        LONG_THREAD,
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if dialect == "postgresql":
            for table in ("contact", "ticket", "message"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
                )
        connection.execute(text("ANALYZE" if dialect == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()
