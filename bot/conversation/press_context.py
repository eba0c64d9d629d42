"""Load what a pressed button or a command refers to, as values for the decision."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.dialogue import ButtonPress
from bot.dialogue.decisions import OwnQuestions, View
from bot.dialogue.expected_reply import answered_form
from bot.views import my_questions, topics
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.values import IncomingEvent
from handoff.models import ChoiceRow, Ticket
from knowledge.entries.repository import entry


def choice_of(session: Session, contact_id: int, event: IncomingEvent) -> ChoiceRow | None:
    """Return the row of a pressed button; None if the id is unknown or belongs to another contact."""
    choice = session.get(ChoiceRow, event.choice_id)
    return choice if choice is not None and choice.contact_id == contact_id else None


def pressed_by(session: Session, choice: ChoiceRow) -> tuple[ButtonPress, Ticket | None]:
    """Return the payload of the pressed button and the ticket that it concerns."""
    payload = decode(choice.action, choice.data)
    shown = payload.entry if isinstance(payload, buttons.Read | buttons.QuestionButton) else None
    pressed = ButtonPress(payload, entry(session, shown) if shown else None, used=choice.used_at is not None)
    number = payload.ticket if isinstance(payload, buttons.TicketButton) else None
    ticket = session.get(Ticket, number) if number else None
    return pressed, ticket if ticket is not None and ticket.contact_id == choice.contact_id else None


def form_of_press(payload: buttons.Payload, expects: str) -> int | None:
    """Return the form that the press concerns; "it helped" under the answer above a form ends that form."""
    if isinstance(payload, buttons.Helped):
        return answered_form(expects)
    return payload.form if isinstance(payload, buttons.FormButton) else None


def view_of(
    session: Session, contact_id: int | None, language: str, wanted: buttons.Payload, now: datetime
) -> View | None:
    """Load the view of a command or a button; None if it shows nothing, or what it showed was deleted."""
    match wanted:
        case buttons.Topics(page):
            return topics.topics(session, language, page)
        case buttons.Topic(page, lang, category):
            return topics.topic(session, lang, category, page)
        case buttons.Own() if contact_id is None:
            return OwnQuestions((), 1, 1)
        case buttons.Own(page) if contact_id is not None:
            return my_questions.list_page(session, contact_id, now, page)
        case buttons.OwnOne(number) | buttons.Withdraw(number) | buttons.Reopen(number) | buttons.Add(number) if (
            contact_id is not None and number is not None
        ):
            return my_questions.get(session, contact_id, number, now)
        case _:
            return None
