"""Correction and deletion of a sent reply: the ticket's page with the reply in the box."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.canned_responses.responses import require_filled
from handoff.dashboard.content.reply_box import ReplyDraft
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act
from handoff.messages import threads
from handoff.models import DraftMode, Role
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def correction_routes(frame: Frame) -> APIRouter:
    """Register the forms and their handlers. Only its author corrects a reply; leads also delete those of others."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk, database = frame.parts.desk, frame.parts.database

    @router.get("/desk/tickets/{ticket_id}/messages/{message_id}")
    async def correction_page(request: Request, ticket_id: Id, message_id: Id) -> Response:
        """Render the ticket's page with one of the agent's replies in the box, to be corrected."""
        text = await database.read(lambda session: threads.sent_reply(session, message_id, frame.agent(request).id))
        if text is None:
            return await frame.page(request, frame.place(request, ticket_id))
        draft = ReplyDraft(text, str(uuid.uuid4()), DraftMode.REPLY, corrects=message_id)
        return await frame.page(request, frame.place(request, ticket_id), draft=draft)

    @router.post("/desk/tickets/{ticket_id}/messages/{message_id}")
    async def correct(request: Request, ticket_id: Id, message_id: Id, text: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id
        draft = ReplyDraft(text, str(uuid.uuid4()), DraftMode.REPLY, corrects=message_id)

        def work(session: Session) -> None:
            require_filled(session, agent_id, text)
            desk.correct(session, message_id, agent_id, text)

        return await act(frame, request, ticket_id, work, draft)

    @router.get("/desk/tickets/{ticket_id}/messages/{message_id}/delete")
    async def deletion_page(request: Request, ticket_id: Id, message_id: Id) -> Response:
        """Render the ticket's page with the question whether to delete a reply."""
        agent, place = frame.agent(request), frame.place(request, ticket_id)
        author = None if agent.role is not Role.AGENT else agent.id
        text = await database.read(lambda session: threads.sent_reply(session, message_id, author))
        if text is None:
            return await frame.page(request, place)
        return await frame.page(request, place, draft=ReplyDraft(text, str(uuid.uuid4()), deletes=message_id))

    @router.post("/desk/tickets/{ticket_id}/messages/{message_id}/delete")
    async def delete(request: Request, ticket_id: Id, message_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await act(
            frame, request, ticket_id, lambda session: desk.deletions.delete(session, message_id, agent_id)
        )

    return router
