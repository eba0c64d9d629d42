"""Erasure of a contact: every row about them is deleted, in every table.

The tables are found from the schema, so that a table added later is included: a column `contact_id`, or the columns
`account` and `user_id`, mark a row as being about a contact. Only tickets stay, as figures: that there was a question,
when it came and was answered, and how it was rated, without any text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select, update
from sqlalchemy.orm import Session

from handoff.messages.json_columns import load_file
from handoff.messages.values import Address
from handoff.models import (
    FORGOTTEN,
    LIVE,
    Agent,
    CannedFile,
    Contact,
    Delivery,
    DraftFile,
    FileRow,
    FileState,
    Message,
    MessageKind,
    Tag,
    Ticket,
    TicketStatus,
    TicketTag,
    first_use,
)
from handoff.people.linked_contacts import unlink
from handoff.search.index import compact
from handoff.tickets.promises.use_cases import Promises
from handoff.webhooks.outbox import report_erasure
from infra.clock import Clock
from infra.files import FileStore
from infra.storage.columns import Base, words
from infra.storage.rows import table

_CONTACTS, _TICKETS = table(Contact), table(Ticket)
GOODBYE = "goodbye-"
"""Prefix of the key of the message that confirms the erasure to the contact."""
_GOODBYE_STAYS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Result of an erasure: the number of deleted rows, and of tickets whose figures stay."""

    rows: int
    tickets: int
    files: tuple[str, ...]
    """Keys of files that no row names any more: the caller drops them from the file store after the commit."""


def contact_at(session: Session, address: Address) -> int | None:
    """Return the contact at an address; None if it is unknown."""
    return session.scalar(
        select(Contact.id).where(Contact.account == address.account, Contact.user_id == address.user_id)
    )


def forget(session: Session, contact_id: int, clock: Clock) -> Forgotten | None:
    """Erase the contact within the caller's unit of work; return None if there is no such contact.

    Pending deliveries to them are not sent any more: a part that was claimed but not yet marked as being sent finds no
    row. A contact who writes again is treated as new.
    """
    session.flush()
    contact = session.get(Contact, contact_id, populate_existing=True, with_for_update=True)
    if contact is None or contact.user_id.startswith(f"{FORGOTTEN}:"):
        return None
    address = Address(contact.account, contact.user_id)
    files = _files(session, contact_id)
    tags = session.scalars(select(TicketTag.tag_id).where(TicketTag.contact_id == contact_id).distinct()).all()
    erased = 0
    for rows in reversed(Base.metadata.sorted_tables):
        about = _about(rows, contact_id, address)
        if about is not None and rows not in (_CONTACTS, _TICKETS):
            erased += session.execute(delete(rows).where(about)).rowcount  # type: ignore[attr-defined]
    _drop_unused(session, tags)
    compact(session)
    Promises(clock).release_contact(session, contact_id)
    tickets = _scrub_tickets(session, contact_id, clock)
    unlink(session, contact_id)
    session.execute(
        update(_CONTACTS)
        .where(_CONTACTS.c.id == contact_id)
        .values(_blank(_CONTACTS) | {"user_id": f"{FORGOTTEN}:{contact_id}", "version": _CONTACTS.c.version + 1})
    )
    report_erasure(session, contact_id, clock())
    session.expire_all()
    return Forgotten(erased, tickets, tuple(sorted(files - named_keys(session, files))))


def _drop_unused(session: Session, tags: Sequence[int]) -> None:
    """Delete those of the tags that no ticket has any more; one that is being added at this moment stays."""
    for tag_id in sorted(tags):
        tag = session.scalar(select(Tag).where(Tag.id == tag_id).with_for_update(skip_locked=True))
        if tag is not None and session.scalar(first_use(tag_id)) is None:
            session.delete(tag)
    session.flush()


def _files(session: Session, contact_id: int) -> set[str]:
    """Return the keys of the files that the contact sent and received, and of those chosen for a reply to them."""
    sent = kept_keys(session, FileRow.contact_id == contact_id)
    sent |= set(session.scalars(select(DraftFile.key).where(DraftFile.contact_id == contact_id)))
    got = session.scalars(select(Delivery.file).where(Delivery.contact_id == contact_id, Delivery.file.is_not(None)))
    return sent | {file.key for file in map(load_file, got) if file}


def kept_keys(session: Session, about: ColumnElement[bool]) -> set[str]:
    """Return the keys in these rows; a visitor's new file is stored under its source before it is fetched."""
    rows = session.execute(select(FileRow.key, FileRow.source).where(about))
    return {place for row in rows for place in row if place and FileStore.is_key(place)}


def named_keys(session: Session, keys: set[str]) -> set[str]:
    """Return those of the keys that others' rows still name: identical bytes are kept once."""
    if not keys:
        return set()
    kept = kept_keys(session, FileRow.key.in_(keys))
    # A file that was not fetched yet has no key; every file that we sent has a row, too.
    coming = kept_keys(session, FileRow.state.in_(words(FileState.WANTED)) & FileRow.source.in_(keys))
    chosen = set(session.scalars(select(DraftFile.key).where(DraftFile.key.in_(keys))))
    chosen |= set(session.scalars(select(CannedFile.key).where(CannedFile.key.in_(keys))))
    chosen |= {key for key in session.scalars(select(Agent.picture).where(Agent.picture.in_(keys))) if key}
    return (kept | coming | chosen) & keys


def sweep(session: Session, clock: Clock) -> int:
    """Erase contacts of whom only our goodbye is left, an hour after it was sent; return their number."""
    said = select(Message.contact_id).where(
        Message.key >= GOODBYE, Message.key < f"{GOODBYE}\uffff", Message.at < clock() - _GOODBYE_STAYS
    )
    alone = select(Contact.id).where(
        Contact.id.in_(said),
        ~exists().where(Message.contact_id == Contact.id, Message.kind != MessageKind.OUTGOING),
    )
    gone = session.scalars(alone).all()
    for contact_id in gone:
        forget(session, contact_id, clock)
    return len(gone)


def _about(rows: Table, contact_id: int, address: Address) -> ColumnElement[bool] | None:
    """Return the condition for a table's rows about the contact; None if no column identifies one."""
    if "contact_id" in rows.c:  # any address beside it is that contact's
        return rows.c.contact_id == contact_id
    if "account" in rows.c and "user_id" in rows.c:
        return and_(rows.c.account == address.account, rows.c.user_id == address.user_id)
    return None


def _scrub_tickets(session: Session, contact_id: int, clock: Clock) -> int:
    """Remove texts and keep figures; open tickets are closed, because their contact no longer exists."""
    mine = _TICKETS.c.contact_id == contact_id
    now = clock()
    session.execute(
        update(_TICKETS)
        .where(mine, _TICKETS.c.status.in_([status.value for status in LIVE]))
        .values(status=TicketStatus.WITHDRAWN, waiting_since=None, updated_at=now)
    )
    figures = {"version": _TICKETS.c.version + 1, "updated_at": now, "emptied_at": now}
    scrubbed = session.execute(update(_TICKETS).where(mine).values(_blank(_TICKETS) | figures))
    return int(scrubbed.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts


_WORDS_OF_A_PERSON = {
    "contact": ("name", "unreachable"),
    "ticket": ("question", "rating_comment"),
}
"""Columns of the remaining rows that may hold words or names; a test searches the whole database for omissions."""


def _blank(rows: Table) -> dict[str, str | None]:
    names = _WORDS_OF_A_PERSON[rows.name]
    return {name: None if rows.c[name].nullable else "" for name in names}
