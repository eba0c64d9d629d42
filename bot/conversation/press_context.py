"""What a pressed button or a command asks for, read into values before the bot decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.dialogue import ButtonPress
from bot.dialogue.decisions import OwnQuestions, Trail, View
from bot.views import my_questions, topics
from handoff.messages.values import IncomingEvent
from handoff.models import ChoiceRow, Ticket
from knowledge.entries.repository import entry


def choice_of(session: Session, contact_id: int, event: IncomingEvent) -> ChoiceRow | None:
    """The pressed button's meaning; nothing where the id is unknown or was given to somebody else."""
    choice = session.get(ChoiceRow, event.choice_id)
    return choice if choice is not None and choice.contact_id == contact_id else None


def pressed_by(session: Session, choice: ChoiceRow) -> tuple[ButtonPress, Ticket | None]:
    """What the pressed button means, and the ticket that it speaks of."""
    data = choice.data
    pressed = ButtonPress(
        action=choice.action,
        question=data.get("question", ""),
        lookup=data.get("lookup"),
        entry=entry(session, data["entry"]) if data.get("entry") else None,
        used=choice.used_at is not None,
        language=data.get("language", ""),
        stars=data.get("stars", 0),
        trail=Trail(tuple(data.get("asked", ())), data.get("shown", ""), data.get("apart", False)),
        reason=data.get("reason", ""),
        category=data.get("category"),
        picked=data.get("picked", ""),
        step=data.get("step", 0),
    )
    ticket = session.get(Ticket, data["ticket"]) if data.get("ticket") else None
    return pressed, ticket if ticket is not None and ticket.contact_id == choice.contact_id else None


def view_of(
    session: Session, contact_id: int | None, language: str, wanted: str, about: Mapping[str, Any], now: datetime
) -> View | None:
    """What the command or the button asks to see; None where it shows nothing, or what it showed is gone."""
    page = about.get("page", 1)
    match wanted:
        case "topics":
            return topics.topics(session, language, page)
        case "topic":
            return topics.topic(session, about["lang"], about["category"], page)
        case "own" if contact_id is None:
            return OwnQuestions((), 1, 1)
        case "own" if contact_id is not None:
            return my_questions.list_page(session, contact_id, now, page)
        case "own_one" | "withdraw" | "reopen" | "add" if contact_id is not None:
            return my_questions.get(session, contact_id, about["ticket"], now)
        case _:
            return None
