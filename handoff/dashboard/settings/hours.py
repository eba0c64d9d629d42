"""Office hours by weekday, their time zone, and days off."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.settings_frame import DONE, actor, settings_page
from handoff.tickets.promises.calendar import (
    LONGEST_NAME,
    is_zone,
    parse_day,
    read_calendar,
    remove_holiday,
    save_holiday,
    save_hours,
)
from handoff.tickets.promises.office_hours import Interval, PastMidnightError, parse_intervals
from infra.wording import mark

log = logging.getLogger(__name__)

SECTION = "hours"
PATH = "/desk/settings/hours"
WEEKDAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
_SAID = {"hours": mark("The office hours are saved."), "holidays": mark("The days off are saved.")}
_NOTHING = MappingProxyType[str, str]({})
_LONGEST = 100


def hours_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, clock, audit = frame.parts.database, frame.parts.clock, AuditLog(frame.parts.clock)

    async def page(request: Request, problem: str = "", typed: Mapping[str, str] = _NOTHING) -> Response:
        """Render the page; `typed` is a form that was refused."""
        calendar, words = await database.read(read_calendar), frame.words(request)
        said = _SAID.get(request.query_params.get(DONE, ""), "") if not problem else ""
        return await settings_page(
            frame,
            request,
            SECTION,
            status=422 if problem else 200,
            zones=sorted(available_timezones()),
            zone=typed.get("zone", calendar.zone),
            days=[(name, typed.get(f"day-{n}", calendar.week[n])) for n, name in enumerate(WEEKDAYS)],
            holidays=[one for one in calendar.holidays if one[0] >= clock().date() - timedelta(days=1)],
            day=typed.get("day", ""),
            name=typed.get("name", ""),
            problem=problem,
            said=words.t(said) if said else "",
        )

    @router.get(PATH)
    async def hours(request: Request) -> Response:
        return await page(request)

    @router.post(PATH)
    async def save(request: Request) -> Response:
        form, words, by = await request.form(), frame.words(request), actor(frame, request)
        zone, texts = _text(form, "zone"), [_text(form, f"day-{n}") for n in range(7)]
        typed = {"zone": zone} | {f"day-{n}": text for n, text in enumerate(texts)}
        if not is_zone(zone):
            return await page(request, words.t("Choose a time zone from the list, for example Europe/Moscow."), typed)
        week: list[tuple[Interval, ...]] = []
        for name, text in zip(WEEKDAYS, texts, strict=True):
            try:
                week.append(parse_intervals(text))
            except PastMidnightError:
                sentence = words.t(
                    "{day}: hours end by 24:00; write those after midnight on the next day.", day=words.t(name)
                )
                return await page(request, sentence, typed)
            except ValueError:
                sentence = words.t("{day}: write the hours as 9:00–13:00, 14:00–18:00.", day=words.t(name))
                return await page(request, sentence, typed)
        minutes = sum(closes - opens for day in week for opens, closes in day)

        def work(session: Session) -> None:
            save_hours(session, zone, week)
            subject = Subject(Concern.OFFICE, "hours")
            audit.record(session, by, AuditAction.HOURS_CHANGED, subject, zone=zone, open_minutes=minutes)

        await database.write(work)
        log.info("the office hours were changed by agent %s", by.agent_id)
        return RedirectResponse(f"{PATH}?{DONE}=hours", 303)

    @router.post(f"{PATH}/holidays")
    async def add_holiday(
        request: Request, day: Annotated[str, Form()] = "", name: Annotated[str, Form()] = ""
    ) -> Response:
        words, by, parsed, named = frame.words(request), actor(frame, request), parse_day(day.strip()), name.strip()
        if parsed is None or not named or len(named) > LONGEST_NAME:
            sentence = words.t("Choose a date, and a name of at most {n} characters.", n=LONGEST_NAME)
            return await page(request, sentence, {"day": day[:_LONGEST], "name": named})

        def work(session: Session) -> None:
            save_holiday(session, parsed, named)
            audit.record(session, by, AuditAction.HOLIDAY_SAVED, Subject(Concern.OFFICE, parsed.isoformat()))

        await database.write(work)
        return RedirectResponse(f"{PATH}?{DONE}=holidays#days-off", 303)

    @router.post(f"{PATH}/holidays/remove")
    async def drop_holiday(request: Request, day: Annotated[str, Form()] = "") -> Response:
        by, parsed = actor(frame, request), parse_day(day)

        def work(session: Session) -> None:
            if parsed is not None and remove_holiday(session, parsed):
                subject = Subject(Concern.OFFICE, parsed.isoformat())
                audit.record(session, by, AuditAction.HOLIDAY_REMOVED, subject)

        await database.write(work)
        return RedirectResponse(f"{PATH}?{DONE}=holidays#days-off", 303)

    return router


def _text(form: Any, name: str) -> str:  # noqa: ANN401 - a form's values are texts or files
    value = form.get(name, "")
    return value.strip()[:_LONGEST] if isinstance(value, str) else ""
