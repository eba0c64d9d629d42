"""Limit how many messages, presses and commands of one contact are answered in a minute; the rest is only stored.

The first message beyond the limit gets a notice. After a minute the bot answers again and asks the contact to repeat
what still matters: what was stored silently is not answered later (docs/decisions/0032). The count is in the contact's
row, so it survives a restart and is the same for every worker.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.dialogue import Thread
from bot.dialogue.decisions import Decision, JoinTicket, Say
from handoff.messages.values import EventKind, IncomingEvent

LIMIT = 20
MINUTE = timedelta(minutes=1)
_COUNTED = frozenset({EventKind.MESSAGE, EventKind.PRESS})


@dataclass(frozen=True, slots=True)
class Minute:
    """Activity of one contact in the current minute, which begins with the first event after the previous one."""

    since: datetime | None = None
    """By our clock."""
    written: datetime | None = None
    """The platform's time of its first message: after an outage what was written over hours comes at once."""
    count: int = 0
    begins: bool = False
    """Whether it went over the limit just now."""

    @property
    def quiet(self) -> bool:
        """Nothing is answered."""
        return self.count > LIMIT


def minute_of(known: Row[Any] | None, event: IncomingEvent, number: int, now: datetime) -> Minute:
    """Count `number` further messages, joined into `event`, in the contact's minute."""
    before = Minute(known.flood_since, known.flood_written, known.flood_count) if known is not None else Minute()
    if event.kind not in _COUNTED or event.place is not None:
        return Minute(before.since, before.written, before.count if _lasts(before, now) else 0)
    written = event.at if event.kind is EventKind.MESSAGE else None
    apart = written is not None and before.written is not None and abs(written - before.written) >= MINUTE
    if apart or not _lasts(before, now):
        return Minute(now, written, number, number > LIMIT)
    count = before.count + number
    return Minute(before.since, before.written or written, count, before.count <= LIMIT < count)


def is_counted(event: IncomingEvent) -> bool:
    return event.kind in _COUNTED and event.place is None


def decide_quietly(thread: Thread, event: IncomingEvent, minute: Minute) -> list[Decision]:
    """Decide for an event beyond the limit: it still joins an open ticket."""
    ticket = thread.ticket
    decisions: list[Decision] = []
    if ticket is not None and event.kind is EventKind.MESSAGE:
        decisions.append(JoinTicket(ticket.number, acknowledge=False))
    if minute.begins and ticket is not None:
        decisions.append(
            Say(
                "That is more in a minute than I can answer. A person will read it all with question №{number}, "
                "and I answer again in a minute.",
                values={"number": ticket.number},
            )
        )
    elif minute.begins:
        decisions.append(
            Say(
                "That is more in a minute than I can answer. I have kept it all and answer again in a minute: "
                "please ask once more then what is still open."
            )
        )
    return decisions


def _lasts(minute: Minute, now: datetime) -> bool:
    return minute.since is not None and timedelta() <= now - minute.since < MINUTE
