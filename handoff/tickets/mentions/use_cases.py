"""Recording of mentions, and the hook for informing the mentioned agents."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Agent, Ticket
from handoff.tickets.mentions.models import Mention
from handoff.tickets.mentions.reading import find_mentions, names_of


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An agent was named in a note."""

    ticket_id: int
    message_id: int
    agent_id: int
    author_id: int


Follower = Callable[[Session, Mentioned], None]


class Mentions:
    """Records the colleagues whom notes name; works within the caller's unit of work."""

    def __init__(self) -> None:
        self._follower: Follower = lambda *_: None

    def follow(self, follower: Follower) -> None:
        """Notify `follower` of each mention, within the unit of work that writes the note."""
        self._follower = follower

    def record(self, session: Session, ticket: Ticket, message_id: int, author_id: int, text: str) -> None:
        """Record whom the note names: each once, and not its author."""
        if "@" not in text:
            return
        people = select(Agent.id, Agent.name).where(Agent.password_hash != "", Agent.disabled_at.is_(None))
        names = names_of((row[0], row[1]) for row in session.execute(people))
        found = dict.fromkeys(agent_id for agent_id, _, _ in find_mentions(text, names))
        for agent_id in found:
            if agent_id == author_id:
                continue
            session.add(Mention(message_id=message_id, agent_id=agent_id, contact_id=ticket.contact_id))
            self._follower(session, Mentioned(ticket.id, message_id, agent_id, author_id))
