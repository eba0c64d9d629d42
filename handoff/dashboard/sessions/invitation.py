"""Page on which an agent sets their name and password by a link of an admin."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handoff.dashboard.sessions.open_pages import OpenPages
from handoff.dashboard.sessions.security import guarded_route
from handoff.people.access import SESSIONS
from handoff.people.agents import NO_NAME
from handoff.people.invitations import Invitations, Invited
from handoff.people.password_rules import LENGTH, password_problem
from handoff.people.passwords import RETRY_AFTER, PasswordsBusyError


def invitation_routes(open_pages: OpenPages, invitations: Invitations) -> APIRouter:
    """Register the form and its handler. Opening a link does not use it: messengers fetch links for a preview."""

    def nonsense(request: Request) -> Response:
        return _ended(request)

    router = APIRouter(route_class=guarded_route(open_pages.check(open_pages.refusal), nonsense))
    parts, words = open_pages.parts, open_pages.words
    database, staff = parts.database, parts.staff

    def _page(request: Request, invited: Invited, problem: str = "", status: int = 200, name: str = "") -> Response:
        return open_pages.answer(
            request,
            "invitation.html",
            status,
            invited=invited,
            problem=problem,
            name=name or invited.name,
            length=LENGTH,
        )

    def _ended(request: Request) -> Response:
        problem = words(request).t("This link is not valid any more. Please ask an admin for a new one.")
        return open_pages.refusal(request, problem, 404)

    @router.get("/desk/invitation/{secret}")
    async def invitation_page(request: Request, secret: str) -> Response:
        invited = await database.read(lambda session: invitations.open(session, secret))
        return _page(request, invited) if invited else _ended(request)

    @router.post("/desk/invitation/{secret}")
    async def accept(
        request: Request, secret: str, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
    ) -> Response:
        invited = await database.read(lambda session: invitations.open(session, secret))
        if invited is None:
            return _ended(request)
        name = name.strip()[:200]
        if not name:
            return _page(request, invited, words(request).t(NO_NAME), 422)
        if problem := await asyncio.to_thread(password_problem, password, (invited.email, name)):
            return _page(request, invited, words(request).translate(problem), 422, name)
        try:
            password_hash = await staff.passwords.hash(password)
        except PasswordsBusyError:
            busy = words(request).t("Too many people are signing in at this moment. Please try again in a few seconds.")
            response = _page(request, invited, busy, 503, name)
            response.headers["Retry-After"] = str(RETRY_AFTER)
            return response
        if not await database.write(lambda session: invitations.accept(session, secret, name, password_hash)):
            return _ended(request)  # used or replaced while the password was hashed
        parts.bus.publish(SESSIONS)
        return RedirectResponse("/desk/login?welcome", 303)

    return router
