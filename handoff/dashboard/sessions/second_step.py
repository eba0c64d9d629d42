"""The second step of signing in: a code of the agent's app, or a recovery code."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.dashboard.sessions.entry import Entered, Entry
from handoff.dashboard.sessions.open_pages import OpenPages
from handoff.dashboard.sessions.security import guarded_route, local_path
from handoff.dashboard.sessions.sign_in_limits import SignInLimits
from handoff.people.second_factor import SecondFactor
from handoff.people.sign_ins import SignIns

PATH = "/desk/login/code"


def ask_for_code(open_pages: OpenPages, step: str, to: str) -> Response:
    """Lead to the form for the code. `step` is the secret of the sign-in that waits."""
    to = local_path(to, "/desk")
    response = RedirectResponse(f"{PATH}?{urlencode({'next': to})}" if to != "/desk" else PATH, 303)
    open_pages.gate.open_step(response, step)
    return response


def second_step_routes(open_pages: OpenPages, entry: Entry) -> APIRouter:
    """Register the form for the code. Wrong codes are limited as wrong passwords are, and five end the step."""
    parts, gate, words = open_pages.parts, open_pages.gate, open_pages.words
    database, staff = parts.database, parts.staff
    sign_ins, factor, limits = SignIns(parts.clock), SecondFactor(parts.clock), SignInLimits(parts.clock)

    def page(request: Request, problem: str = "", status: int = 200, to: str = "") -> Response:
        to = local_path(to or request.query_params.get("next", ""), "/desk")
        return open_pages.answer(request, "second_step.html", status, problem=problem, to=to)

    def nonsense(request: Request) -> Response:
        return page(request, status=422)

    router = APIRouter(route_class=guarded_route(open_pages.check(page), nonsense))

    @router.get(PATH)
    async def code_page(request: Request) -> Response:
        step = gate.step(request)
        if await database.read(lambda session: sign_ins.waiting(session, step)) is None:
            return RedirectResponse("/desk/login", 303)
        return page(request)

    @router.post(PATH)
    async def check_code(
        request: Request, code: Annotated[str, Form()] = "", to: Annotated[str, Form(alias="next")] = ""
    ) -> Response:
        step, given = gate.step(request), gate.device(request)
        waiting = await database.read(lambda session: sign_ins.waiting(session, step))
        if waiting is None:
            return RedirectResponse("/desk/login", 303)
        email = waiting.email
        known = bool(given) and await database.read(lambda session: staff.knows_device(session, email, given))
        tried = (email, request.client.host if request.client else "", given if known else None)
        if (seconds := limits.refusal(*tried)) is not None:
            response = page(request, words(request).t("Too many tries. Please wait a minute."), 429, to)
            response.headers["Retry-After"] = str(seconds)
            return response

        def enter(session: Session) -> Entered | None:
            agent = sign_ins.waiting(session, step)
            if agent is None:
                return None
            if not factor.check(session, agent.id, code[:64], Actor(agent.id, Origin.DESK)):
                sign_ins.count_try(session, step)
                return None
            sign_ins.finish_step(session, step)
            return entry.enter(session, agent.id, request)

        entered = await database.write(enter)
        if entered is None:
            return page(request, words(request).t("The code is wrong or was used already."), 401, to)
        limits.succeed(*tried)
        response = entry.response(entered, to)
        gate.close_step(response)
        return response

    return router
