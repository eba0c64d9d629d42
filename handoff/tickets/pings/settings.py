"""What each agent wants to be pinged about, where, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.tickets.pings.models import PingKind, PingSettings
from handoff.tickets.promises.calendar import is_zone


@dataclass(frozen=True, slots=True)
class PingChoice:
    """An agent's choice."""

    opened: bool = False
    """New questions."""
    assigned: bool = True
    """Questions that somebody else, or the rule of assignment, gives to the agent, and notes that mention them."""
    overdue: bool = True
    """Overdue answers: of the agent's own questions, and of those that no agent has."""
    sound: bool = True
    """At the desk: a sound, and a mark in the title."""
    browser: bool = False
    """A notification of the browser while a page of the desk is open."""
    messenger: bool = True
    """A message to each linked account."""
    quiet_from: int | None = None
    quiet_until: int | None = None
    zone: str = ""

    def wants(self, kind: PingKind, now: datetime) -> bool:
        """Return whether the agent is pinged about this at this moment."""
        wanted = {
            PingKind.OPENED: self.opened,
            PingKind.ASSIGNED: self.assigned,
            PingKind.MENTIONED: self.assigned,
            PingKind.OVERDUE: self.overdue,
        }
        return wanted[kind] and not self.is_quiet(now)

    def is_quiet(self, now: datetime) -> bool:
        """Return whether the agent's quiet hours are on; they may extend over midnight."""
        if self.quiet_from is None or self.quiet_until is None or not is_zone(self.zone):
            return False
        local = now.astimezone(ZoneInfo(self.zone))
        minute = 60 * local.hour + local.minute
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= minute < self.quiet_until
        return minute >= self.quiet_from or minute < self.quiet_until


_NAMES = tuple(field.name for field in fields(PingChoice))


def choice_of(session: Session, agent_id: int) -> PingChoice:
    """Return the agent's choice."""
    return _choice(session.get(PingSettings, agent_id))


def choices(session: Session) -> Mapping[int, PingChoice]:
    """Return the choices of all agents who made one, by agent."""
    return {row.agent_id: _choice(row) for row in session.scalars(select(PingSettings))}


def save_choice(session: Session, agent_id: int, choice: PingChoice) -> None:
    """Replace the agent's choice."""
    session.merge(PingSettings(agent_id=agent_id, **{name: getattr(choice, name) for name in _NAMES}))


def _choice(row: PingSettings | None) -> PingChoice:
    return PingChoice(**{name: getattr(row, name) for name in _NAMES}) if row is not None else PingChoice()
