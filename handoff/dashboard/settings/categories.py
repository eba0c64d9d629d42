"""Categories of the knowledge base: titles by language, order, and when a question may go to a person."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from infra.wording import mark
from knowledge.entries.categories import list_categories
from knowledge.entries.drafts import HANDOFFS, CategoryDraft
from knowledge.entries.problems import KnowledgeError
from knowledge.languages import LANGUAGES

log = logging.getLogger(__name__)

SECTION = "categories"
RULES = {
    "allowed": mark("if the answer does not help"),
    "always": mark("in any case"),
    "never": mark("never"),
}
_LONGEST = 200
_MOVES = {"up": -1, "down": 1}


def category_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, library, audit = frame.parts.database, frame.parts.library, AuditLog(frame.parts.clock)

    async def page(request: Request, status: int = 200, problem: str = "") -> Response:
        return await settings_page(
            frame,
            request,
            SECTION,
            status=status,
            categories=await database.read(list_categories),
            rules=RULES,
            problem=problem,
            said=frame.words(request).t("The category is saved.") if DONE in request.query_params else "",
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

        def work(session: Session) -> bool:
            known = next((one for one in list_categories(session) if one.key == key), None)
            if known is None:
                return False
            titles = known.titles | {code: _text(form, f"title-{code}") for code in LANGUAGES}
            library.put_category(session, CategoryDraft(key, titles, rule))
            audit.record(session, by, AuditAction.CATEGORY_CHANGED, Subject(Concern.CATEGORY, key[:64]), handoff=rule)
            return True

        try:
            found = await database.write(work)
        except KnowledgeError:
            problem = frame.words(request).t("A title must be at most {n} plain characters.", n=_LONGEST)
            return await page(request, 422, problem)
        if not found:
            return frame.nonsense(request)
        log.info("a category was changed by agent %s", by.agent_id)
        return RedirectResponse(f"/desk/settings/categories?{DONE}", 303)

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


def _text(form: Any, name: str) -> str:  # noqa: ANN401 - a form's values are texts or files
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
