"""API tokens: list, create and revoke. A token is shown once, on the page that creates it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, is_confirmed, settings_page, translate_refusal
from handoff.models import Role
from handoff.people.access import UnknownAgentError
from handoff.people.errors import AccessError
from infra.storage.columns import LARGEST_ID

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SECTION = "tokens"


def token_routes(frame: Frame) -> APIRouter:
    """Register the list, the form for a new token, and the revocation."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, team, staff = frame.parts.database, frame.parts.team, frame.parts.staff

    async def page(
        request: Request, status: int = 200, problem: str = "", secret: str = "", name: str = ""
    ) -> Response:
        return await settings_page(
            frame,
            request,
            SECTION,
            status=status,
            tokens=await database.read(team.tokens),
            problem=problem,
            secret=secret,
            name=name,
            revoked=not problem and request.query_params.get(DONE) == "revoke",
        )

    @router.get("/desk/settings/tokens")
    async def tokens(request: Request) -> Response:
        return await page(request)

    @router.post("/desk/settings/tokens")
    async def create(
        request: Request, name: Annotated[str, Form()] = "", role: Annotated[str, Form()] = ""
    ) -> Response:
        by, chosen = actor(frame, request), Role(role) if role in set(Role) else Role.AGENT
        try:
            secret = await database.write(lambda session: staff.add_token(session, name[:200], chosen, by))
        except AccessError as error:
            return await page(request, 422, translate_refusal(frame, request, error), name=name)
        log.info("a token was made by agent %s", by.agent_id)
        return await page(request, secret=secret, name=name)

    @router.post("/desk/settings/tokens/{token_id}/revoke")
    async def revoke(request: Request, token_id: Id, confirm: Annotated[str, Form()] = "") -> Response:
        by = actor(frame, request)

        def work(session: Session) -> bool:
            if not is_confirmed(confirm, team.token(session, token_id).name):
                return False
            team.revoke_token(session, token_id, by)
            return True

        try:
            if not await database.write(work):
                return await page(
                    request, 422, frame.words(request).t("The name does not match, so nothing was changed.")
                )
        except UnknownAgentError:
            return await page(request, 404, frame.words(request).t("This token is revoked already."))
        log.info("token %d was revoked by agent %s", token_id, by.agent_id)
        return RedirectResponse(f"/desk/settings/tokens?{DONE}=revoke", 303)

    return router
