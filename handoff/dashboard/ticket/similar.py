"""Similar questions beside a ticket: the list, one answer for all of them, and merging those of one contact."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from handoff.dashboard.content.reply_box import draft_of
from handoff.dashboard.content.similar import outcome_sentence
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act, perform, require_looked_at
from handoff.dashboard.ticket.drafts import take_files
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box
from handoff.models import DraftMode
from handoff.similar.group_reply import MOST_AT_ONCE, GroupReply, GroupRequest
from handoff.tickets import queue
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def similar_routes(frame: Frame) -> APIRouter:
    """Register the list for the script, and the two actions."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts
    database = parts.database.for_pages()
    group = GroupReply(parts.database, parts.desk, parts.clock)

    @router.get("/desk/tickets/{ticket_id}/similar")
    async def similar(request: Request, ticket_id: Id) -> Response:
        place = frame.place(request, ticket_id)
        ticket = await database.read(lambda session: queue.ticket(session, ticket_id, parts.clock()))
        if ticket is None:
            return Response(status_code=404)
        found = await frame.similar.find(ticket)
        return frame.answer(request, "similar.html", part=True, place=place, ticket=ticket, similar=found)

    @router.post("/desk/tickets/{ticket_id}/answer-all")
    async def answer_all(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        seen: Annotated[str, Form()] = "",
    ) -> Response:
        """Send the reply in this ticket and in every checked one."""
        agent, draft, words = frame.agent(request), draft_of(text, key, kind), frame.words(request)
        box = Box(agent.id, ticket_id)
        checked = [str(value) for value in (await request.form()).getlist("also")]
        others = tuple(int(value) for value in checked if value.isdecimal() and len(value) < 19)[:MOST_AT_ONCE]

        async def run() -> str:
            taken = await take_files(frame, request, box, draft)
            await parts.database.read(partial(require_looked_at, ticket_id=ticket_id, text=text, seen=seen))
            outcome = await group.send(GroupRequest(ticket_id, others, agent, text, draft.key, taken.files))
            await parts.database.write(lambda session: drafts.finish(session, box, draft.key, taken.ids))
            return outcome_sentence(words, outcome)

        response = await perform(frame, request, ticket_id, run, draft, DraftMode.REPLY)
        response.headers["HX-Trigger"] = "desk:similar"
        return response

    @router.post("/desk/tickets/{ticket_id}/merge")
    async def merge(request: Request, ticket_id: Id, other: Annotated[str, Form()] = "") -> Response:
        """Merge another open question of the contact into this one."""
        agent_id, number = frame.agent(request).id, int(other) if other.isdecimal() and len(other) < 19 else 0
        return await act(
            frame,
            request,
            ticket_id,
            lambda session: parts.desk.merging.merge(session, ticket_id, number, agent_id),
        )

    return router
