"""The queue: the page without a ticket, its live fragment, the next question, and the stream of changes."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from handoff.dashboard.frame import Frame, by_script, goes_to
from handoff.dashboard.live.events import HEARTBEAT_SECONDS
from handoff.dashboard.sessions.security import guarded_route
from handoff.people.access import SESSIONS
from infra.storage.columns import LARGEST_ID
from infra.web.assets import ANSWER

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

    @router.get("/desk/unread")
    async def unread(request: Request) -> Response:
        headers = {"Cache-Control": "no-store", ANSWER: "unread"}
        return PlainTextResponse(str(await frame.unread(request)), headers=headers)

    @router.post("/desk/next")
    async def take_next(request: Request) -> Response:
        agent_id, place, words = frame.agent(request).id, frame.place(request), frame.words(request)
        wanted = place.ticket_filter(agent_id)
        ticket_id = await parts.database.write(
            lambda session: parts.desk.ownership.take_next(session, agent_id, wanted)
        )
        if ticket_id is None:
            everything = not place.shows and not place.narrowed
            problem = (
                words.t("No question is waiting for an agent.")
                if everything
                else words.t("No question of this list is waiting for an agent.")
            )
            if by_script(request):
                return frame.says(request, problem)
            return await frame.page(request, place, problem=problem)
        return goes_to(request, replace(place, page=1).url(ticket_id))

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
    async for names in frame.parts.live.events(agent_id=frame.agent(request).id):
        if not names or time.monotonic() - checked > HEARTBEAT_SECONDS:
            if await frame.gate.session(request) is None:
                return
            checked = time.monotonic()
            yield ": still here\n\n"
        for name in names:
            yield f"event: {name}\ndata:\n\n"
