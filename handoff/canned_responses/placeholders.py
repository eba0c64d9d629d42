"""Placeholders of canned responses: `{name}`, `{ticket}`, `{agent}`, `{wait}`, and gaps for the agent to fill in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.messages.names import readable
from handoff.tickets.queue import TicketView
from handoff.tickets.wait_estimate import expected_wait
from handoff.words import duration

NAMES = ("name", "ticket", "agent", "wait")
"""Placeholders with a value: the contact's name, the ticket's number, the agent's first name, the usual wait."""
_PLACE = re.compile(r"\{([^\W\d]\w{0,39})\}")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Values:
    """Values for one ticket; an empty one leaves its placeholder in the text."""

    name: str = ""
    ticket: str = ""
    agent: str = ""
    wait: str = ""

    def fill(self, text: str) -> str:
        """Return the text with each placeholder that has a value replaced by it."""
        values: Mapping[str, str] = {name: getattr(self, name) for name in NAMES}
        return _PLACE.sub(lambda place: values.get(place[1], "") or place[0], text)


def values_for(session: Session, ticket: TicketView, agent_name: str, now: datetime) -> Values:
    """Return the values for a ticket; `agent_name` is empty if contacts do not see names of agents."""
    wait = expected_wait(session, ticket.category, now)
    return Values(
        name=" ".join(readable(ticket.contact_name).split()),
        ticket=str(ticket.id),
        agent=next(iter(readable(agent_name).split()), ""),
        wait=duration(ticket.language, wait.usual) if wait else "",
    )


def placeholders_in(text: str) -> tuple[str, ...]:
    """Return the words in braces, in order and without repetition; those in code are left out."""
    return tuple(dict.fromkeys(_PLACE.findall(_CODE.sub(" ", text))))


def first_unfilled(text: str, gaps: Collection[str]) -> str | None:
    """Return the first placeholder in the text that is one of ours or of `gaps`; None if there is none."""
    known = {*NAMES, *gaps}
    return next((word for word in placeholders_in(text) if word in known), None)
