"""Sentences about the times of an office: when it opens, and by when an answer is due."""

from datetime import date, datetime

from babel.dates import format_date, format_skeleton

from bot.wording import WORDS
from handoff.tickets.promises.office_times import OfficeTimes
from infra.wording import mark

_WEEKDAYS = (
    mark("on Monday"),
    mark("on Tuesday"),
    mark("on Wednesday"),
    mark("on Thursday"),
    mark("on Friday"),
    mark("on Saturday"),
    mark("on Sunday"),
)
_THIS_YEAR = 180
"""Days within which a date without its year is understood."""


def office_sentences(language: str, times: OfficeTimes) -> tuple[str, ...]:
    """Return when the contact can expect an answer, in the office's local time."""
    today = times.now.date()
    due, due_day = _clock(times.due), _day(language, times.due.date(), today)
    if times.opens is None:
        return (WORDS.text(language, "We aim to answer {day}, by {due} at the latest.", day=due_day, due=due),)
    opens, day = _clock(times.opens), _day(language, times.opens.date(), today)
    if times.opens.date() == times.due.date():
        return (
            WORDS.text(
                language, "We aim to answer {day} after {opens}, by {due} at the latest.", day=day, opens=opens, due=due
            ),
        )
    return (
        WORDS.text(language, "We are back {day} after {opens}.", day=day, opens=opens),
        WORDS.text(language, "We aim to answer {day}, by {due} at the latest.", day=due_day, due=due),
    )


def _day(language: str, day: date, today: date) -> str:
    distance = (day - today).days
    if distance == 0:
        return WORDS.text(language, "today")
    if distance == 1:
        return WORDS.text(language, "tomorrow")
    if distance < len(_WEEKDAYS):
        return WORDS.text(language, _WEEKDAYS[day.weekday()])
    if distance < _THIS_YEAR:
        return WORDS.text(language, "on {date}", date=format_skeleton("MMMMd", day, locale=language))
    return WORDS.text(language, "on {date}", date=format_date(day, "long", locale=language))


def _clock(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02d}"
