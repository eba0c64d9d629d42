"""Webhooks over the REST interface, for admins."""

from typing import get_args

import httpx
import pytest
from sqlalchemy import select

from handoff.api.settings.webhooks import Chosen
from handoff.audit.models import AuditEntry, Origin
from handoff.models import Role
from handoff.webhooks.models import CHOICES
from tests.office import Office

URL = "https://8.8.8.8/hooks"


def client(office: Office, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(office.app),
        base_url="http://desk.test/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    )


def test_the_description_names_the_events_that_there_are() -> None:
    assert get_args(Chosen) == tuple(event.value for event in CHOICES)


async def test_a_program_registers_tests_and_deletes_a_webhook(office: Office) -> None:
    async with client(office, await office.token("crm", Role.ADMIN)) as api:
        made = await api.post("/webhooks", json={"url": URL, "events": ["ticket.opened"]})
        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        shown = (await api.get("/webhooks/1")).json()
        assert shown == {key: value for key, value in made.json().items() if key != "secret"}
        assert (shown["state"], shown["with_texts"]) == ("new", False)
        assert (await api.get("/webhooks")).json() == [shown]
        await office.asks("How?")
        test = await api.post("/webhooks/1/test")
        assert test.status_code == 202
        events = (await api.get("/webhooks/1/events")).json()
        assert [event["event"] for event in events] == ["webhook.test", "ticket.opened"]
        assert events[0] == test.json()
        again = await api.post(f"/webhooks/1/events/{events[1]['id']}/resend")
        assert (again.status_code, again.json()["key"]) == (202, events[1]["key"])
        changed = await api.put("/webhooks/1", json={"events": ["ticket.rated"], "with_texts": True})
        assert (changed.json()["events"], changed.json()["with_texts"]) == (["ticket.rated"], True)
        assert (await api.post("/webhooks/1/pause")).json()["state"] == "paused"
        assert (await api.post("/webhooks/1/test")).status_code == 422
        assert (await api.post("/webhooks/1/resume")).json()["state"] == "new"
        assert (await api.post("/webhooks/1/rotate")).json()["secret"] != made.json()["secret"]
        assert (await api.delete("/webhooks/1")).status_code == 204
        for path in ("/webhooks/1", "/webhooks/1/events"):
            assert (await api.get(path)).status_code == 404
    origins = await office.database.read(
        lambda session: set(session.scalars(select(AuditEntry.origin).where(AuditEntry.action.startswith("webhook"))))
    )
    assert origins == {Origin.API}


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://10.0.0.1/", "events": ["ticket.opened"]},
        {"url": "http://8.8.8.8/", "events": ["ticket.opened"]},
        {"url": URL, "events": []},
        {"url": URL, "events": ["webhook.test"]},
        {"url": URL, "events": ["ticket.opened"], "secret": "mine"},
    ],
)
async def test_what_cannot_be_registered_is_refused(office: Office, body: dict[str, object]) -> None:
    async with client(office, await office.token("crm", Role.ADMIN)) as api:
        answer = await api.post("/webhooks", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
        assert (await api.get("/webhooks")).json() == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD])
async def test_webhooks_are_for_admins(office: Office, role: Role) -> None:
    async with client(office, await office.token("crm", role)) as api:
        assert (await api.get("/webhooks")).status_code == 403
        assert (await api.post("/webhooks", json={"url": URL, "events": ["ticket.opened"]})).status_code == 403
