"""Times for a contact where office hours are set: when the office opens, and when an answer is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handoff.tickets.promises.office_hours import OfficeHours

_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OfficeTimes:
    """Local moments of the office."""

    now: datetime
    opens: datetime | None
    """When the office opens next; None while it is open."""
    due: datetime
    """When the answer is due, rounded up to five minutes."""


def office_times(
    hours: OfficeHours | None, now: datetime, due: datetime, usual: timedelta | None
) -> OfficeTimes | None:
    """Return the times for a question; None where a length of time says as much.

    That is so around the clock, and while the office stays open until the answer: for the `usual` wait if it is known,
    else until it is due.
    """
    if hours is None:
        return None
    opens = hours.opening(now)
    if opens <= now and (due if usual is None else now + usual) <= hours.closing(now):
        return None
    late = (due - datetime.min.replace(tzinfo=due.tzinfo)) % _STEP
    rounded = due + (_STEP - late if late else timedelta())
    here = hours.zone
    return OfficeTimes(now.astimezone(here), opens.astimezone(here) if opens > now else None, rounded.astimezone(here))
