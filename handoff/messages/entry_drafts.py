"""A knowledge entry from an agent's answer: its first draft, and who may write it."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages.names import without_name
from handoff.models import Contact, Message, MessageKind, Role, Ticket
from knowledge.entries.drafts import ANSWER_LENGTH, LINE_LENGTH, EntryDraft, Status
from knowledge.entries.repository import category_titles

_NAME = re.compile(r",?\s*\{name\}")
"""The name of a contact, as `without_name` leaves it, with the comma of its greeting."""


def draft_from_answer(session: Session, message_id: int, role: Role) -> EntryDraft | None:
    """Return an entry of the ticket's question and this answer, without the contact's name.

    None if an agent wrote no such answer, or nothing of the question is left.
    """
    row = session.execute(
        select(Message.text, Ticket.question, Ticket.language, Ticket.category, Contact.name)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(Message.id == message_id, Message.kind == MessageKind.OUTGOING, Message.agent_id.is_not(None))
    ).one_or_none()
    if row is None or not row.question.strip():
        return None
    known = {key for key, _ in category_titles(session, row.language)}
    return EntryDraft(
        key="",
        lang=row.language,
        question=" ".join(without_name(row.question, row.name).replace("{name}", "").split())[:LINE_LENGTH],
        answer=_NAME.sub("", without_name(row.text, row.name))[:ANSWER_LENGTH],
        category=row.category if row.category in known else None,
        status=status_for(role),
    )


def status_for(role: Role) -> Status:
    """Return the status of an entry that somebody of this role writes at the desk."""
    return "proposed" if role is Role.AGENT else "draft"
