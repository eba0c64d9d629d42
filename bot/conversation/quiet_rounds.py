"""Rounds in which the bot is quiet: beyond twenty messages in a minute, and for contacts whom an agent treats as spam.

Of one contact twenty messages, presses and commands are answered in a minute; the rest is only stored.
The first message beyond the limit gets a notice. After a minute the bot answers again and asks the contact to repeat
what still matters: what was stored silently is not answered later (docs/decisions/0032). The count is in the contact's
row, so it survives a restart and is the same for every worker.

What a muted contact writes is stored and joins an open ticket; only what concerns their own data is answered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.dialogue import Thread, Utterance
from bot.dialogue.decisions import Decision, JoinTicket, Say
from handoff.messages import buttons
from handoff.messages.values import EventKind, IncomingEvent

LIMIT = 20
MINUTE = timedelta(minutes=1)
_COUNTED = frozenset({EventKind.MESSAGE, EventKind.PRESS})
_ANSWERED = _COUNTED | {EventKind.ALLOWED, EventKind.PUBLIC}
_OWN_DATA = frozenset({"export", "forget"})


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


def is_quiet(known: Row[Any] | None, event: IncomingEvent, said: Utterance, thread: Thread, minute: Minute) -> bool:
    """Return whether the event is not answered; `known` is the contact's row, None for a new contact."""
    flood = event.kind in _COUNTED and event.place is None and minute.quiet
    return flood or is_muted(known, event, said, thread)


def is_muted(known: Row[Any] | None, event: IncomingEvent, said: Utterance, thread: Thread) -> bool:
    """Return whether the event is not answered because an agent muted the contact."""
    if known is None or known.muted_at is None or event.kind not in _ANSWERED:
        return False
    pressed = thread.pressed.payload if thread.pressed is not None else None
    return said.command not in _OWN_DATA and not isinstance(pressed, buttons.Forget | buttons.Keep)


def decide_quietly(thread: Thread, event: IncomingEvent, minute: Minute) -> list[Decision]:
    """Decide for an event that is not answered: it still joins an open ticket."""
    ticket = thread.ticket
    decisions: list[Decision] = []
    if ticket is not None and event.kind is EventKind.MESSAGE:
        decisions.append(JoinTicket(ticket.number, acknowledge=False))
    if minute.begins and ticket is not None:
        decisions.append(
            Say(
                "That is more than I can answer in a minute. A person will read it all with question #{number}, "
                "and I will answer again in a minute.",
                values={"number": ticket.number},
            )
        )
    elif minute.begins:
        decisions.append(
            Say(
                "That is more than I can answer in a minute. I have kept it all and will answer again in a minute: "
                "please repeat then what is still open."
            )
        )
    return decisions


def _lasts(minute: Minute, now: datetime) -> bool:
    return minute.since is not None and timedelta() <= now - minute.since < MINUTE
