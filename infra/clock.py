"""Time is injected: whoever needs "now" takes a `Clock`, so that tests can be late, early or patient."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, always aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
