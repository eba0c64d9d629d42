"""Solving a ticket: the next one of the same list opens, and for some seconds it can be taken back."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.content.place import Place
from handoff.dashboard.frame import STAYS, Frame, by_script, goes_to
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act
from handoff.tickets import queue
from handoff.tickets.service import UNDO
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SOLVED = "Frontdesk-Solved"
"""Header with the number of the ticket that was just solved: the script offers to take that back."""
_YEAR = 365 * 86400


async def following(frame: Frame, request: Request, place: Place) -> int | None:
    """Return the ticket after this one in the agent's list, to be opened once this one is solved; None to stay."""
    agent_id, now = frame.agent(request).id, frame.parts.clock()
    if STAYS in request.cookies or "solved" in place.shows:
        return None

    def read(session: Session) -> int | None:
        listed = queue.tickets(session, now, place.ticket_filter(agent_id), page=place.page).items
        ids = [row.id for row in listed]
        after = ids.index(place.ticket_id) + 1 if place.ticket_id in ids else 0
        free = [row.id for row in (*listed[after:], *listed[:after]) if row.assignee_id in {None, agent_id}]
        return next((number for number in free if number != place.ticket_id), None)

    return await frame.parts.database.read(read)


def after_solving(request: Request, place: Place, answer: Response, next_id: int | None) -> Response:
    """Lead on from the answer to a solved ticket: to the next one, with the offer to take it back."""
    solved = str(place.ticket_id)
    if by_script(request):
        if next_id is not None:
            answer = goes_to(request, place.url(next_id))
        answer.headers[SOLVED] = solved
        return answer
    url = place.url(next_id or place.ticket_id)
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}closed={solved}", 303)


def solving_routes(frame: Frame) -> APIRouter:
    """Register the routes of solving, and of taking it back."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk = frame.parts.desk

    @router.post("/desk/tickets/{ticket_id}/resolve")
    async def resolve(request: Request, ticket_id: Id) -> Response:
        agent_id, place = frame.agent(request).id, frame.place(request, ticket_id)
        next_id = await following(frame, request, place)
        answer = await act(frame, request, ticket_id, lambda session: desk.resolve(session, ticket_id, agent_id, UNDO))
        return after_solving(request, place, answer, next_id) if answer.status_code in {200, 303} else answer

    @router.post("/desk/tickets/{ticket_id}/undo")
    async def undo(request: Request, ticket_id: Id) -> Response:
        """Open the ticket as it was."""
        agent_id, place = frame.agent(request).id, frame.place(request, ticket_id)
        answer = await act(frame, request, ticket_id, lambda session: desk.undo_resolve(session, ticket_id, agent_id))
        return goes_to(request, place.url(ticket_id)) if answer.status_code in {200, 303} else answer

    @router.post("/desk/after-solving")
    async def choose(request: Request, after: Annotated[str, Form()] = "", at: Annotated[str, Form()] = "") -> Response:
        """Keep in this browser whether the next ticket opens once one is solved."""
        number = int(at) if at.isdecimal() and len(at) < 20 and int(at) <= LARGEST_ID else None
        response = goes_to(request, frame.place(request).url(number))
        if after == "stay":
            response.set_cookie(STAYS, "1", max_age=_YEAR, path="/desk", httponly=True, samesite="lax")
        else:
            response.delete_cookie(STAYS, path="/desk", httponly=True, samesite="lax")
        return response

    return router
