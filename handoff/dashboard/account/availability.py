"""The agent's own word on whether they are at work."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from handoff.dashboard.frame import Frame, goes_to
from handoff.dashboard.sessions.security import guarded_route, local_path


def availability_routes(frame: Frame) -> APIRouter:
    """Register the route of the buttons "I am away" and "I am here again"."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, availability = frame.parts.database, frame.parts.desk.availability

    @router.post("/desk/availability")
    async def set_availability(
        request: Request, away: Annotated[str, Form()] = "", back: Annotated[str, Form()] = ""
    ) -> Response:
        agent_id = frame.agent(request).id
        await database.write(lambda session: availability.set_away(session, agent_id, away=bool(away)))
        return goes_to(request, local_path(back, "/desk"))

    return router
