"""The agent's own profile: name, language, password, second factor, and sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.people.access import SESSIONS
from handoff.people.errors import AccessError
from handoff.people.second_factor import SecondFactor
from handoff.people.sign_ins import SignIns
from infra.wording import mark
from knowledge.languages import LANGUAGES

PATH = "/desk/profile"
DONE = {
    "saved": mark("Your profile is saved."),
    "ended": mark("The session has ended."),
    "others": mark("Everywhere else you are signed out."),
}
PROBLEMS = {
    "picture": mark("This is no picture that can be read: choose a PNG, JPEG, GIF or WebP file."),
    "size": mark("The picture is too large."),
}


def profile_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts
    database, sign_ins, factor = parts.database, SignIns(parts.clock), SecondFactor(parts.clock)

    async def page(request: Request, status: int = 200, problem: str = "", name: str | None = None) -> Response:
        agent, secret = frame.agent(request), frame.visitor(request).secret
        refused = PROBLEMS.get(request.query_params.get("problem", ""), "")
        problem = problem or (refused and frame.words(request).t(refused))
        done = DONE.get(request.query_params.get("done", ""), "") if not problem else ""
        return frame.answer(
            request,
            "account/profile.html",
            status=status,
            stop="profile",
            queue=await frame.queue(request),
            problem=problem,
            said=frame.words(request).t(done) if done else "",
            name=agent.name if name is None else name,
            factor=await database.read(lambda session: factor.state(session, agent.id)),
            sessions=await database.read(lambda session: sign_ins.sessions(session, agent.id, secret)),
        )

    @router.get(PATH)
    async def profile_page(request: Request) -> Response:
        return await page(request)

    @router.post(PATH)
    async def save(
        request: Request, name: Annotated[str, Form()] = "", language: Annotated[str, Form()] = ""
    ) -> Response:
        agent_id, chosen = frame.agent(request).id, language if language in LANGUAGES else None
        try:
            await database.write(lambda session: parts.staff.change_profile(session, agent_id, name[:200], chosen))
        except AccessError as error:
            return await page(request, 422, frame.words(request).t(error.sentence, **error.values), name)
        return RedirectResponse(f"{PATH}?done=saved", 303)

    @router.post(f"{PATH}/sessions/end")
    async def end_session(request: Request, key: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id
        await database.write(lambda session: sign_ins.end(session, agent_id, key))
        parts.bus.publish(SESSIONS)
        return RedirectResponse(f"{PATH}?done=ended", 303)

    @router.post(f"{PATH}/sessions/end-others")
    async def end_other_sessions(request: Request) -> Response:
        agent_id, secret = frame.agent(request).id, frame.visitor(request).secret
        await database.write(lambda session: sign_ins.end_others(session, agent_id, secret))
        parts.bus.publish(SESSIONS)
        return RedirectResponse(f"{PATH}?done=others", 303)

    return router
