"""Agents: the list with the invitation of a new one, and a page for each with every change of their access."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import (
    DONE,
    actor,
    is_confirmed,
    link_to,
    settings_page,
    translate_refusal,
)
from handoff.models import Role
from handoff.people.access import Team, UnknownAgentError
from handoff.people.agents import AgentProfile
from handoff.people.errors import AccessError
from handoff.people.invitations import Invitations
from infra.storage.columns import LARGEST_ID
from infra.wording import mark

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SECTION = "agents"
CHANGES = {
    "role": mark("The role of {name} is changed. It applies from their next request."),
    "disable": mark("{name} is disabled: their sessions have ended, and their questions are back in the queue."),
    "enable": mark("{name} can sign in again, with the password they had."),
    "sign-out": mark("{name} is signed out on every device."),
    "factor-off": mark("{name} signs in without a code from now on, until they set it up again."),
}


def agent_routes(frame: Frame, invitations: Invitations) -> APIRouter:
    """Register the list and the page of an agent."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, team = frame.parts.database, frame.parts.team

    async def list_page(request: Request, status: int = 200, problem: str = "", **given: str) -> Response:
        members = await database.read(team.members)
        return await settings_page(
            frame,
            request,
            SECTION,
            status=status,
            members=members,
            problem=problem,
            given={"email": "", "name": "", "role": ""} | given,
            now=frame.parts.clock(),
        )

    async def agent_page(
        request: Request, agent_id: int, status: int = 200, problem: str = "", link: str = "", done: str = ""
    ) -> Response:
        try:
            member = await database.read(lambda session: team.member(session, agent_id))
        except UnknownAgentError:
            return frame.nonsense(request)
        said = frame.words(request).t(CHANGES[done], name=member.name) if done in CHANGES else ""
        return await settings_page(
            frame,
            request,
            SECTION,
            template="settings/agent.html",
            status=status,
            member=member,
            problem=problem,
            link=link,
            said=said,
        )

    @router.get("/desk/settings/agents")
    async def agents(request: Request) -> Response:
        return await list_page(request)

    @router.post("/desk/settings/agents")
    async def invite(
        request: Request,
        email: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        role: Annotated[str, Form()] = "",
    ) -> Response:
        profile = AgentProfile(email[:254], name[:200], Role(role) if role in set(Role) else Role.AGENT)
        by = actor(frame, request)
        try:
            agent_id, secret = await database.write(lambda session: invitations.invite(session, profile, by))
        except AccessError as error:
            problem = translate_refusal(frame, request, error)
            return await list_page(request, 422, problem, email=email, name=name, role=role)
        log.info("agent %d was invited by agent %s", agent_id, by.agent_id)
        return await agent_page(request, agent_id, link=link_to(frame, request, secret))

    @router.get("/desk/settings/agents/{agent_id}")
    async def agent(request: Request, agent_id: Id) -> Response:
        return await agent_page(request, agent_id, done=request.query_params.get(DONE, ""))

    @router.post("/desk/settings/agents/{agent_id}/link")
    async def renew_link(request: Request, agent_id: Id) -> Response:
        by = actor(frame, request)
        try:
            secret = await database.write(lambda session: invitations.renew(session, agent_id, by))
        except AccessError as error:
            return await agent_page(request, agent_id, 422, translate_refusal(frame, request, error))
        except UnknownAgentError:
            return frame.nonsense(request)
        log.info("agent %d was given a link by agent %s", agent_id, by.agent_id)
        return await agent_page(request, agent_id, link=link_to(frame, request, secret))

    @router.post("/desk/settings/agents/{agent_id}/{change}")
    async def change_access(
        request: Request,
        agent_id: Id,
        change: str,
        role: Annotated[str, Form()] = "",
        confirm: Annotated[str, Form()] = "",
    ) -> Response:
        by = actor(frame, request)

        def work(session: Session) -> bool:
            """Do it; return False if the name that confirms it is not the agent's."""
            if change == "disable" and not is_confirmed(confirm, team.member(session, agent_id).name):
                return False
            _apply(team, session, agent_id, change, role, by)
            return True

        if change not in CHANGES or (change == "role" and role not in set(Role)):
            return frame.nonsense(request)
        try:
            if not await database.write(work):
                problem = frame.words(request).t("The name does not match, so nothing was changed.")
                return await agent_page(request, agent_id, 422, problem)
        except AccessError as error:
            return await agent_page(request, agent_id, 409, translate_refusal(frame, request, error))
        except UnknownAgentError:
            return frame.nonsense(request)
        log.info("agent %d: %s by agent %s", agent_id, change, by.agent_id)
        return RedirectResponse(f"/desk/settings/agents/{agent_id}?{DONE}={change}", 303)

    return router


def _apply(team: Team, session: Session, agent_id: int, change: str, role: str, by: Actor) -> None:
    match change:
        case "disable":
            team.disable(session, agent_id, by)
        case "enable":
            team.enable(session, agent_id, by)
        case "sign-out":
            team.sign_out(session, agent_id, by)
        case "factor-off":
            team.switch_off_factor(session, agent_id, by)
        case _:
            team.set_role(session, agent_id, Role(role), by)
