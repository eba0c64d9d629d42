"""One ticket: its page, its live fragment, and every action of an agent on it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.canned_responses.responses import require_filled
from handoff.dashboard.content.reply_box import draft_of
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act, perform, require_looked_at
from handoff.dashboard.ticket.drafts import TakenFiles, take_files
from handoff.dashboard.ticket.solving import after_solving, following
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box
from handoff.models import DraftMode
from handoff.tickets.service import UNDO
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def thread_routes(frame: Frame) -> APIRouter:
    """Register the routes below one ticket; each change is a plain form that leads back to the ticket."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk, outbox = frame.parts.desk, frame.parts.outbox

    done = partial(act, frame)

    @router.get("/desk/tickets/{ticket_id}")
    async def ticket_page(request: Request, ticket_id: Id) -> Response:
        return await frame.page(request, frame.place(request, ticket_id))

    @router.get("/desk/tickets/{ticket_id}/thread")
    async def thread_fragment(request: Request, ticket_id: Id) -> Response:
        return await frame.refreshed_thread(request, frame.place(request, ticket_id))

    @router.get("/desk/tickets/{ticket_id}/earlier")
    async def earlier_lines(request: Request, ticket_id: Id) -> Response:
        return await frame.earlier(request, frame.place(request, ticket_id))

    @router.post("/desk/tickets/{ticket_id}/reopen")
    async def reopen(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.reopen(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/reply")
    async def reply(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        then: Annotated[str, Form()] = "",
        seen: Annotated[str, Form()] = "",
    ) -> Response:
        draft, box = draft_of(text, key, kind), Box(frame.agent(request).id, ticket_id)

        def work(session: Session, taken: TakenFiles) -> None:
            if taken.ids and drafts.is_sent(session, box, draft.key, text):
                return
            require_filled(session, box.agent_id, text)
            require_looked_at(session, ticket_id=ticket_id, text=text, seen=seen)
            desk.reply(session, ticket_id, box.agent_id, text, draft.key, taken.files)
            drafts.finish(session, box, draft.key, taken.ids)
            if then == "resolve":
                desk.resolve(session, ticket_id, box.agent_id, UNDO)

        async def run() -> str:
            taken = await take_files(frame, request, box, draft)
            await frame.parts.database.write(lambda session: work(session, taken))
            return ""

        if then != "resolve":
            return await perform(frame, request, ticket_id, run, draft, DraftMode.REPLY)
        place = frame.place(request, ticket_id)
        next_id = await following(frame, request, place)
        answer = await perform(frame, request, ticket_id, run, draft, DraftMode.REPLY)
        return after_solving(request, place, answer, next_id) if answer.status_code in {200, 303} else answer

    @router.post("/desk/tickets/{ticket_id}/note")
    async def note(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        draft, box = draft_of(text, key, kind), Box(frame.agent(request).id, ticket_id)

        def work(session: Session) -> None:
            desk.note(session, ticket_id, box.agent_id, text, draft.key)
            drafts.finish(session, box, draft.key, ())

        return await done(request, ticket_id, work, draft, DraftMode.NOTE)

    @router.post("/desk/tickets/{ticket_id}/deliveries/{delivery_id}/retry")
    async def retry(request: Request, ticket_id: Id, delivery_id: Id) -> Response:
        return await done(request, ticket_id, lambda session: outbox.retry(session, delivery_id))

    @router.post("/desk/tickets/{ticket_id}/deliveries/{delivery_id}/arrived")
    async def mark_arrived(request: Request, ticket_id: Id, delivery_id: Id) -> Response:
        return await done(request, ticket_id, lambda session: outbox.settle_by_hand(session, delivery_id, arrived=True))

    return router
