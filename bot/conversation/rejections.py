"""Entries that a contact rejected lately, read from the buttons that they pressed.

Nothing is stored for it: a rejection is a used choice ("This doesn't solve my problem", "I meant something else", "None
of these"), and the other choices of its message name the entries.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.dialogue.thread import Rejection
from handoff.messages.button_codec import decode
from handoff.messages.button_rules import QuestionButton
from handoff.messages.buttons import Action
from handoff.models import ChoiceRow
from knowledge.entries.repository import EntryView, entries_by_id

_REJECTING = (Action.NOT_HELPED, Action.SOMETHING_ELSE, Action.NONE_FITS)


def load_rejections(session: Session, contact_id: int, since: datetime) -> tuple[Rejection, ...]:
    """Return what the contact rejected since this moment, in no order."""
    pressed, beside = aliased(ChoiceRow), aliased(ChoiceRow)
    wanted = (
        select(pressed, beside)
        .join(beside, beside.message_id == pressed.message_id)
        .where(pressed.contact_id == contact_id, pressed.action.in_(_REJECTING), pressed.used_at > since)
    )
    messages: dict[str, tuple[ChoiceRow, list[ChoiceRow]]] = {}
    for choice, other in session.execute(wanted):
        messages.setdefault(choice.id, (choice, []))[1].append(other)
    ids = {number for _, rows in messages.values() for number in _entries(rows)}
    views = entries_by_id(session, sorted(ids), wordings=False) if ids else {}
    return tuple(_rejection(choice, rows, views) for choice, rows in messages.values())


def rejected_by(session: Session, choice: ChoiceRow) -> Rejection | None:
    """Return what a press of this choice rejects; None if it is no rejection."""
    if choice.action not in _REJECTING:
        return None
    rows = session.scalars(select(ChoiceRow).where(ChoiceRow.message_id == choice.message_id)).all()
    ids = _entries(rows)
    return _rejection(choice, rows, entries_by_id(session, sorted(ids), wordings=False) if ids else {})


def _rejection(choice: ChoiceRow, beside: Iterable[ChoiceRow], views: dict[int, EntryView]) -> Rejection:
    payload = decode(choice.action, choice.data)
    question = payload.question if isinstance(payload, QuestionButton) else ""
    known = tuple(views[number] for number in sorted(_entries(beside)) if number in views)
    return Rejection(question, known, was_read=choice.action != Action.NONE_FITS)


def _entries(rows: Iterable[ChoiceRow]) -> set[int]:
    """Return the entries of a message's choices, without those that an edit replaced."""
    offered = (decode(row.action, row.data) for row in rows if row.number is not None)
    return {one.entry for one in offered if isinstance(one, QuestionButton) and one.entry}
