"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from handoff.dashboard.language import preferred
from handoff.dashboard.pages import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.security import Gate, changes_something, guarded, local_path, too_big
from handoff.dashboard.throttle import Throttle
from handoff.dashboard.wording import Words
from handoff.staff import AgentView

_PER_ACCOUNT, _PER_ADDRESS = 5, 20
"""Tries a minute; each costs us a deliberate amount of work, so they are counted before it."""


def sign_in_routes(parts: DeskParts, pages: Pages, gate: Gate) -> APIRouter:
    """The only routes of the desk that a stranger may use."""

    async def check(request: Request) -> Response | None:
        if not changes_something(request):
            return None
        if too_big(request):
            return Response(status_code=413)
        if gate.same_site(request) and await gate.own_form(request, gate.stranger(request)):
            return None
        return _page(request, words(request).t("This page was open for too long. Please try once more."), 403)

    def nonsense(request: Request) -> Response:
        return _page(request, status=422)

    router = APIRouter(route_class=guarded(check, nonsense))
    per_account, per_address = Throttle(_PER_ACCOUNT, parts.clock), Throttle(_PER_ADDRESS, parts.clock)

    def words(request: Request) -> Words:
        return Words(preferred(request.headers.get("accept-language", ""), parts.default_language))

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
        address = request.client.host if request.client else ""
        allowed = per_address.allows(address) and per_account.allows(email.strip().lower())
        if not allowed:
            return _page(request, words(request).t("Too many tries. Please wait a minute."), 429, email, to)
        agent = await _checked(email, password)
        if agent is None:
            return _page(request, words(request).t("The e-mail or the password is wrong."), 401, email, to)
        known = agent
        per_account.forget(email.strip().lower())
        secret = await parts.database.write(lambda session: parts.staff.log_in(session, known.id))
        response = RedirectResponse(local_path(to, "/desk"), 303)
        gate.open_session(response, secret)
        return response

    async def _checked(email: str, password: str) -> AgentView | None:
        return await parts.database.read(lambda session: parts.staff.check_password(session, email, password))

    @router.get("/desk/static/{name}")
    async def file(request: Request, name: str) -> Response:
        return pages.assets.answer(request, name)

    return router
