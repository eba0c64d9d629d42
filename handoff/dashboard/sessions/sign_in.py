"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.sessions.entry import Entered, Entry
from handoff.dashboard.sessions.open_pages import OpenPages
from handoff.dashboard.sessions.second_step import ask_for_code
from handoff.dashboard.sessions.security import guarded_route, local_path
from handoff.dashboard.sessions.sign_in_limits import SignInLimits
from handoff.people.passwords import RETRY_AFTER, PasswordsBusyError
from handoff.people.second_factor import SecondFactor
from handoff.people.sign_ins import SignIns
from infra.web.assets import Assets


def sign_in_routes(open_pages: OpenPages, entry: Entry, assets: Assets) -> APIRouter:
    """Register the sign-in form and the files of the pages, which anonymous callers need."""
    parts, gate = open_pages.parts, open_pages.gate

    def _page(request: Request, problem: str = "", status: int = 200, email: str = "", to: str = "") -> Response:
        to = local_path(to or request.query_params.get("next", ""), "/desk")
        welcome = not problem and "welcome" in request.query_params
        return open_pages.answer(request, "sign_in.html", status, problem=problem, email=email, to=to, welcome=welcome)

    def nonsense(request: Request) -> Response:
        return _page(request, status=422)

    router = APIRouter(route_class=guarded_route(open_pages.check(_page), nonsense))
    words = open_pages.words
    limits, database, staff = SignInLimits(parts.clock), parts.database, parts.staff
    behind = database.for_pages()
    sign_ins, factor = SignIns(parts.clock), SecondFactor(parts.clock)

    @router.get("/desk/login")
    async def sign_in_page(request: Request) -> Response:
        if await gate.session(request):
            return RedirectResponse("/desk", 303)
        return _page(request)

    @router.post("/desk/login")
    async def sign_in(
        request: Request,
        email: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        to: Annotated[str, Form(alias="next")] = "",
    ) -> Response:
        given = gate.device(request)
        known = bool(given) and await behind.read(lambda session: staff.knows_device(session, email, given))
        tried = (email, request.client.host if request.client else "", given if known else None)
        seconds = limits.refusal(*tried)
        if seconds is not None:
            return _later(request, words(request).t("Too many tries. Please wait a minute."), 429, seconds, email, to)
        try:
            with staff.passwords.place(trusted=known) as place:
                found = await behind.read(lambda session: staff.credentials(session, email))
                # Verify also for an unknown address, so that every try takes the same time.
                right = await place.verify(found.password_hash, password)
            renewed = await staff.passwords.renew(found.password_hash, password) if right else None
        except PasswordsBusyError:
            limits.not_tried(*tried)
            problem = words(request).t(
                "Too many people are signing in at this moment. Please try again in a few seconds."
            )
            return _later(request, problem, 503, RETRY_AFTER, email, to)

        def enter(session: Session) -> Entered | str | None:
            """Start the session, or with a second factor the wait for a code; return its secret."""
            if found.agent is None or staff.credentials(session, email) != found:
                return None  # the agent was disabled, or their password changed, while this one was checked
            number = found.agent.id
            if renewed is not None:
                staff.replace_hash(session, number, renewed)
            if factor.is_on(session, number):
                return sign_ins.begin_step(session, number)
            return entry.enter(session, number, request)

        entered = await database.write(enter) if right else None
        if entered is None:
            return _page(request, words(request).t("The e-mail or the password is wrong."), 401, email, to)
        limits.succeed(*tried)
        if isinstance(entered, str):
            return ask_for_code(open_pages, entered, to)
        return entry.response(entered, to)

    def _later(request: Request, problem: str, status: int, seconds: int, email: str, to: str) -> Response:
        response = _page(request, problem, status, email, to)
        response.headers["Retry-After"] = str(seconds)
        return response

    @router.get("/desk/static/{name}")
    async def file(request: Request, name: str) -> Response:
        return assets.answer(request, name)

    return router
