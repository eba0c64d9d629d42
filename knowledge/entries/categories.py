"""Categories for the pages that edit them: list, order and forms. Their keys are made by loads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from infra.errors import PlainError
from knowledge.entries.drafts import Handoff
from knowledge.entries.forms import Form, dump_form, form_digest, load_form
from knowledge.entries.history import raise_revision
from knowledge.entries.models import Category, Entry
from knowledge.entries.targets import Targets


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category with the number of its entries that are not archived."""

    key: str
    titles: dict[str, str]
    handoff: Handoff
    entries: int
    form: Form
    form_edited: bool
    """Whether the form was edited at the desk; loads of files keep it then."""
    targets: Targets


class FormChangedError(PlainError):
    """Somebody else changed the form since it was read."""


def list_categories(session: Session) -> tuple[CategoryView, ...]:
    """Return every category in the order in which contacts see them."""
    counted = (
        select(Entry.category_id, func.count().label("number"))
        .where(Entry.status != "archived")
        .group_by(Entry.category_id)
        .subquery()
    )
    rows = session.execute(
        select(Category, func.coalesce(counted.c.number, 0))
        .outerjoin(counted, counted.c.category_id == Category.id)
        .order_by(Category.position, Category.id)
    )
    return tuple(
        CategoryView(
            row.key,
            dict(row.titles),
            row.handoff,
            count,
            load_form(row.form),
            row.form_edited_at is not None,
            Targets(row.first_answer_minutes, row.next_answer_minutes),
        )
        for row, count in rows
    )


def move_category(session: Session, key: str, places: int) -> bool:
    """Move a category by so many places, up if negative; return False if there is no such category."""
    raise_revision(session)  # first: it serialises changes
    ordered = list(session.scalars(select(Category).order_by(Category.position, Category.id)))
    found = next((row for row in ordered if row.key == key), None)
    if found is None:
        return False
    place = ordered.index(found)
    ordered.remove(found)
    ordered.insert(min(max(0, place + places), len(ordered)), found)
    for position, row in enumerate(ordered):
        row.position = position
    return True


def put_form(session: Session, key: str, form: Form, *, at: datetime, known: str | None = None) -> bool:
    """Replace the form of a category; loads keep it from then on. Return False if there is no such category.

    `known` is the `form_digest` of the form that was edited, if it may have changed since. A form that a contact fills
    in at the moment goes on with the fields that it began with.

    Raises:
        FormChangedError: the form is another one than `known`.
    """
    raise_revision(session)  # first: it serialises changes
    row = session.scalar(select(Category).where(Category.key == key))
    if row is None:
        return False
    if known is not None and form_digest(load_form(row.form)) != known:
        raise FormChangedError("The form was changed meanwhile: read it again.")
    row.form, row.form_edited_at = dump_form(form) or None, at
    return True


def release_form(session: Session, key: str) -> bool:
    """Let the next load of files set the form again; return False if there is no such category."""
    raise_revision(session)
    row = session.scalar(select(Category).where(Category.key == key))
    if row is not None:
        row.form_edited_at = None
    return row is not None
