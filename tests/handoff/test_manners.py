"""When the bot says nothing in public."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from handoff.tickets.public_policy import PublicPolicy


@pytest.mark.parametrize(
    ("begin", "end", "at", "silent"),
    [
        (time(23), time(8), time(22, 59), False),
        (time(23), time(8), time(23), True),
        (time(23), time(8), time(3), True),
        (time(23), time(8), time(8), False),
        (time(13), time(14), time(13, 30), True),
        (time(13), time(14), time(14), False),
        (time(13), time(14), time(1), False),
    ],
)
def test_the_quiet_hours_may_span_midnight(begin: time, end: time, at: time, silent: bool) -> None:
    assert PublicPolicy(20, (begin, end)).silent_at(datetime.combine(datetime(2026, 3, 1), at, UTC)) is silent  # noqa: DTZ001 - only its date


def test_the_quiet_hours_go_by_the_clock_of_their_zone() -> None:
    manners = PublicPolicy(20, (time(23), time(8)), ZoneInfo("Europe/Moscow"))
    assert manners.silent_at(datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    assert not manners.silent_at(datetime(2026, 3, 1, 5, 30, tzinfo=UTC))


def test_without_quiet_hours_it_is_never_too_late() -> None:
    assert not PublicPolicy(20).silent_at(datetime(2026, 3, 1, 3, tzinfo=UTC))
