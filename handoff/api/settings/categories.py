"""Categories and their forms, for programs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import ApiParts, Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent, Shown
from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.models import Role
from knowledge.entries.categories import CategoryView, list_categories
from knowledge.entries.drafts import KEY_LENGTH, Handoff
from knowledge.entries.forms import LABEL_LENGTH, MOST_CHOICES, MOST_FIELDS, FieldType, parse_form
from knowledge.entries.problems import KnowledgeError, Problem

router = APIRouter(tags=["categories"])
_missing: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "There is no such category."}}
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The form cannot be stored; each fault is in the details."}
}
Key = Annotated[str, Path(min_length=1, max_length=KEY_LENGTH, description="The category's key.")]

Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[a-z0-9]{2,8})?$")]


class FieldIn(Sent):
    """One field of a form, as in a file."""

    name: str = Field(max_length=40, pattern="^[a-z][a-z0-9_]{0,39}$", examples=["page"])
    label: dict[Language, str] = Field(
        min_length=1, description=f"What the contact is asked, by language; at most {LABEL_LENGTH} characters each."
    )
    type: FieldType = "text"
    required: bool = Field(True, description="Otherwise the contact may skip it.")
    choices: dict[Language, list[str]] = Field(
        {}, description=f"2 to {MOST_CHOICES} choices by language, in the same order; for the type choice only."
    )


class FormIn(Sent):
    """The fields of a form, in the order in which they are asked; none for no form."""

    fields: list[FieldIn] = Field(max_length=MOST_FIELDS)


class FieldOut(BaseModel):
    """One field of a form."""

    name: str
    label: dict[str, str]
    type: FieldType
    required: bool
    choices: dict[str, list[str]]


class CategoryOut(Shown):
    """A category with its form."""

    key: str
    titles: dict[str, str] = Field(description="By language.")
    handoff: Handoff
    entries: int = Field(description="Number of its entries that are not archived.")
    first_answer_minutes: int | None = Field(description="Its target; null without one of its own.")
    next_answer_minutes: int | None
    form: list[FieldOut]
    form_edited: bool = Field(description="The form was edited at the desk or here, so loads of files keep it.")


class CategoriesOut(BaseModel):
    """Every category, in the order in which contacts see them."""

    items: list[CategoryOut]


@router.get("/categories")
async def get_categories(parts: Parts) -> CategoriesOut:
    """List the categories with their forms."""
    return CategoriesOut(items=[_category(one) for one in await parts.database.read(list_categories)])


@router.put(
    "/categories/{key:path}/form", dependencies=[Depends(needs(Role.ADMIN))], responses={**_missing, **_invalid}
)
async def replace_form(parts: Parts, caller: Caller, key: Key, body: FormIn) -> CategoryOut:
    """Replace the form of a category; loads of files keep it from then on.

    Contacts who are filling in the form finish the one that they began.
    """
    form, faults = parse_form([one.model_dump(exclude_defaults=True) for one in body.fields], "")
    if faults:
        raise KnowledgeError(Problem("", None, "fields", str(fault)) for fault in faults)

    def work(session: Session) -> bool:
        if not parts.library.put_form(session, key, form):
            return False
        subject = Subject(Concern.CATEGORY, key[:64])
        AuditLog(parts.clock).record(session, actor(caller), AuditAction.FORM_CHANGED, subject, fields=len(form))
        return True

    return await _stored(parts, key, work)


@router.delete("/categories/{key:path}/form/edit", dependencies=[Depends(needs(Role.ADMIN))], responses=_missing)
async def release_form(parts: Parts, caller: Caller, key: Key) -> CategoryOut:
    """Let the next load of files set the form of a category again."""

    def work(session: Session) -> bool:
        if not parts.library.release_form(session, key):
            return False
        subject = Subject(Concern.CATEGORY, key[:64])
        AuditLog(parts.clock).record(session, actor(caller), AuditAction.FORM_RELEASED, subject)
        return True

    return await _stored(parts, key, work)


async def _stored(parts: ApiParts, key: str, change: Callable[[Session], bool]) -> CategoryOut:
    """Apply the change, which returns False without a category, and return the category."""
    changed = await parts.database.write(change)
    one = next((one for one in await parts.database.read(list_categories) if one.key == key), None)
    if not changed or one is None:
        raise HTTPException(404, "There is no such category.")
    return _category(one)


def _category(one: CategoryView) -> CategoryOut:
    return CategoryOut(
        key=one.key,
        titles=one.titles,
        handoff=one.handoff,
        entries=one.entries,
        first_answer_minutes=one.targets.first,
        next_answer_minutes=one.targets.following,
        form=[
            FieldOut(
                name=field.name,
                label=dict(field.labels),
                type=field.type,
                required=field.required,
                choices={code: list(options) for code, options in field.choices.items()},
            )
            for field in one.form
        ],
        form_edited=one.form_edited,
    )
