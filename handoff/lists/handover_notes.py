"""Notes that were written with a transfer: to whom, and whether they have seen them."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from handoff.lists.models import TicketSeen
from handoff.models import Agent, Message
from handoff.tickets.ownership.models import Handover


@dataclass(frozen=True, slots=True)
class HandoverView:
    """The agent to whom a note of a transfer is addressed."""

    agent: str
    seen: bool


def handovers_of(session: Session, contact_id: int) -> dict[int, HandoverView]:
    """Return the addressees of the notes in a contact's thread, by the note's id."""
    rows = session.execute(
        select(Handover.message_id, Agent.name, TicketSeen.message_id >= Handover.message_id)
        .join(Agent, Agent.id == Handover.agent_id)
        .join(Message, Message.id == Handover.message_id)
        .join(
            TicketSeen,
            and_(TicketSeen.agent_id == Handover.agent_id, TicketSeen.ticket_id == Message.ticket_id),
            isouter=True,
        )
        .where(Handover.contact_id == contact_id)
    )
    return {message_id: HandoverView(name, bool(seen)) for message_id, name, seen in rows}
