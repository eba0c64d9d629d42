"""Injected time: code that needs "now" takes a `Clock`, which tests can set and advance.

A machine's clock may be set back. Waiting within a process uses the event loop's time, which never goes back. A stored
moment that lies further in the future than the program could have written it predates such a change: it counts from now
on, or as past.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Return the present moment, always aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
