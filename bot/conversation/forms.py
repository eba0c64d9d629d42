"""Forms as rows and as words: stored after each answer, so that they continue after any interruption."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue.decisions import AskField, Filling, Trail
from bot.views.paging import label
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages import buttons
from handoff.tickets.request_models import FormOrigin, FormRow, FormState
from infra.wording import mark
from knowledge.entries.forms import FieldType, Form, FormStep, dump_form, load_form

_HINTS: dict[FieldType, str] = {
    "text": mark("Please answer in words."),
    "number": mark("A number is needed here, for example 42."),
    "date": mark("A date is needed here, for example 31.12.2025."),
    "phone": mark("A phone number with its country code is needed here, for example +7 912 345-67-89."),
    "email": mark("An e-mail address is needed here, for example anna@example.org."),
    "link": mark("A link is needed here, for example https://example.org/anna."),
    "choice": mark("Please choose one of these."),
    "file": mark("Please send a photo or a document here."),
}
_MISSES = 2
"""Answers that do not fit a field, from which on they can be passed on as they are."""


def find_open_form(session: Session, contact_id: int, number: int, language: str) -> Filling | None:
    """Return the contact's form with this number, unless it was sent or cancelled."""
    row = session.scalar(
        select(FormRow).where(FormRow.id == number, FormRow.contact_id == contact_id, FormRow.state == FormState.OPEN)
    )
    if row is None:
        return None
    origin = FormOrigin.load(row.about)
    return Filling(
        row.id,
        row.question,
        origin.reason,
        origin.lookup,
        origin.category,
        Trail(origin.asked, origin.shown, origin.apart),
        load_form(row.fields),
        tuple(row.answers),
        language,
        origin.misses,
    )


def save_form(session: Session, contact_id: int, filling: Filling, now: datetime) -> int:
    """Save the progress of a form; return its number."""
    row = session.get(FormRow, filling.id) if filling.id is not None else None
    if row is None:
        row = FormRow(contact_id=contact_id, state=FormState.OPEN)
        session.add(row)
    row.question, row.answers, row.fields = filling.question, list(filling.answers), dump_form(filling.fields)
    trail = filling.trail
    origin = FormOrigin(
        filling.reason, filling.lookup, filling.category, trail.asked, trail.shown, trail.apart, filling.misses
    )
    row.about = origin.dump()
    row.touched_at = now
    session.flush()
    return row.id


def end_form(session: Session, number: int, *, sent: bool) -> None:
    row = session.get(FormRow, number)
    if row is not None:
        row.state = FormState.SENT if sent else FormState.CANCELLED


def render_field(language: str, asked: AskField, number: int) -> tuple[str, list[Choice]]:
    """Return the next question of the form with its buttons."""
    filling, unsuited = asked.filling, asked.unsuited
    field, step = filling.field, len(filling.answers)
    head = WORDS.text(language, "Step {step} of {steps}.", step=step + 1, steps=len(filling.fields))
    lines = [f"{head} {field.label(language)}"]
    if asked.joined:
        lines.insert(0, WORDS.text(language, "Got it, added."))
    elif unsuited is not None:
        lines.insert(0, WORDS.text(language, _HINTS[field.type]))
    choices = [Choice(label(option), buttons.FormPick(number, step, option)) for option in field.options(language)]
    if unsuited and filling.misses >= _MISSES:
        choices.append(Choice(WORDS.text(language, "Pass it on as it is"), buttons.FormAsIs(number, step, unsuited)))
    if not field.required:
        choices.append(Choice(WORDS.text(language, "Skip"), buttons.FormSkip(number, step)))
    if step:
        choices.append(Choice(WORDS.text(language, "Back"), buttons.FormBack(number, step)))
    choices.append(Choice(WORDS.text(language, "Cancel"), buttons.FormCancel(number, step)))
    return "\n".join(lines), choices


def list_steps(form: Form, language: str) -> tuple[FormStep, ...]:
    """Return the questions of a form as a contact gets them who answers each at once."""
    steps = []
    for step in range(len(form)):
        filling = Filling(None, "", "rule", None, None, Trail(), form, (None,) * step, language)
        text, choices = render_field(language, AskField(filling), 0)
        steps.append(FormStep(text, tuple(choice.label for choice in choices)))
    return tuple(steps)
