"""The desk as one router."""

from fastapi import APIRouter, Request, Response

from handoff.dashboard.account.availability import availability_routes
from handoff.dashboard.account.password import password_routes
from handoff.dashboard.account.picture import picture_routes
from handoff.dashboard.account.pings import ping_routes
from handoff.dashboard.account.profile import profile_routes
from handoff.dashboard.account.second_factor import factor_routes
from handoff.dashboard.canned.pages import canned_routes
from handoff.dashboard.contact.labels import label_routes
from handoff.dashboard.contact.pages import contact_routes
from handoff.dashboard.frame import Frame
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.queue.bulk import bulk_routes
from handoff.dashboard.queue.pages import queue_routes
from handoff.dashboard.queue.saved_views import saved_view_routes
from handoff.dashboard.queue.undelivered import undelivered_routes
from handoff.dashboard.sessions.entry import Entry
from handoff.dashboard.sessions.invitation import invitation_routes
from handoff.dashboard.sessions.open_pages import OpenPages
from handoff.dashboard.sessions.second_step import second_step_routes
from handoff.dashboard.sessions.security import Gate, guarded_route
from handoff.dashboard.sessions.sign_in import sign_in_routes
from handoff.dashboard.settings.agents import agent_routes
from handoff.dashboard.settings.audit import audit_routes
from handoff.dashboard.settings.categories import category_routes
from handoff.dashboard.settings.category_form import category_form_routes
from handoff.dashboard.settings.channels import channel_routes
from handoff.dashboard.settings.hours import hours_routes
from handoff.dashboard.settings.retention import retention_routes
from handoff.dashboard.settings.settings_frame import start_routes
from handoff.dashboard.settings.tokens import token_routes
from handoff.dashboard.settings.webhooks import webhook_routes
from handoff.dashboard.settings.wording import wording_routes
from handoff.dashboard.ticket.attachments import file_routes
from handoff.dashboard.ticket.corrections import correction_routes
from handoff.dashboard.ticket.drafts import draft_routes
from handoff.dashboard.ticket.entry_drafts import entry_draft_routes
from handoff.dashboard.ticket.insertions import insertion_routes
from handoff.dashboard.ticket.ownership import ownership_routes
from handoff.dashboard.ticket.pages import thread_routes
from handoff.dashboard.ticket.presence import presence_routes
from handoff.dashboard.ticket.preview import preview_routes
from handoff.dashboard.ticket.similar import similar_routes
from handoff.dashboard.ticket.snoozing import snoozing_routes
from handoff.dashboard.ticket.solving import solving_routes
from handoff.people.invitations import Invitations


def desk_router(parts: DeskParts) -> APIRouter:
    """Build the router of the desk's pages, below `/desk`. Its app also needs the `SecurityHeaders` middleware."""
    pages, gate = Pages(parts.badges, parts.channel_titles), Gate(parts)
    frame, open_pages = Frame(parts, pages, gate), OpenPages(parts, pages, gate)
    entry = Entry(parts.staff, gate)
    invitations = Invitations(parts.staff, parts.team, parts.clock)
    router = APIRouter(include_in_schema=False)
    for routes in (
        sign_in_routes(open_pages, entry, pages.assets),
        second_step_routes(open_pages, entry),
        invitation_routes(open_pages, invitations),
        queue_routes(frame),
        saved_view_routes(frame),
        undelivered_routes(frame),
        bulk_routes(frame),
        password_routes(frame),
        profile_routes(frame),
        picture_routes(frame),
        factor_routes(frame),
        ping_routes(frame),
        availability_routes(frame),
        thread_routes(frame),
        draft_routes(frame),
        preview_routes(frame),
        solving_routes(frame),
        presence_routes(frame),
        ownership_routes(frame),
        snoozing_routes(frame),
        label_routes(frame),
        correction_routes(frame),
        entry_draft_routes(frame),
        insertion_routes(frame),
        similar_routes(frame),
        contact_routes(frame),
        file_routes(frame),
        canned_routes(frame),
        start_routes(frame),
        agent_routes(frame, invitations),
        token_routes(frame),
        webhook_routes(frame),
        channel_routes(frame),
        category_routes(frame),
        category_form_routes(frame),
        hours_routes(frame),
        wording_routes(frame),
        retention_routes(frame),
        audit_routes(frame),
    ):
        router.include_router(routes)

    router.include_router(_other_addresses(frame))
    return router


def _other_addresses(frame: Frame) -> APIRouter:
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))

    @router.get("/desk/{unknown:path}")
    async def unknown_page(request: Request) -> Response:
        return frame.nonsense(request)

    return router
