"""Export of everything that we keep about a contact: one page to read, one file for programs."""

import json
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import RowMapping, Select, select
from sqlalchemy.orm import Session

from handoff.messages.content_sentences import describe, question_words
from handoff.messages.contents import load
from handoff.models import Contact, Message, MessageKind, Ticket
from handoff.tickets.request_models import PublicQuestion
from handoff.words import WORDS
from infra.storage.rows import table
from infra.wording import mark
from knowledge.entries.models import Lookup
from knowledge.languages import LANGUAGES

_CONTACT = ("account", "user_id", "name", "language", "chosen_language", "created_at", "last_seen_at")
_TICKET = ("id", "status", "question", "category", "language", "opened_at", "first_reply_at", "solved_at")
_MESSAGE = ("id", "ticket_id", "kind", "author", "unnamed", "text", "attachments", "contents", "at", "edited_at")
_LOOKUP = ("question", "outcome", "at")
_PUBLIC = ("place", "thread", "message", "text", "replied_at", "at")
_PAGE, _DATA = "frontdesk.html", "frontdesk.json"

STATUS = {
    "open": mark("waits for an answer"),
    "waiting": mark("answered"),
    "solved": mark("solved"),
    "withdrawn": mark("withdrawn"),
}

_environment = Environment(
    loader=PackageLoader("handoff.people.privacy"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def archive(session: Session, contact_id: int) -> bytes | None:
    """Build a ZIP of `frontdesk.html`, in the contact's language, and `frontdesk.json`; None for an unknown contact.

    Notes that agents wrote for each other are not included: they belong to the agents.
    """
    kept = everything(session, contact_id)
    if kept is None:
        return None
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as pack:
        pack.writestr(_PAGE, page(kept))
        pack.writestr(_DATA, json.dumps(kept, ensure_ascii=False, indent=2))
    return packed.getvalue()


def everything(session: Session, contact_id: int) -> dict[str, Any] | None:
    """Return the content of the archive as JSON values; moments are ISO 8601 in UTC."""
    contact = session.execute(_columns(Contact, _CONTACT).where(Contact.id == contact_id)).mappings().one_or_none()
    if contact is None:
        return None
    mine = (
        _columns(Message, _MESSAGE)
        .where(Message.contact_id == contact_id, Message.kind.in_((MessageKind.INCOMING, MessageKind.OUTGOING)))
        .order_by(Message.id)
    )
    asked = _columns(PublicQuestion, _PUBLIC).where(PublicQuestion.contact_id == contact_id)
    return {
        "contact": _values(contact),
        "tickets": _all(session, _columns(Ticket, _TICKET).where(Ticket.contact_id == contact_id).order_by(Ticket.id)),
        "messages": [_message(row) for row in _all(session, mine)],
        "lookups": _all(session, _columns(Lookup, _LOOKUP).where(Lookup.contact_id == contact_id).order_by(Lookup.id)),
        "public_questions": _all(session, asked.order_by(PublicQuestion.at)),
    }


def page(kept: dict[str, Any]) -> str:
    """Render the archive as a self-contained page."""
    contact = kept["contact"]
    language = contact["chosen_language"] or contact["language"]
    language = language if language in LANGUAGES else "en"

    def t(sentence: str, **words: object) -> str:
        return WORDS.text(language, sentence, **words)

    def contents(stored: list[dict[str, Any]] | None) -> list[str]:
        return [words.plain() for words in describe(load(stored), t)]

    def question(text: str) -> str:
        return question_words(text, t)

    template = _environment.get_template("archive.html")
    return template.render(t=t, lang=language, statuses=STATUS, contents=contents, question=question, **kept)


def _columns(model: type[Contact | Ticket | Message | Lookup | PublicQuestion], names: tuple[str, ...]) -> Select[Any]:
    rows = table(model)
    return select(*(rows.c[name] for name in names))


def _all(session: Session, wanted: Select[Any]) -> list[dict[str, Any]]:
    return [_values(row) for row in session.execute(wanted).mappings()]


def _message(row: dict[str, Any]) -> dict[str, Any]:
    """Remove the name of an agent that was not shown to the contact."""
    return row | {"author": ""} if row["unnamed"] else row


def _values(row: RowMapping) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
