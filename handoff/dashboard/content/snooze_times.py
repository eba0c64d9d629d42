"""Times until which a question may be snoozed, in the agent's own time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request

from handoff.errors import BadTimeError

ZONE = "frontdesk_zone"
"""Cookie with the name of the browser's time zone, which a script sets; without it times are in UTC."""
_MORNING, _AFTERNOON = time(9), time(14)
_MONDAY = 0


class SnoozeOffer(StrEnum):
    """A choice of the menu."""

    HOUR = "hour"
    AFTERNOON = "afternoon"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    REPLY = "reply"
    """Until the contact writes."""
    CHOSEN = "chosen"
    """The date and time beside it."""


@dataclass(frozen=True, slots=True)
class SnoozeTimes:
    """What the menu offers."""

    offers: tuple[tuple[SnoozeOffer, str], ...]
    """Each with its time of day."""
    zoned: bool
    """The agent's time zone is known."""


def zone_of(request: Request) -> tzinfo | None:
    """Return the time zone of the agent's browser; None if it did not say."""
    name = request.cookies.get(ZONE, "")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that is none, or that is a folder
        return None


def offer_times(now: datetime, zone: tzinfo | None) -> SnoozeTimes:
    """Return the offers of the menu; an afternoon that has begun and a Monday that is tomorrow are left out."""
    here = now.astimezone(zone or UTC)
    offers = [SnoozeOffer.HOUR, SnoozeOffer.TOMORROW]
    if here.time() < _AFTERNOON:
        offers.insert(1, SnoozeOffer.AFTERNOON)
    if (here + timedelta(days=1)).weekday() != _MONDAY:
        offers.append(SnoozeOffer.MONDAY)
    mark_zone = "" if zone else " UTC"
    return SnoozeTimes(
        tuple((offer, f"{_moment(offer, here):%H:%M}{mark_zone}") for offer in offers), zoned=zone is not None
    )


def read_time(until: str, at: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """Read a choice of the menu; None for "until the contact writes". `at` is a local date and time, as of the form.

    Raises:
        BadTimeError: the choice is none, or the date and time cannot be read.
    """
    here = now.astimezone(zone or UTC)
    try:
        offer = SnoozeOffer(until)
        if offer is SnoozeOffer.REPLY:
            return None
        if offer is SnoozeOffer.CHOSEN:
            return datetime.fromisoformat(at.strip()).replace(tzinfo=here.tzinfo).astimezone(UTC)
        return _moment(offer, here).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadTimeError("give a date and a time") from None


def _moment(offer: SnoozeOffer, here: datetime) -> datetime:
    """Return the moment of an offer in the time zone of `here`."""
    if offer is SnoozeOffer.HOUR:
        return (here.astimezone(UTC) + timedelta(hours=1)).astimezone(here.tzinfo)
    days = {SnoozeOffer.TOMORROW: 1, SnoozeOffer.MONDAY: 7 - here.weekday()}.get(offer, 0)
    return datetime.combine(here.date() + timedelta(days=days), _MORNING if days else _AFTERNOON, tzinfo=here.tzinfo)
