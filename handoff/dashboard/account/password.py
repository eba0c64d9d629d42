"""Page on which agents change their own password."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.sessions.sign_in_limits import PER_DEVICE
from handoff.people.access import SESSIONS
from handoff.people.password_rules import LENGTH, password_problem
from handoff.people.passwords import RETRY_AFTER, PasswordsBusyError
from infra.web.throttle import Throttle


def password_routes(frame: Frame) -> APIRouter:
    """The form and its handler. This session and its device stay; all others of the agent end."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts
    database, staff = parts.database, parts.staff
    limit = Throttle(PER_DEVICE, parts.clock)
    """Limit guesses at an unattended desk as at the sign-in page."""

    def page(request: Request, problem: str = "", status: int = 200, wait: int = 0) -> Response:
        changed = not problem and "changed" in request.query_params
        response = frame.answer(
            request, "password.html", status=status, problem=problem, changed=changed, length=LENGTH
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    @router.get("/desk/password")
    async def password_page(request: Request) -> Response:
        return page(request)

    @router.post("/desk/password")
    async def change(
        request: Request, current: Annotated[str, Form()] = "", new: Annotated[str, Form()] = ""
    ) -> Response:
        agent, words, secret = frame.agent(request), frame.words(request), frame.visitor(request).secret
        name = str(agent.id)
        if not limit.allows(name):
            return page(request, words.t("Too many tries. Please wait a minute."), 429, limit.retry_after(name))
        known = await database.read(lambda session: staff.credentials(session, agent.email))
        try:
            if not await staff.passwords.verify(known.password_hash, current, trusted=True):
                return page(request, words.t("The current password is wrong."), 403)
            limit.forgive(name)
            if new == current:
                return page(request, words.t("This is the password that you have: choose another one."), 422)
            if problem := await asyncio.to_thread(password_problem, new, (agent.email, agent.name)):
                return page(request, words.translate(problem), 422)
            password_hash = await staff.passwords.hash(new)
        except PasswordsBusyError:
            limit.forgive(name)
            problem = words.t("Too many people are signing in at this moment. Please try again in a few seconds.")
            return page(request, problem, 503, RETRY_AFTER)

        def keep(session: Session) -> str | None:
            if not staff.change_password(session, known, password_hash, secret):
                return None  # the agent was disabled, or their password changed, while this one was checked
            return staff.remember_device(session, agent.id, frame.gate.device(request))

        device = await database.write(keep)
        if device is None:
            return page(request, words.t("The current password is wrong."), 403)
        parts.bus.publish(SESSIONS)
        response = RedirectResponse("/desk/password?changed", 303)
        frame.gate.remember_device(response, device)
        return response

    return router
