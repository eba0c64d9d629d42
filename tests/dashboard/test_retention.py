"""Admins set for how long things are kept; what would be deleted at once is counted and confirmed."""

from html import unescape

import httpx
import pytest
from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role, Ticket
from handoff.retention.rules import Retention, read_retention
from tests.office import Browser, Office

PATH = "/desk/settings/retention"


async def solves_old(office: Office) -> int:
    """A question that was closed a year ago."""
    number = await office.asks("Where is my page?")

    def work(session: Session) -> None:
        office.desk.confirm(session, session.get_one(Ticket, number))

    await office.database.write(work)
    office.clock.passes(days=365)
    return number


async def saves(admin: Browser, **form: str) -> httpx.Response:
    return await admin.client.post(PATH, data={"csrf": admin.csrf, **form})


async def kept(office: Office) -> Retention:
    return await office.database.read(read_retention)


async def test_days_are_saved_when_nothing_is_deleted(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        done = await saves(admin, questions=" 180 ", conversations="0")
        assert done.status_code == 303
        page = (await admin.get(done.headers["location"])).text
        assert 'value="180"' in page
        assert "It is saved." in page
        assert await kept(office) == Retention(180, None)
        assert (await saves(admin, questions="", conversations="")).status_code == 303
    assert await kept(office) == Retention()
    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.details) for entry in reversed(entries)] == [
        (AuditAction.RETENTION_CHANGED, {"question_days": 180, "conversation_days": 0}),
        (AuditAction.RETENTION_CHANGED, {"question_days": 0, "conversation_days": 0}),
    ]


async def test_what_is_deleted_is_counted_before_and_confirmed(office: Office) -> None:
    await solves_old(office)
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        asked = await saves(admin, questions="30")
        assert asked.status_code == 200
        assert "Saving this deletes at once: questions: 1, their files: 0" in unescape(asked.text)
        assert 'name="confirmed" value="30/"' in asked.text
        assert await kept(office) == Retention()
        other = await saves(admin, questions="40", confirmed="30/")  # other days than those that were confirmed
        assert "Saving this deletes at once" in other.text
        assert (await saves(admin, questions="30", confirmed="30/")).status_code == 303
    assert await kept(office) == Retention(30)


@pytest.mark.parametrize("typed", ["soon", "6", "3651", "-1", "30.5", "١٢", "9" * 30])
async def test_a_wrong_number_says_why_and_stays(office: Office, typed: str) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        refused = await saves(admin, questions=typed, conversations="30")
    assert refused.status_code == 422
    assert "Write a number of days from 7 to 3650, or leave it empty." in refused.text
    assert f'value="{typed[:20]}"' in refused.text
    assert await kept(office) == Retention()
