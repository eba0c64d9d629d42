"""The desk as one router."""

from fastapi import APIRouter

from handoff.dashboard.frame import Frame
from handoff.dashboard.own_password import password_routes
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.queue import queue_routes
from handoff.dashboard.sessions.security import Gate
from handoff.dashboard.sessions.sign_in import sign_in_routes
from handoff.dashboard.ticket.attachments import file_routes
from handoff.dashboard.ticket.corrections import correction_routes
from handoff.dashboard.ticket.pages import thread_routes


def desk_router(parts: DeskParts) -> APIRouter:
    """Build the router of the desk's pages, below `/desk`. Its app also needs the `SecurityHeaders` middleware."""
    pages, gate = Pages(parts.badges), Gate(parts)
    frame = Frame(parts, pages, gate)
    router = APIRouter(include_in_schema=False)
    for routes in (
        sign_in_routes(parts, pages, gate),
        queue_routes(frame),
        password_routes(frame),
        thread_routes(frame),
        correction_routes(frame),
        file_routes(frame),
    ):
        router.include_router(routes)
    return router
