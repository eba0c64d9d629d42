"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.sessions.security import Gate, changes_something, guarded_route, local_path, too_big
from handoff.dashboard.sessions.sign_in_limits import SignInLimits
from handoff.dashboard.wording import Words
from handoff.people.passwords import RETRY_AFTER, PasswordsBusyError
from infra.web.locale import preferred_language
from knowledge.languages import LANGUAGES


def sign_in_routes(parts: DeskParts, pages: Pages, gate: Gate) -> APIRouter:
    """The only routes of the desk that are open to anonymous callers."""

    async def check(request: Request) -> Response | None:
        if not changes_something(request):
            return None
        if too_big(request):
            return _page(request, words(request).t("The request is too large for this page."), 413)
        if gate.same_site(request) and await gate.own_form(request, gate.stranger(request)):
            return None
        return _page(request, words(request).t("This page was open for too long. Please try once more."), 403)

    def nonsense(request: Request) -> Response:
        return _page(request, status=422)

    router = APIRouter(route_class=guarded_route(check, nonsense))
    limits, database, staff = SignInLimits(parts.clock), parts.database, parts.staff
    behind = database.for_pages()

    def words(request: Request) -> Words:
        return Words(preferred_language(request.headers.get("accept-language", ""), parts.default_language, LANGUAGES))

    def _page(request: Request, problem: str = "", status: int = 200, email: str = "", to: str = "") -> Response:
        visitor = gate.stranger(request)
        to = local_path(to or request.query_params.get("next", ""), "/desk")
        response = pages.answer(
            "sign_in.html", words(request), status=status, visitor=visitor, problem=problem, email=email, to=to
        )
        gate.remember_form(response, visitor)
        return response

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
        except PasswordsBusyError:
            limits.not_tried(*tried)
            problem = words(request).t(
                "Too many people are signing in at this moment. Please try again in a few seconds."
            )
            return _later(request, problem, 503, RETRY_AFTER, email, to)

        def enter(session: Session) -> tuple[str, str] | None:
            if found.agent is None or staff.credentials(session, email) != found:
                return None  # the agent was disabled, or their password changed, while this one was checked
            number = found.agent.id
            return staff.log_in(session, number), staff.remember_device(session, number, given)

        entered = await database.write(enter) if right else None
        if entered is None:
            return _page(request, words(request).t("The e-mail or the password is wrong."), 401, email, to)
        limits.succeed(*tried)
        secret, device = entered
        response = RedirectResponse(local_path(to, "/desk"), 303)
        gate.open_session(response, secret)
        gate.remember_device(response, device)
        return response

    def _later(request: Request, problem: str, status: int, seconds: int, email: str, to: str) -> Response:
        response = _page(request, problem, status, email, to)
        response.headers["Retry-After"] = str(seconds)
        return response

    @router.get("/desk/static/{name}")
    async def file(request: Request, name: str) -> Response:
        return pages.assets.answer(request, name)

    return router
