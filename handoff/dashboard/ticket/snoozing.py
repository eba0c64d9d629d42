"""Snoozing a question from its page."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.dashboard.content.snooze_times import read_time, zone_of
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def snoozing_routes(frame: Frame) -> APIRouter:
    """Register the forms of the menu "Snooze"."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    snoozing, clock = frame.parts.desk.snoozing, frame.parts.clock

    @router.post("/desk/tickets/{ticket_id}/snooze")
    async def snooze(
        request: Request, ticket_id: Id, until: Annotated[str, Form()] = "", at: Annotated[str, Form()] = ""
    ) -> Response:
        agent_id, zone = frame.agent(request).id, zone_of(request)

        def work(session: Session) -> None:
            snoozing.snooze(session, ticket_id, agent_id, read_time(until, at, clock(), zone))

        return await act(frame, request, ticket_id, work)

    @router.post("/desk/tickets/{ticket_id}/wake")
    async def wake(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await act(frame, request, ticket_id, lambda session: snoozing.end(session, ticket_id, agent_id))

    return router
