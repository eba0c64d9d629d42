"""Recording of mentions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.models import Agent, Ticket
from handoff.tickets.mentions.models import Mention
from handoff.tickets.mentions.reading import find_mentions, names_of
from handoff.tickets.pings.service import Pings


class Mentions:
    """Records the colleagues whom notes name, and pings them; works within the caller's unit of work."""

    def __init__(self, pings: Pings) -> None:
        self._pings = pings

    def record(self, session: Session, ticket: Ticket, message_id: int, author_id: int, text: str) -> None:
        """Record whom the note names: each once, and not its author."""
        if "@" not in text:
            return
        people = select(Agent.id, Agent.name).where(Agent.password_hash != "", Agent.disabled_at.is_(None))
        names = names_of((row[0], row[1]) for row in session.execute(people))
        found = dict.fromkeys(agent_id for named, _, _ in find_mentions(text, names) for agent_id in named)
        for agent_id in found:
            if agent_id == author_id:
                continue
            session.add(Mention(message_id=message_id, agent_id=agent_id, contact_id=ticket.contact_id))
            self._pings.report_mentioned(session, ticket, agent_id, message_id)
