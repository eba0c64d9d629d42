"""One ticket: its page, its live fragment, and every action of an agent on it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.reply_box import Mode, draft_of
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.suggestions import answer_text
from handoff.dashboard.ticket.actions import act
from handoff.dashboard.uploads import files_in, keep
from handoff.errors import TooLargeError
from infra.files import Kept
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

    @router.post("/desk/tickets/{ticket_id}/claim")
    async def claim(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.claim(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/release")
    async def release(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.release(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/resolve")
    async def resolve(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.resolve(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/reopen")
    async def reopen(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.reopen(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/transfer")
    async def transfer(request: Request, ticket_id: Id, to: Annotated[str, Form()] = "") -> Response:
        agent_id, colleague = frame.agent(request).id, int(to) if to.isdecimal() and len(to) < 18 else 0
        return await done(request, ticket_id, lambda session: desk.transfer(session, ticket_id, agent_id, colleague))

    @router.post("/desk/tickets/{ticket_id}/reply")
    async def reply(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        agent_id, draft, refused = frame.agent(request).id, draft_of(text, key, kind), None
        kept: list[tuple[str, Kept]] = []
        try:
            if draft.mode is Mode.REPLY:
                kept = await keep(frame.parts.files, frame.parts.attachment_mb, await files_in(request))
        except TooLargeError as error:
            refused = error

        def work(session: Session) -> None:
            if refused is not None:
                raise refused
            desk.reply(session, ticket_id, agent_id, text, draft.key, kept)

        return await done(request, ticket_id, work, draft, Mode.REPLY)

    @router.post("/desk/tickets/{ticket_id}/note")
    async def note(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        agent_id, draft = frame.agent(request).id, draft_of(text, key, kind)

        def work(session: Session) -> None:
            desk.note(session, ticket_id, agent_id, text, draft.key)

        return await done(request, ticket_id, work, draft, Mode.NOTE)

    @router.post("/desk/tickets/{ticket_id}/insert")
    async def insert(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        entry: Annotated[str, Form()] = "",
    ) -> Response:
        """Insert an entry's answer into the reply box, after the existing text."""
        number = int(entry) if entry.isdecimal() and len(entry) < 18 else 0
        answer = await answer_text(frame.parts.database, number)
        whole = "\n\n".join(piece for piece in (text.rstrip().replace("\r\n", "\n"), answer) if piece)
        draft, place = draft_of(whole, key, kind), frame.place(request, ticket_id)
        if by_script(request):
            return await frame.fragments(request, place, draft=draft)
        return await frame.page(request, place, draft=draft)

    @router.post("/desk/tickets/{ticket_id}/deliveries/{delivery_id}/retry")
    async def retry(request: Request, ticket_id: Id, delivery_id: Id) -> Response:
        return await done(request, ticket_id, lambda session: outbox.retry(session, delivery_id))

    @router.post("/desk/tickets/{ticket_id}/deliveries/{delivery_id}/arrived")
    async def mark_arrived(request: Request, ticket_id: Id, delivery_id: Id) -> Response:
        return await done(request, ticket_id, lambda session: outbox.settle_by_hand(session, delivery_id, arrived=True))

    return router
