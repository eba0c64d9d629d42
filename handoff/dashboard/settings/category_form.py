"""The form of a category as a list of fields, edited as a whole and saved at once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.dashboard.content.form_editor import (
    KINDS,
    Rows,
    change_rows,
    fault_values,
    parse_rows,
    read_rows,
    rows_of,
)
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from infra.wording import mark
from knowledge.entries.categories import CategoryView, FormChangedError, list_categories
from knowledge.entries.forms import MOST_FIELDS, form_digest
from knowledge.languages import LANGUAGES

log = logging.getLogger(__name__)

PATH = "/desk/settings/categories/form"
_SAID = {
    "saved": mark("The form is saved. Contacts who are filling it in finish the form that they began."),
    "released": mark("The next load of files sets the form again."),
}


@dataclass(frozen=True, slots=True)
class _Editing:
    """The list as the page shows it."""

    rows: Rows
    known: str
    """The digest of the form that is edited."""
    status: int = 200
    problem: str = ""
    place: int | None = None
    """The row that was changed last."""
    saved: bool = False
    """Whether the list is the stored one."""


def category_form_routes(frame: Frame) -> APIRouter:
    """Register the page of a category's form and what is posted from it."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, library, audit = frame.parts.database, frame.parts.library, AuditLog(frame.parts.clock)

    async def category(key: str) -> CategoryView | None:
        found = await database.read(list_categories)
        return next((one for one in found if one.key == key), None)

    async def page(request: Request, one: CategoryView, editing: _Editing) -> Response:
        words = frame.words(request)
        form, faults = parse_rows(editing.rows)
        said = _SAID.get(request.query_params.get(DONE, ""), "") if request.method == "GET" else ""
        return await settings_page(
            frame,
            request,
            "categories",
            template="settings/category_form.html",
            status=editing.status,
            category=one,
            editing=editing,
            codes=_codes(one),
            kinds=KINDS,
            most=MOST_FIELDS,
            faults=(
                {place: words.t(sentence, **fault_values()) for place, sentence in faults.items()}
                if editing.status == 422
                else {}
            ),
            previews={} if faults else {code: frame.parts.ask_form(form, code) for code in LANGUAGES},
            said=words.t(said) if said else "",
        )

    @router.get(PATH)
    async def show(request: Request, key: str = "") -> Response:
        one = await category(key)
        if one is None:
            return frame.nonsense(request)
        return await page(request, one, _Editing(rows_of(one.form), form_digest(one.form), saved=True))

    @router.post(PATH)
    async def edit(request: Request) -> Response:
        sent = await request.form()
        one = await category(_text(sent, "key"))
        rows = read_rows(lambda name: _text(sent, name), _codes(one)) if one is not None else None
        if one is None or rows is None:
            return frame.nonsense(request)
        known, change = _text(sent, "known"), _text(sent, "do")
        if change == "preview":
            return await page(request, one, _Editing(rows, known, 422 if parse_rows(rows)[1] else 200))
        if change != "save":
            changed = change_rows(rows, change)
            if changed is None:
                return frame.nonsense(request)
            return await page(request, one, _Editing(changed[0], known, place=changed[1]))
        form, faults = parse_rows(rows)
        if faults:
            return await page(request, one, _Editing(rows, known, 422, place=min(faults)))
        by, key = actor(frame, request), one.key

        def work(session: Session) -> bool:
            if not library.put_form(session, key, form, known=known):
                return False
            subject = Subject(Concern.CATEGORY, key[:64])
            audit.record(session, by, AuditAction.FORM_CHANGED, subject, fields=len(form))
            return True

        try:
            found = await database.write(work)
        except FormChangedError:
            one = await category(key) or one
            problem = frame.words(request).t(
                "Somebody else changed the form meanwhile. Saving again replaces their form by this one."
            )
            return await page(request, one, _Editing(rows, form_digest(one.form), 409, problem))
        if not found:
            return frame.nonsense(request)
        log.info("the form of a category was changed by agent %s", by.agent_id)
        return RedirectResponse(_address(key, "saved"), 303)

    @router.post(f"{PATH}/release")
    async def release(request: Request, key: str = Form("")) -> Response:
        by = actor(frame, request)

        def work(session: Session) -> bool:
            if not library.release_form(session, key):
                return False
            audit.record(session, by, AuditAction.FORM_RELEASED, Subject(Concern.CATEGORY, key[:64]))
            return True

        if not await database.write(work):
            return frame.nonsense(request)
        return RedirectResponse(_address(key, "released"), 303)

    return router


def _codes(one: CategoryView) -> Sequence[str]:
    """Return the languages that the page edits: the bot's, and others that the form has texts in."""
    others = {code for field in one.form for code in (*field.labels, *field.choices)}
    return (*LANGUAGES, *sorted(others - set(LANGUAGES)))


def _address(key: str, done: str) -> str:
    return f"{PATH}?{urlencode({'key': key, DONE: done})}"


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return value if isinstance(value, str) else ""
