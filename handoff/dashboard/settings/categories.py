"""Categories of the knowledge base: titles by language, order, and when a question may go to a person."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from handoff.tickets.promises.due_times import ANSWER_WITHIN, save_usual_target, usual_target
from handoff.words import duration
from infra.wording import mark
from knowledge.entries.categories import list_categories
from knowledge.entries.drafts import HANDOFFS, CategoryDraft
from knowledge.entries.problems import KnowledgeError
from knowledge.entries.targets import Targets, parse_target
from knowledge.languages import LANGUAGES

log = logging.getLogger(__name__)

SECTION = "categories"
RULES = {
    "allowed": mark("if the answer does not help"),
    "always": mark("in any case"),
    "never": mark("never"),
}
_SAID = {"saved": mark("The category is saved."), "target": mark("The usual target is saved.")}
_WRONG_TARGET = mark("A target is a whole number of minutes or hours, at most 30 days.")
_LONGEST = 200
_MOVES = {"up": -1, "down": 1}


def category_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, library, audit = frame.parts.database, frame.parts.library, AuditLog(frame.parts.clock)

    async def page(
        request: Request, status: int = 200, problem: str = "", typed: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        """Render the page; `typed` is a form that was refused."""
        usual, language = await database.read(usual_target), frame.words(request).language
        said = _SAID.get(request.query_params.get(DONE, ""), "")
        return await settings_page(
            frame,
            request,
            SECTION,
            status=status,
            categories=await database.read(list_categories),
            rules=RULES,
            target_of=_target_fields,
            usual=duration(language, usual),
            usual_minutes=int(usual.total_seconds() // 60),
            built_in=duration(language, ANSWER_WITHIN),
            typed=typed,
            problem=problem,
            said=frame.words(request).t(said) if said and not problem else "",
        )

    @router.get("/desk/settings/categories")
    async def categories(request: Request) -> Response:
        return await page(request)

    @router.post("/desk/settings/categories")
    async def save(request: Request) -> Response:
        form, by = await request.form(), actor(frame, request)
        key, rule = _text(form, "key"), _text(form, "handoff")
        if rule not in HANDOFFS:
            return frame.nonsense(request)
        typed = {name: _text(form, name) for name in form}
        try:
            targets = Targets(_target(form, "first"), _target(form, "next"))
        except ValueError:
            return await page(request, 422, frame.words(request).t(_WRONG_TARGET), typed)

        def work(session: Session) -> bool:
            known = next((one for one in list_categories(session) if one.key == key), None)
            if known is None:
                return False
            titles = known.titles | {code: _text(form, f"title-{code}") for code in LANGUAGES}
            library.put_category(session, CategoryDraft(key, titles, rule, targets=targets))
            subject = Subject(Concern.CATEGORY, key[:64])
            minutes = {"first_answer": targets.first, "next_answer": targets.following}
            aims = {name: count for name, count in minutes.items() if count is not None}
            audit.record(session, by, AuditAction.CATEGORY_CHANGED, subject, handoff=rule, **aims)
            return True

        try:
            found = await database.write(work)
        except KnowledgeError:
            problem = frame.words(request).t("A title must be at most {n} plain characters.", n=_LONGEST)
            return await page(request, 422, problem, typed)
        if not found:
            return frame.nonsense(request)
        log.info("a category was changed by agent %s", by.agent_id)
        return RedirectResponse(f"/desk/settings/categories?{DONE}=saved", 303)

    @router.post("/desk/settings/categories/target")
    async def save_target(request: Request) -> Response:
        form, by = await request.form(), actor(frame, request)
        try:
            minutes = _target(form, "usual")
        except ValueError:
            typed = {name: _text(form, name) for name in form}
            return await page(request, 422, frame.words(request).t(_WRONG_TARGET), typed)

        def work(session: Session) -> None:
            save_usual_target(session, minutes)
            count = int(usual_target(session).total_seconds() // 60)
            audit.record(session, by, AuditAction.TARGET_CHANGED, Subject(Concern.OFFICE, "target"), minutes=count)

        await database.write(work)
        return RedirectResponse(f"/desk/settings/categories?{DONE}=target", 303)

    @router.post("/desk/settings/categories/move")
    async def move(
        request: Request, key: Annotated[str, Form()] = "", direction: Annotated[str, Form()] = ""
    ) -> Response:
        by = actor(frame, request)
        if direction not in _MOVES:
            return frame.nonsense(request)

        def work(session: Session) -> bool:
            if not library.move_category(session, key, _MOVES[direction]):
                return False
            audit.record(session, by, AuditAction.CATEGORY_CHANGED, Subject(Concern.CATEGORY, key[:64]))
            return True

        if not await database.write(work):
            return frame.nonsense(request)
        return RedirectResponse("/desk/settings/categories", 303)

    return router


def _target_fields(minutes: int | None) -> tuple[str, str]:
    """Return what the fields of a target show: the number and its unit."""
    if minutes is None:
        return "", "h"
    return (str(minutes), "min") if minutes % 60 else (str(minutes // 60), "h")


def _target(form: Any, name: str) -> int | None:  # noqa: ANN401 - as below
    number = _text(form, name)
    return parse_target(f"{number} {_text(form, f'{name}-unit')}") if number else None


def _text(form: Any, name: str) -> str:  # noqa: ANN401 - a form's values are texts or files
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
