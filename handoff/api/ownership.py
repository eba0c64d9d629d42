"""Who holds a ticket: claiming, releasing, handing over and assigning, for programs."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from handoff.api.access import Caller, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import AssignIn, SnoozeIn, TicketWithMessages, TransferIn
from handoff.api.tickets import Id, shown_ticket
from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.errors import BadTimeError
from handoff.models import Role

router = APIRouter(
    responses={
        404: {"model": Refusal, "description": "There is no such ticket or agent."},
        409: {"model": Refusal, "description": "Another agent holds it (named in the message), or it is closed."},
    }
)


@router.post("/tickets/{ticket_id}/claim", tags=["tickets"])
async def claim(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Claim the ticket, or renew a claim."""
    await parts.database.write(lambda session: parts.desk.ownership.claim(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/release", tags=["tickets"])
async def release(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Release the ticket to the queue."""
    await parts.database.write(lambda session: parts.desk.ownership.release(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/transfer", tags=["tickets"])
async def transfer(parts: Parts, caller: Caller, ticket_id: Id, body: TransferIn) -> TicketWithMessages:
    """Hand the ticket to another agent, with a note for them if there is one."""
    await parts.database.write(
        lambda session: parts.desk.handovers.transfer(session, ticket_id, caller.id, body.to, body.note)
    )
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/assign", tags=["tickets"], dependencies=[Depends(needs(Role.LEAD))])
async def assign(parts: Parts, caller: Caller, ticket_id: Id, body: AssignIn) -> TicketWithMessages:
    """Give the ticket to any agent, also one that another agent holds; needs the role `lead`."""
    await parts.database.write(
        lambda session: parts.desk.handovers.assign(
            session, ticket_id, Actor(caller.id, Origin.API), body.to, body.reason
        )
    )
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/ask", tags=["tickets"])
async def ask(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Ask the ticket's holder to hand it over; a repeat within ten minutes changes nothing."""
    await parts.database.write(lambda session: parts.desk.handovers.ask(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/snooze", tags=["tickets"])
async def snooze(parts: Parts, caller: Caller, ticket_id: Id, body: SnoozeIn) -> TicketWithMessages:
    """Leave the ticket out of the queue until a time, or until its contact writes; claims it if it is free."""
    await parts.database.write(
        lambda session: parts.desk.snoozing.snooze(session, ticket_id, caller.id, _in_utc(body.until))
    )
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/wake", tags=["tickets"])
async def wake(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Put a snoozed ticket back into the queue."""
    await parts.database.write(lambda session: parts.desk.snoozing.end(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


def _in_utc(at: datetime | None) -> datetime | None:
    try:
        return at and at.astimezone(UTC)
    except OverflowError:  # a time at the end of the calendar
        raise BadTimeError("give a time in the future, at most a year ahead") from None
