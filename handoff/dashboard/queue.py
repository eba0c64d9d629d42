"""The queue: the page without a ticket, its live fragment, the next question, and the stream of changes."""

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from handoff.dashboard.frame import Frame, by_script, goes_to
from handoff.dashboard.live_events import HEARTBEAT_SECONDS
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.views import Place
from handoff.people.access import SESSIONS
from infra.storage.columns import LARGEST_ID

TicketNumber = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


def queue_routes(frame: Frame) -> APIRouter:
    """Register the routes that belong to no single ticket."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    @router.get("/desk")
    async def queue_page(request: Request) -> Response:
        return await frame.page(request, frame.place(request))

    @router.get("/desk/queue")
    async def queue_fragment(request: Request, at: TicketNumber = None) -> Response:
        return await frame.refreshed_queue(request, frame.place(request, at))

    @router.post("/desk/next")
    async def take_next(request: Request) -> Response:
        agent_id = frame.agent(request).id
        ticket_id = await parts.database.write(lambda session: parts.desk.take_next(session, agent_id))
        if ticket_id is None:
            problem = frame.words(request).t("No question is waiting for an agent.")
            if by_script(request):
                return frame.says(request, problem)
            return await frame.page(request, frame.place(request), problem=problem)
        return goes_to(request, Place().url(ticket_id))

    @router.post("/desk/logout")
    async def sign_out(request: Request) -> Response:
        secret = frame.visitor(request).secret
        await parts.database.write(lambda session: parts.staff.log_out(session, secret))
        parts.bus.publish(SESSIONS)
        response = goes_to(request, "/desk/login")
        frame.gate.close_session(response)
        return response

    @router.get("/desk/events")
    async def events(request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(frame, request), media_type="text/event-stream", headers=headers)

    return router


async def _stream(frame: Frame, request: Request) -> AsyncIterator[str]:
    """Stream changes as server-sent events; ends with the session."""
    yield "retry: 2000\n\n"
    checked = time.monotonic()
    async for names in frame.parts.live.events():
        if not names or time.monotonic() - checked > HEARTBEAT_SECONDS:
            if await frame.gate.session(request) is None:
                return
            checked = time.monotonic()
            yield ": still here\n\n"
        for name in names:
            yield f"event: {name}\ndata:\n\n"
