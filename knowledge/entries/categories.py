"""Categories for the page that edits them: list, change and order. Their keys are made by loads."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.entries.drafts import Handoff
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
    has_form: bool
    targets: Targets


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
            bool(row.form),
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
