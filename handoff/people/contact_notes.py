"""Notes of agents about a contact, read on every ticket of theirs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.errors import EmptyTextError, NotFoundError
from handoff.messages.rich_text import clean
from handoff.models import Agent, Contact, ContactNote
from handoff.people.linked_contacts import person_ids

LONGEST = 2000
"""Characters of a note."""
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note and its author."""

    id: int
    agent_id: int
    author: str
    text: str
    at: datetime


def notes(session: Session, contact_id: int) -> tuple[NoteView, ...]:
    """Return the latest notes about the person, oldest first."""
    wanted = (
        select(ContactNote, Agent.name)
        .join(Agent, Agent.id == ContactNote.agent_id)
        .where(ContactNote.contact_id.in_(person_ids(session, contact_id)))
        .order_by(ContactNote.id.desc())
        .limit(_SHOWN)
    )
    found = session.execute(wanted).all()
    return tuple(NoteView(row.id, row.agent_id, name, row.text, row.at) for row, name in reversed(found))


def add_note(session: Session, contact_id: int, agent_id: int, text: str, now: datetime) -> None:
    """Add a note. Raises EmptyTextError without words, NotFoundError for an unknown contact."""
    text = clean(text).strip()[:LONGEST]
    if not text:
        raise EmptyTextError("write the note first")
    if session.get(Contact, contact_id) is None:
        raise NotFoundError("there is no such contact")
    session.add(ContactNote(contact_id=contact_id, agent_id=agent_id, text=text, at=now))


def delete_note(session: Session, note_id: int, agent_id: int) -> None:
    """Delete one's own note. Raises NotFoundError for any other."""
    mine = delete(ContactNote).where(ContactNote.id == note_id, ContactNote.agent_id == agent_id)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
        raise NotFoundError("there is no such note of yours")
