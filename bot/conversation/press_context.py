"""A pressed button: what it refers to, as values for the decision, and the edit of its message."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.rejections import rejected_by
from bot.dialogue import ButtonPress
from bot.dialogue.decisions import OwnQuestions, View
from bot.dialogue.expected_reply import answered_form
from bot.views import my_questions, topics
from handoff.deliveries.outbox import Outbox
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.button_rules import FormButton, QuestionButton, TicketButton
from handoff.messages.values import IncomingEvent
from handoff.models import ChoiceRow, Ticket
from knowledge.entries.repository import EntryView, entries_by_id, entry


def choice_of(session: Session, contact_id: int, event: IncomingEvent) -> ChoiceRow | None:
    """Return the row of a pressed button; None if the id is unknown or belongs to another contact."""
    choice = session.get(ChoiceRow, event.choice_id)
    return choice if choice is not None and choice.contact_id == contact_id else None


def pressed_by(session: Session, choice: ChoiceRow) -> tuple[ButtonPress, Ticket | None]:
    """Return the payload of the pressed button with the entries that it names, and the ticket that it concerns."""
    payload = decode(choice.action, choice.data)
    others = _load_published(session, payload.others) if isinstance(payload, QuestionButton) else ()
    shown = payload.entry if isinstance(payload, buttons.Read | QuestionButton) else None
    used = choice.used_at is not None
    pressed = ButtonPress(
        payload,
        entry(session, shown) if shown else None,
        used=used,
        others=others,
        rejects=rejected_by(session, choice),
    )
    number = payload.ticket if isinstance(payload, TicketButton) else None
    ticket = session.get(Ticket, number) if number else None
    return pressed, ticket if ticket is not None and ticket.contact_id == choice.contact_id else None


def _load_published(session: Session, ids: Sequence[int]) -> tuple[EntryView, ...]:
    """Return those of the entries that are still published, in this order."""
    found = entries_by_id(session, ids, wordings=False) if ids else {}
    return tuple(found[number] for number in ids if number in found and found[number].status == "published")


def form_of_press(payload: buttons.Payload, expects: str) -> int | None:
    """Return the form that the press concerns; "it helped" under the answer above a form ends that form."""
    if isinstance(payload, buttons.Helped):
        return answered_form(expects)
    return payload.form if isinstance(payload, FormButton) else None


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


def show_choice(session: Session, outbox: Outbox, pressed: ButtonPress | None, choice_id: str) -> None:
    """Edit the pressed message, after the answer to the press: it shows the choice, and its buttons are removed.

    A repeated press changes nothing.
    """
    rule = pressed.payload.rule if pressed is not None and not pressed.used else None
    if rule is not None and rule.shows is not None:
        outbox.settle_choice(session, choice_id, rule.shows, keep=rule.keeps_others)
