"""Insertion of texts into the reply box: an entry's answer, a colleague's, a canned response; the list of those."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.canned_responses import files as canned_files
from handoff.canned_responses import responses
from handoff.canned_responses.placeholders import values_for
from handoff.dashboard.content.canned_choices import list_choices
from handoff.dashboard.content.reply_box import draft_of
from handoff.dashboard.content.suggestions import answer_text
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import STATUS
from handoff.dashboard.ticket.drafts import draft_answer, notify_own_pages
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box
from handoff.errors import DeskError
from handoff.people.agents import AgentView
from handoff.similar.solved_answers import read_answer
from handoff.tickets import queue
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def insertion_routes(frame: Frame) -> APIRouter:
    """Register the form's route and those of the script; both insert the same texts."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database = frame.parts.database

    async def canned_text(ticket_id: int, response_id: int, agent: AgentView) -> str:
        """Return a response filled for the ticket, and count its use; empty if the agent sees none."""

        def work(session: Session) -> str:
            now = frame.parts.clock()
            one, found = queue.ticket(session, ticket_id, now), responses.find(session, response_id, agent.id)
            if one is None or found is None:
                return ""
            responses.count_use(session, response_id, agent.id)
            return values_for(session, one, frame.shown_name(agent), now).fill(found.text)

        return await database.write(work)

    def add_files(session: Session, box: Box, key: str, response_id: int) -> bool:
        """Add a response's files to the draft; return whether it has any. Raises TooLargeError, NotFoundError."""
        if responses.find(session, response_id, box.agent_id) is None:
            return False
        limit = frame.parts.attachment_mb
        found = canned_files.read(session, response_id, limit)
        for one in found:
            drafts.add_file(session, box, key, one, limit)
        return bool(found)

    async def colleagues_text(ticket_id: int, message_id: int) -> str:
        """Return an answer to a similar question, with this contact's name instead of the other's."""

        def work(session: Session) -> str:
            one, text = queue.ticket(session, ticket_id, frame.parts.clock()), read_answer(session, message_id)
            return text if one is None else values_for(session, one, "", frame.parts.clock()).fill(text)

        return await database.read(work)

    @router.post("/desk/tickets/{ticket_id}/insert")
    async def insert(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        entry: Annotated[str, Form()] = "",
        canned: Annotated[str, Form()] = "",
        answer: Annotated[str, Form()] = "",
    ) -> Response:
        """Insert a text into the reply box, after the existing one."""
        agent = frame.agent(request)
        sources: tuple[tuple[str, Callable[[int], Awaitable[str]]], ...] = (
            (entry, lambda number: answer_text(database, number)),
            (canned, lambda number: canned_text(ticket_id, number, agent)),
            (answer, lambda number: colleagues_text(ticket_id, number)),
        )
        added = [await read(int(value)) for value, read in sources if value.isdecimal() and len(value) < 18]
        whole = "\n\n".join(piece for piece in (text.rstrip().replace("\r\n", "\n"), *added) if piece)
        draft, place = draft_of(whole, key, kind), frame.place(request, ticket_id)
        problem = ""
        if canned.isdecimal() and len(canned) < 18:
            try:
                await database.write(
                    lambda session: add_files(session, Box(agent.id, ticket_id), draft.key, int(canned))
                )
            except DeskError as error:
                problem = frame.words(request).problem(error)
        if by_script(request):
            return await frame.fragments(request, place, draft=draft, problem=problem)
        return await frame.page(request, place, draft=draft, problem=problem)

    @router.get("/desk/tickets/{ticket_id}/canned")
    async def choices(request: Request, ticket_id: Id) -> Response:
        """Render the list for the script: with the filled texts, so that choosing one inserts it at once."""
        agent = frame.agent(request)
        found = await database.read(
            lambda session: list_choices(session, ticket_id, agent.id, frame.shown_name(agent), frame.parts.clock())
        )
        return frame.answer(request, "canned_options.html", part=True, canned=found, ticket_id=ticket_id)

    @router.post("/desk/tickets/{ticket_id}/canned/{response_id}/use")
    async def use(request: Request, ticket_id: Id, response_id: Id, key: Annotated[str, Form()] = "") -> Response:
        """Count a use by the script, and add the files of the response to the draft."""
        box, problem, status = Box(frame.agent(request).id, ticket_id), "", 200

        def work(session: Session) -> bool:
            responses.count_use(session, response_id, box.agent_id)
            return add_files(session, box, draft_of("", key, "").key, response_id)

        try:
            if not await database.write(work):
                return Response(status_code=204)
        except DeskError as error:
            problem, status = frame.words(request).problem(error), STATUS.get(type(error), 409)
        kept = await database.read(lambda session: drafts.find(session, box))
        notify_own_pages(frame.parts.bus, box, kept)
        return draft_answer(frame, request, kept, problem, status)

    return router
