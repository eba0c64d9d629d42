"""For how many days texts and files are kept. What would be deleted at once is counted and confirmed first."""

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from handoff.retention.expired import Expired, count_expired
from handoff.retention.rules import FEWEST_DAYS, MOST_DAYS, Retention, parse_days, read_retention
from handoff.retention.saving import change_retention

log = logging.getLogger(__name__)

PATH = "/desk/settings/retention"


@dataclass(frozen=True, slots=True)
class _Typed:
    """The form as it is shown."""

    questions: str
    conversations: str
    problem: str = ""
    expired: Expired | None = None
    """What saving would delete: it is to be confirmed."""


def retention_routes(frame: Frame) -> APIRouter:
    """Register the page and its form."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, clock = frame.parts.database, frame.parts.clock

    async def page(request: Request, typed: _Typed, status: int = 200) -> Response:
        done = DONE in request.query_params and request.method == "GET"
        return await settings_page(
            frame,
            request,
            "retention",
            status=status,
            typed=typed,
            fewest=FEWEST_DAYS,
            most=MOST_DAYS,
            problem=typed.problem,
            said=frame.words(request).t("It is saved. What has expired is deleted within the hour.") if done else "",
        )

    @router.get(PATH)
    async def show(request: Request) -> Response:
        kept = await database.read(read_retention)
        return await page(request, _Typed(str(kept.questions or ""), str(kept.conversations or "")))

    @router.post(PATH)
    async def save(
        request: Request,
        questions: Annotated[str, Form()] = "",
        conversations: Annotated[str, Form()] = "",
        confirmed: Annotated[str, Form()] = "",
    ) -> Response:
        questions, conversations, by = questions.strip()[:20], conversations.strip()[:20], actor(frame, request)
        try:
            wanted = Retention(parse_days(questions), parse_days(conversations))
        except ValueError:
            sentence = frame.words(request).t(
                "Write a number of days from {fewest} to {most}, or leave it empty.", fewest=FEWEST_DAYS, most=MOST_DAYS
            )
            return await page(request, _Typed(questions, conversations, sentence), 422)
        # Who confirmed has seen these very days: other ones are counted again.
        if confirmed != f"{questions}/{conversations}":
            expired = await database.read(lambda session: count_expired(session, wanted, clock()))
            if expired:
                return await page(request, _Typed(questions, conversations, expired=expired))

        def work(session: Session) -> None:
            change_retention(session, wanted, by, clock)

        await database.write(work)
        log.info("the retention was changed by agent %s", by.agent_id)
        return RedirectResponse(f"{PATH}?{DONE}=saved", 303)

    return router
