from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from tests.api.test_access import client
from tests.office import Office

FORM = {
    "fields": [
        {"name": "page", "label": {"en": "Your page?"}, "type": "link"},
        {"name": "what", "label": {"en": "What?"}, "type": "choice", "required": False, "choices": {"en": ["a", "b"]}},
    ]
}


@pytest.fixture
async def admin(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("program", Role.ADMIN)) as opened:
        yield opened


async def test_a_form_is_replaced_and_left_to_the_files_again(office: Office, admin: httpx.AsyncClient) -> None:
    before = (await admin.get("/categories")).json()["items"]
    key = before[0]["key"]
    assert (before[0]["form"], before[0]["form_edited"]) == ([], False)
    changed = await admin.put(f"/categories/{key}/form", json=FORM)
    assert changed.status_code == 200
    shown = changed.json()
    assert shown == (await admin.get("/categories")).json()["items"][0]
    assert [one["name"] for one in shown["form"]] == ["page", "what"]
    assert shown["form"][1] == FORM["fields"][1]
    assert shown["form_edited"]
    released = await admin.delete(f"/categories/{key}/form/edit")
    assert (released.status_code, released.json()["form_edited"]) == (200, False)
    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    done = [(entry.action, entry.subject.key, entry.details) for entry in reversed(entries)][-2:]
    assert done == [(AuditAction.FORM_CHANGED, key, {"fields": 2}), (AuditAction.FORM_RELEASED, key, {})]


async def test_each_fault_of_a_form_is_told(admin: httpx.AsyncClient) -> None:
    key = (await admin.get("/categories")).json()["items"][0]["key"]
    twice = {"fields": [{"name": "a", "label": {"en": " "}}, {"name": "a", "label": {"en": "A"}, "type": "choice"}]}
    bad = await admin.put(f"/categories/{key}/form", json=twice)
    assert bad.status_code == 422
    assert len(bad.json()["error"]["details"]) == 3
    assert (await admin.put("/categories/none/form", json=FORM)).status_code == 404
    assert (await admin.delete("/categories/none/form/edit")).status_code == 404
    assert (await admin.get("/categories")).json()["items"][0]["form"] == []
