"""Time is injected: whoever needs "now" takes a `Clock`, so that tests can be late, early or patient.

The clock of a machine may be set back. Waiting within a process goes by the event loop's time, which never is. A moment in
a row that lies later than one written now could lie is from before that: it counts from now on, or as past.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, always aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
