"""Who holds a ticket: claiming, renewing, releasing, handing over and assigning."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def ownership_routes(frame: Frame) -> APIRouter:
    """Register the routes that change a ticket's holder; each is a plain form that leads back to the ticket."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk, database = frame.parts.desk, frame.parts.database
    done = partial(act, frame)

    @router.post("/desk/tickets/{ticket_id}/claim")
    async def claim(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.ownership.claim(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/renew")
    async def renew(request: Request, ticket_id: Id) -> Response:
        """Renew the claim of an agent whose page of the ticket has the focus; the page's script reports that."""
        agent_id = frame.agent(request).id
        renewed = await database.write(lambda session: desk.ownership.renew(session, ticket_id, agent_id))
        return Response(status_code=204 if renewed else 409)

    @router.post("/desk/tickets/{ticket_id}/release")
    async def release(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.ownership.release(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/transfer")
    async def transfer(
        request: Request, ticket_id: Id, to: Annotated[str, Form()] = "", note: Annotated[str, Form()] = ""
    ) -> Response:
        agent_id, colleague = frame.agent(request).id, _number(to)
        return await done(
            request, ticket_id, lambda session: desk.handovers.transfer(session, ticket_id, agent_id, colleague, note)
        )

    @router.post("/desk/tickets/{ticket_id}/assign")
    async def assign(
        request: Request, ticket_id: Id, to: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
    ) -> Response:
        by, receiver = Actor(frame.agent(request).id, Origin.DESK), _number(to)
        return await done(
            request, ticket_id, lambda session: desk.handovers.assign(session, ticket_id, by, receiver, reason)
        )

    @router.post("/desk/tickets/{ticket_id}/ask")
    async def ask(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.handovers.ask(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/requests/{asker_id}/accept")
    async def accept(request: Request, ticket_id: Id, asker_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(
            request, ticket_id, lambda session: desk.handovers.hand_over(session, ticket_id, agent_id, asker_id)
        )

    @router.post("/desk/tickets/{ticket_id}/requests/{asker_id}/decline")
    async def decline(request: Request, ticket_id: Id, asker_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(
            request, ticket_id, lambda session: desk.handovers.decline(session, ticket_id, agent_id, asker_id)
        )

    return router


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
