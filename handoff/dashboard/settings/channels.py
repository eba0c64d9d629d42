"""Channels: whether each account works, what arrived last, and what waits. Tokens are settings of the program."""

from fastapi import APIRouter, Request, Response

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import settings_page
from handoff.deliveries.channel_health import channel_health
from handoff.deliveries.new_rows import BUTTONS_REFUSED


def channel_routes(frame: Frame) -> APIRouter:
    """Register the page."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, clock = frame.parts.database.for_pages(), frame.parts.clock

    @router.get("/desk/settings/channels")
    async def channels(request: Request) -> Response:
        now = clock()
        found = await database.read(lambda session: channel_health(session, now))
        return await settings_page(frame, request, "channels", channels=found, buttons_refused=BUTTONS_REFUSED)

    return router
