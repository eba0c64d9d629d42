"""The audit log: a page with filters, and the same entries as CSV."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, EntryView, LogFilter
from handoff.audit.models import AuditAction
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.settings.audit_words import ACTIONS, Names, as_csv, row
from handoff.dashboard.settings.settings_frame import settings_page
from infra.storage.columns import LARGEST_ID

PAGE = 50
MOST_IN_FILE = 50_000
_COMMAND = "command"
_FIELDS = ("agent", "action", "from", "to")


def audit_routes(frame: Frame) -> APIRouter:
    """Register the page and its file."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    database, log = frame.parts.database.for_pages(), AuditLog(frame.parts.clock)

    @router.get("/desk/settings/audit")
    async def audit_page(request: Request) -> Response:
        wanted, words = _filter(request), frame.words(request)
        found = await database.read(lambda session: log.entries(session, wanted, PAGE + 1))
        names = await database.read(lambda session: _names(frame, session))
        given = {name: request.query_params.get(name, "") for name in _FIELDS}
        query = urlencode({name: value for name, value in given.items() if value})
        return await settings_page(
            frame,
            request,
            "audit",
            rows=[row(entry, names, words) for entry in found[:PAGE]],
            older=found[PAGE - 1].id if len(found) > PAGE else None,
            given=given,
            query=query,
            agents=sorted(names.agents.items(), key=lambda agent: agent[1].casefold()),
            actions=ACTIONS,
        )

    @router.get("/desk/settings/audit.csv")
    async def audit_file(request: Request) -> Response:
        wanted = replace(_filter(request), before=None)

        def work(session: Session) -> tuple[tuple[EntryView, ...], Names]:
            return log.entries(session, wanted, MOST_IN_FILE), _names(frame, session)

        found, names = await database.read(work)
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
        return Response(as_csv(found, names), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _names(frame: Frame, session: Session) -> Names:
    agents = {agent.id: agent.name for agent in frame.parts.staff.agents(session)}
    return Names(agents, frame.parts.team.token_names(session))


def _filter(request: Request) -> LogFilter:
    """Read the filter from the address; values that no form of ours sends filter nothing."""
    given = request.query_params
    agent, action = given.get("agent", ""), given.get("action", "")
    since, until = _day(given.get("from", "")), _day(given.get("to", ""))
    return LogFilter(
        agent_id=_number(agent),
        by_command=agent == _COMMAND,
        action=AuditAction(action) if action in set(AuditAction) else None,
        since=since,
        until=until + timedelta(days=1) if until else None,
        before=_number(given.get("before", "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID else None


def _day(text: str) -> datetime | None:
    """Return the start of a day in UTC, of the years that a form can send."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if 1970 <= day.year < 9999 else None
