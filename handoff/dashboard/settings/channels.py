"""Channels: whether each account works, what arrived last, and what waits; and a test message to one's own account."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import settings_page
from handoff.deliveries.channel_health import channel_health
from handoff.deliveries.new_rows import BUTTONS_REFUSED
from handoff.tickets.pings.channel_tests import ChannelTests

log = logging.getLogger(__name__)

PATH = "/desk/settings/channels"


def channel_routes(frame: Frame) -> APIRouter:
    """Register the page and its form."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, clock, doors = frame.parts.database, frame.parts.clock, frame.parts.doors
    for_pages, tests = database.for_pages(), ChannelTests(frame.parts.outbox)

    async def page(request: Request, problem: str = "", account: str = "") -> Response:
        """Render the page; `problem` concerns the test message of `account`."""
        now, agent_id = clock(), frame.agent(request).id
        found = await for_pages.read(lambda session: channel_health(session, now))
        return await settings_page(
            frame,
            request,
            "channels",
            status=409 if problem else 200,
            channels=found,
            buttons_refused=BUTTONS_REFUSED,
            tests=await for_pages.read(lambda session: tests.accounts(session, agent_id)),
            doors=set(doors),
            problem=problem,
            concerned=account,
            now=now,
        )

    @router.get(PATH)
    async def channels(request: Request, account: str = "") -> Response:
        """Show the page; for a script the test message of one account."""
        if not by_script(request):
            return await page(request)
        agent_id = frame.agent(request).id
        return frame.answer(
            request,
            "settings/channel_test.html",
            part=True,
            account=account,
            tests=await for_pages.read(lambda session: tests.accounts(session, agent_id)),
            doors=set(doors),
            problem="",
            concerned="",
            now=clock(),
        )

    @router.post(f"{PATH}/test")
    async def send_test(request: Request, account: Annotated[str, Form()] = "") -> Response:
        agent, words = frame.agent(request), frame.words(request)

        def work(session: Session) -> bool:
            return tests.send(session, agent.id, account, words.language)

        if account not in doors:
            return frame.nonsense(request)
        if not await database.write(work):
            return await page(request, words.t("Link your own account of this channel first."), account)
        log.info("%s: a test message was queued by agent %d", account, agent.id)
        return RedirectResponse(f"{PATH}#{account.replace(':', '-')}", 303)

    return router
