"""The page on which agents set up, renew and switch off their own second factor."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.sessions.sign_in_limits import PER_DEVICE
from handoff.people.second_factor import SecondFactor, enrolment_address
from infra.web.qr_code import qr_svg
from infra.web.throttle import Throttle

PATH = "/desk/profile/second-factor"


def factor_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms. Every change takes a code; wrong ones are limited as passwords are."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, factor = frame.parts.database, SecondFactor(frame.parts.clock)
    limit = Throttle(PER_DEVICE, frame.parts.clock)

    async def page(request: Request, status: int = 200, problem: str = "", codes: tuple[str, ...] = ()) -> Response:
        agent = frame.agent(request)
        state = await database.read(lambda session: factor.state(session, agent.id))
        address = enrolment_address(state.secret, agent.email) if state.secret else ""
        return frame.answer(
            request,
            "account/second_factor.html",
            status=status,
            stop="profile",
            queue=await frame.queue(request),
            problem=problem,
            state=state,
            codes=codes,
            address=address,
            code=qr_svg(address) if address else None,
            off=not problem and "off" in request.query_params,
        )

    async def with_code(
        request: Request, change: Callable[[Session, int, Actor], tuple[str, ...] | None]
    ) -> tuple[str, ...] | Response:
        """Make a change that checks a code itself; return its codes, or the page that says what is wrong."""
        agent_id, words = frame.agent(request).id, frame.words(request)
        by, name = Actor(agent_id, Origin.DESK), str(agent_id)
        if not limit.allows(name):
            response = await page(request, 429, words.t("Too many tries. Please wait a minute."))
            response.headers["Retry-After"] = str(limit.retry_after(name))
            return response
        codes = await database.write(lambda session: change(session, agent_id, by))
        if codes is None:
            return await page(request, 422, words.t("The code is wrong or was used already."))
        limit.forgive(name)
        return codes

    @router.get(PATH)
    async def factor_page(request: Request) -> Response:
        return await page(request)

    @router.post(PATH)
    async def begin(request: Request) -> Response:
        agent_id = frame.agent(request).id
        await database.write(lambda session: factor.begin(session, agent_id))
        return RedirectResponse(PATH, 303)

    @router.post(f"{PATH}/confirm")
    async def confirm(request: Request, code: Annotated[str, Form()] = "") -> Response:
        codes = await with_code(request, lambda session, agent_id, by: factor.confirm(session, agent_id, code[:64], by))
        return codes if isinstance(codes, Response) else await page(request, codes=codes)

    @router.post(f"{PATH}/codes")
    async def renew_codes(request: Request, code: Annotated[str, Form()] = "") -> Response:
        def renew(session: Session, agent_id: int, by: Actor) -> tuple[str, ...] | None:
            right = factor.check(session, agent_id, code[:64], by)
            return factor.renew_codes(session, agent_id, by) if right else None

        codes = await with_code(request, renew)
        return codes if isinstance(codes, Response) else await page(request, codes=codes)

    @router.post(f"{PATH}/off")
    async def switch_off(request: Request, code: Annotated[str, Form()] = "") -> Response:
        def off(session: Session, agent_id: int, by: Actor) -> tuple[str, ...] | None:
            if not factor.check(session, agent_id, code[:64], by):
                return None
            factor.switch_off(session, agent_id, by)
            return ()

        codes = await with_code(request, off)
        return codes if isinstance(codes, Response) else RedirectResponse(f"{PATH}?off", 303)

    return router
