"""The contact beside a ticket: linked addresses, notes, and treatment as spam."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.canned_responses.responses import require_filled
from handoff.dashboard.frame import Frame, goes_to
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import act, perform
from handoff.errors import NotFoundError, TooLongError
from handoff.models import Contact, Ticket
from handoff.outreach.first_messages import LONGEST, BarredError, Barrier, FirstMessage, write_first
from handoff.people import contact_notes, linked_contacts
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Number = Annotated[str, Form()]


def contact_routes(frame: Frame) -> APIRouter:
    """Register the actions; each is a plain form that leads back to the ticket."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk, clock = frame.parts.desk, frame.parts.clock
    done = partial(act, frame)

    @router.post("/desk/tickets/{ticket_id}/contact/link")
    async def link(request: Request, ticket_id: Id, contact: Number = "", question: Number = "") -> Response:
        """Link the contact with another, named by its id or by the number of one of its questions."""

        def work(session: Session) -> None:
            other = _contact_of(session, _number(question)) if question else _number(contact)
            linked_contacts.link(session, _contact_of(session, ticket_id), other)
            desk.refresh(session, ticket_id)

        return await done(request, ticket_id, work)

    @router.post("/desk/tickets/{ticket_id}/contact/unlink")
    async def unlink(request: Request, ticket_id: Id, contact: Number = "") -> Response:
        def work(session: Session) -> None:
            linked_contacts.unlink(session, _number(contact))
            desk.refresh(session, ticket_id)

        return await done(request, ticket_id, work)

    @router.post("/desk/tickets/{ticket_id}/contact/note")
    async def add_note(request: Request, ticket_id: Id, about: Annotated[str, Form()] = "") -> Response:
        agent_id = frame.agent(request).id

        def work(session: Session) -> None:
            contact_notes.add_note(session, _contact_of(session, ticket_id), agent_id, about, clock())
            desk.refresh(session, ticket_id)

        return await done(request, ticket_id, work)

    @router.post("/desk/tickets/{ticket_id}/contact/notes/{note_id}/delete")
    async def delete_note(request: Request, ticket_id: Id, note_id: Id) -> Response:
        agent_id = frame.agent(request).id

        def work(session: Session) -> None:
            contact_notes.delete_note(session, note_id, agent_id)
            desk.refresh(session, ticket_id)

        return await done(request, ticket_id, work)

    @router.post("/desk/tickets/{ticket_id}/contact/write")
    async def write(
        request: Request, ticket_id: Id, text: Annotated[str, Form()] = "", after: Annotated[str, Form()] = ""
    ) -> Response:
        """Send a first message, in a question of its own that opens; a refusal keeps the text."""
        agent_id, made = frame.agent(request).id, list[int]()
        text, key = text.replace("\r\n", "\n").strip(), f"first-{agent_id}-{_number(after)}"

        def work(session: Session) -> int:
            ticket = session.get(Ticket, ticket_id)
            contact = session.get(Contact, _contact_of(session, ticket_id))
            if contact is not None and not frame.parts.may_write_first(contact.account):
                raise BarredError(Barrier.CHANNEL)
            require_filled(session, agent_id, text)
            first = FirstMessage(agent_id, text, ticket.language if ticket else "", key)
            return write_first(session, desk, _contact_of(session, ticket_id), first)

        async def run() -> str:
            if len(text) > LONGEST:
                raise TooLongError(LONGEST)
            made.append(await frame.parts.database.write(work))
            return ""

        request.state.first_text = text
        answer = await perform(frame, request, ticket_id, run)
        return goes_to(request, frame.place(request).url(made[0])) if made else answer

    @router.post("/desk/tickets/{ticket_id}/contact/mute")
    async def mute(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.mute(session, ticket_id, agent_id))

    @router.post("/desk/tickets/{ticket_id}/contact/unmute")
    async def unmute(request: Request, ticket_id: Id) -> Response:
        agent_id = frame.agent(request).id
        return await done(request, ticket_id, lambda session: desk.unmute(session, ticket_id, agent_id))

    return router


def _contact_of(session: Session, ticket_id: int) -> int:
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise NotFoundError(f"there is no question #{ticket_id}")
    return ticket.contact_id


def _number(text: str) -> int:
    text = text.strip().lstrip("#№")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
