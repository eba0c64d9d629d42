"""Who else is at a ticket: reports of its pages, and what they show of it."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from handoff.dashboard.frame import Frame
from handoff.dashboard.live.presence import TOPIC, Doing, report
from handoff.dashboard.sessions.security import guarded_route
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def presence_routes(frame: Frame) -> APIRouter:
    """Register the report of a page and the fragment for other agents' pages."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))

    @router.post("/desk/tickets/{ticket_id}/presence")
    async def report_presence(request: Request, ticket_id: Id, doing: Annotated[str, Form()] = "") -> Response:
        if doing not in set(Doing):
            return frame.nonsense(request)
        agent = frame.agent(request)
        frame.parts.bus.publish(TOPIC, report(ticket_id, agent.id, agent.name, Doing(doing), agent.picture))
        return Response(status_code=204)

    @router.get("/desk/tickets/{ticket_id}/presence")
    async def others(request: Request, ticket_id: Id) -> Response:
        return frame.answer(request, "presence_fragment.html", part=True, ticket_id=ticket_id)

    return router
