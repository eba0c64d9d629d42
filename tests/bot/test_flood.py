"""The minute of the flood rule, on plain values: what counts, when it restarts, and that the count is stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bot.conversation.quiet_rounds import LIMIT, Minute, minute_of
from handoff.messages.values import Address, EventKind, IncomingEvent, PublicPlace

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WRITTEN = IncomingEvent(EventKind.MESSAGE, Address("vk:main", "5"), NOW, text="hello")
PRESSED = replace(WRITTEN, kind=EventKind.PRESS, text="")


def row(minute: Minute) -> Any:  # noqa: ANN401 - a row of the database
    """The contact as another worker, or this one after a restart, would read it."""
    return SimpleNamespace(flood_since=minute.since, flood_written=minute.written, flood_count=minute.count)


def after(events: list[IncomingEvent], step: timedelta = SECOND) -> Minute:
    minute, now = Minute(), NOW
    for event in events:
        minute = minute_of(row(minute), event, 1, now)
        now += step
    return minute


def test_the_limit_is_passed_once() -> None:
    for event in (WRITTEN, PRESSED):
        assert not after([event] * LIMIT).quiet
        over = after([event] * (LIMIT + 1))
        assert (over.quiet, over.begins) == (True, True)
        more = after([event] * (LIMIT + 2))
        assert (more.quiet, more.begins) == (True, False)


def test_messages_of_one_burst_count_each() -> None:
    full = after([WRITTEN] * (LIMIT - 2))
    joined = minute_of(row(full), WRITTEN, 3, NOW + 30 * SECOND)
    assert (joined.quiet, joined.begins, joined.count) == (True, True, LIMIT + 1)
    assert minute_of(None, WRITTEN, LIMIT + 1, NOW).quiet


def test_after_the_minute_it_begins_anew() -> None:
    over = after([WRITTEN] * (LIMIT + 5))
    assert over.since is not None
    assert minute_of(row(over), WRITTEN, 1, over.since + 59 * SECOND).quiet
    again = minute_of(row(over), WRITTEN, 1, over.since + 60 * SECOND)
    assert (again.quiet, again.count, again.since) == (False, 1, over.since + 60 * SECOND)
    # A clock that was set back must not silence a contact for longer.
    assert not minute_of(row(over), WRITTEN, 1, over.since - SECOND).quiet


def test_what_was_written_over_hours_and_comes_at_once_is_no_flood() -> None:
    backlog = [replace(WRITTEN, at=NOW - timedelta(hours=5) + n * timedelta(minutes=2)) for n in range(3 * LIMIT)]
    assert not after(backlog, timedelta(milliseconds=10)).quiet


def test_what_is_no_message_to_us_does_not_count() -> None:
    public = replace(WRITTEN, place=PublicPlace("1", "2"))
    others = [replace(WRITTEN, kind=kind) for kind in EventKind if kind not in {EventKind.MESSAGE, EventKind.PRESS}]
    assert after([public] * 50).count == 0
    assert after([*others, WRITTEN] * LIMIT, SECOND / 10).count == LIMIT
