"""Writes and reads the search index; one class, and what differs between SQLite and PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import TextClause, delete, select, text, update
from sqlalchemy.orm import Session

from handoff.models import Message, MessageKind
from handoff.search.models import MessageSearch
from infra.storage import rows
from knowledge.matching import search_stems, words_to_search

MOST_WORDS = 12
"""Words of a query that are looked for."""
OPENED = "opened"
"""Event of a ticket under which its question is found."""
_RECENT = 20_000
"""Newest messages that PostgreSQL reads one by one before it uses its index, which returns hits in no order.

Of a frequent word the newest are found at once; of a word in fewer than one in 400 of these the index has few."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Words that a message must all contain, each as its possible stems."""

    words: tuple[tuple[str, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def stems(self) -> frozenset[str]:
        """All stems, to mark hits."""
        return frozenset(stem for word in self.words for stem in word)


def read_query(typed: str) -> SearchQuery:
    """Read the words of a query."""
    return SearchQuery(tuple(tuple(sorted(search_stems(word))) for word in words_to_search(typed)[:MOST_WORDS]))


def stems_of(words: str) -> str:
    """Return the stems of a text in all languages that each word may be in, separated by spaces."""
    return " ".join(sorted({stem for word in words_to_search(words) for stem in search_stems(word)}))


def index_message(session: Session, message_id: int, contact_id: int, words: str) -> None:
    """Add a message to the index, in the transaction that writes it."""
    stems = stems_of(words)
    if stems:
        rows.add_new(session, MessageSearch, [{"message_id": message_id, "contact_id": contact_id, "stems": stems}])


def reindex_message(session: Session, message_id: int, contact_id: int, words: str) -> None:
    """Replace a message in the index after its text was edited."""
    stems = stems_of(words)
    known = MessageSearch.message_id == message_id
    if not stems:
        rows.run(session, delete(MessageSearch).where(known))
    elif not rows.run(session, update(MessageSearch).where(known).values(stems=stems)).rowcount:
        index_message(session, message_id, contact_id, words)


def reindex_question(session: Session, ticket_id: int, contact_id: int, question: str) -> None:
    """Replace a ticket's question in the index; it is found as the line in which the ticket was opened."""
    opened = select(Message.id).where(
        Message.ticket_id == ticket_id, Message.kind == MessageKind.EVENT, Message.text == OPENED
    )
    message_id = session.scalar(opened.order_by(Message.id).limit(1))
    if message_id is not None:
        reindex_message(session, message_id, contact_id, question)


def find(session: Session, query: SearchQuery, *, before: int, most: int) -> Sequence[int]:
    """Return the ids of messages below `before` that contain every word, newest first, `most` at most."""
    if not query:
        return ()
    values = {"before": before, "most": most}
    if session.get_bind().dialect.name == "sqlite":
        return tuple(session.scalars(_FTS5, values | {"query": _fts5(query)}))
    asked = {"query": _tsquery(query)}
    recent = tuple(session.scalars(_RECENT_FIRST, values | asked | {"recent": _RECENT}))
    if len(recent) >= most:
        return recent
    return tuple(session.scalars(_GIN, values | asked))


def compact(session: Session) -> None:
    """Rewrite SQLite's index without the words of deleted messages, which it otherwise keeps until it merges them."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO message_search_fts (message_search_fts) VALUES ('optimize')"))


def merge_some(session: Session) -> bool:
    """Merge a part of SQLite's index, so that it drops words of deleted messages; return whether more may be left."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    before = session.execute(_CHANGES).scalar_one()
    session.execute(text("INSERT INTO message_search_fts (message_search_fts, rank) VALUES ('merge', -100)"))
    return bool(session.execute(_CHANGES).scalar_one() - before >= 2)


_CHANGES = text("SELECT total_changes()")
_FTS5 = text(
    "SELECT rowid FROM message_search_fts WHERE message_search_fts MATCH :query AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :most"
)
_RECENT_FIRST: TextClause = text(
    "WITH recent AS MATERIALIZED (SELECT message_id, stems FROM message_search WHERE message_id < :before"
    " ORDER BY message_id DESC LIMIT :recent)"
    " SELECT message_id FROM recent WHERE stems @@ CAST(:query AS tsquery) ORDER BY message_id DESC LIMIT :most"
)
_GIN = text(
    "WITH hits AS MATERIALIZED (SELECT message_id FROM message_search WHERE stems @@ CAST(:query AS tsquery))"
    " SELECT message_id FROM hits WHERE message_id < :before ORDER BY message_id DESC LIMIT :most"
)


def _fts5(query: SearchQuery) -> str:
    return " AND ".join(_any_of(word, '"', " OR ") for word in query.words)


def _tsquery(query: SearchQuery) -> str:
    return " & ".join(_any_of(word, "'", " | ") for word in query.words)


def _any_of(word: Sequence[str], quote: str, either: str) -> str:
    """Write the stems of a word as alternatives; they consist of letters and digits."""
    return f"({either.join(f'{quote}{stem}{quote}' for stem in word)})"
