"""Presence at tickets: which agents look at one, and which of them type a reply. Kept in memory, shared over the bus.

A page reports every few seconds; an agent who is not reported any more is forgotten. Nothing depends on it, so a lost
hint only delays what colleagues see. Without Redis each process knows its own pages alone.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from infra.clock import Clock

TOPIC = "presence"
STAYS = timedelta(seconds=35)
"""How long an agent counts as present after a report; pages report every 15 seconds."""
TYPES = timedelta(seconds=8)
"""How long an agent counts as typing after a report."""


class Doing(StrEnum):
    """What a page reports of its agent."""

    LOOKS = "looks"
    TYPES = "types"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Present:
    """An agent at a ticket."""

    agent_id: int
    name: str
    is_typing: bool = False
    """A reply, not a note."""
    picture: str = ""
    """Key of their picture; empty for initials."""


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    picture: str
    until: datetime
    typing_until: datetime | None = None


def report(ticket_id: int, agent_id: int, name: str, doing: Doing, picture: str | None = None) -> str:
    """Return the note of a report for the bus."""
    return f"{ticket_id} {agent_id} {doing} {picture or '-'} {name}"


class Presence:
    """Agents at tickets, as reported lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[int, dict[int, _Seen]] = {}

    def hear(self, note: str) -> int | None:
        """Take a report of a page; return the ticket if what its pages show has changed."""
        ticket, agent, doing, picture, name = (*note.split(" ", 4), "", "", "", "")[:5]
        if not (ticket.isdecimal() and agent.isdecimal() and doing in set(Doing)):
            return None
        ticket_id, agent_id, now = int(ticket), int(agent), self._clock()
        before = self.at(ticket_id)
        here = self._seen.setdefault(ticket_id, {})
        if doing == Doing.LEFT:
            here.pop(agent_id, None)
        else:
            known = here.get(agent_id) or _Seen(name, picture.strip("-"), now)
            typing = now + TYPES if doing == Doing.TYPES else known.typing_until
            here[agent_id] = replace(known, until=now + STAYS, typing_until=typing)
        return ticket_id if self.at(ticket_id) != before else None

    def expire(self) -> set[int]:
        """Forget what is over; return the tickets whose pages show something else now."""
        now, changed = self._clock(), set[int]()
        for ticket_id, here in list(self._seen.items()):
            for agent_id, seen in list(here.items()):
                if seen.until <= now:
                    del here[agent_id]
                elif seen.typing_until is not None and seen.typing_until <= now:
                    here[agent_id] = replace(seen, typing_until=None)
                else:
                    continue
                changed.add(ticket_id)
            if not here:
                del self._seen[ticket_id]
        return changed

    def at(self, ticket_id: int, besides: int | None = None) -> tuple[Present, ...]:
        """Return the agents at a ticket, by name, without the agent `besides`."""
        now = self._clock()
        here = [
            Present(
                agent_id,
                seen.name,
                is_typing=seen.typing_until is not None and seen.typing_until > now,
                picture=seen.picture,
            )
            for agent_id, seen in self._seen.get(ticket_id, {}).items()
            if agent_id != besides and seen.until > now
        ]
        return tuple(sorted(here, key=lambda one: (one.name, one.agent_id)))
