"""Tags, category and language of a question, changed from its page."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act
from handoff.labels.labelling import Labelling
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def label_routes(frame: Frame) -> APIRouter:
    """Register the forms in the pane beside a question."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    labelling = Labelling(frame.parts.desk.journal, frame.parts.desk.promises)

    @router.post("/desk/tickets/{ticket_id}/tags")
    async def add_tag(request: Request, ticket_id: Id, tag: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id
        return await act(
            frame, request, ticket_id, lambda session: labelling.add_tag(session, ticket_id, agent_id, tag)
        )

    @router.post("/desk/tickets/{ticket_id}/tags/remove")
    async def remove_tag(request: Request, ticket_id: Id, tag: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id
        return await act(
            frame, request, ticket_id, lambda session: labelling.remove_tag(session, ticket_id, agent_id, tag)
        )

    @router.post("/desk/tickets/{ticket_id}/labels")
    async def set_labels(
        request: Request, ticket_id: Id, category: Annotated[str, Form()] = "", language: Annotated[str, Form()] = ""
    ) -> Response:
        agent_id = frame.agent(request).id

        def work(session: Session) -> None:
            labelling.set_category(session, ticket_id, agent_id, category)
            labelling.set_language(session, ticket_id, agent_id, language)

        return await act(frame, request, ticket_id, work)

    return router
