"""Admins manage access by REST, with the rules of the command line."""

from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.models import Role
from tests.api.test_access import client
from tests.office import PASSWORD, Office


@pytest.fixture
async def admin(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("console", Role.ADMIN)) as opened:
        yield opened


async def test_an_agent_is_added_changed_and_disabled(office: Office, admin: httpx.AsyncClient) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    body = {"email": "Olga@Example.org", "name": "Olga", "role": "agent", "password": PASSWORD}
    added = await admin.post("/agents", json=body)
    assert added.status_code == 201
    olga = added.json()
    assert olga == {
        "id": olga["id"], "email": "olga@example.org", "name": "Olga", "role": "agent", "enabled": True,
        "has_password": True, "created_at": "2026-11-22T12:00:00Z",
    }  # fmt: skip
    path = f"/agents/{olga['id']}"
    assert [agent["name"] for agent in (await admin.get("/agents")).json()] == ["Ada", "Olga"]
    number = await office.asks("Where is my page?")
    async with office.browser() as browser:
        assert (await browser.signs_in("olga@example.org")).status_code == 303
        assert (await browser.sends(f"/desk/tickets/{number}/claim")).status_code == 303
        assert (await admin.put(f"{path}/role", json={"role": "lead"})).json()["role"] == "lead"
        assert (await admin.post(f"{path}/disable")).json()["enabled"] is False
        assert (await browser.get("/desk")).status_code == 303  # to the sign-in page
        refused = await browser.signs_in("olga@example.org")
        assert refused.status_code == 401
        assert "The e-mail or the password is wrong." in refused.text
        assert (await admin.get(f"/tickets/{number}")).json()["assignee"] is None
        assert (await admin.post(f"{path}/enable")).json()["enabled"] is True
        assert (await browser.signs_in("olga@example.org")).status_code == 303
        assert (await admin.post(f"{path}/sign-out")).status_code == 204
        assert (await browser.get("/desk")).status_code == 303
        assert (await admin.put(f"{path}/password", json={"password": "four words of mine"})).status_code == 204
        assert (await browser.signs_in("olga@example.org")).status_code == 401
        assert (await browser.signs_in("olga@example.org", "four words of mine")).status_code == 303
    last = await admin.post(f"/agents/{ada.id}/disable")
    assert (last.status_code, last.json()["error"]["code"]) == (409, "last_admin")
    last = await admin.put(f"/agents/{ada.id}/role", json={"role": "agent"})
    assert (last.status_code, last.json()["error"]["code"]) == (409, "last_admin")
    assert (await admin.post("/agents/999/disable")).json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nonsense"}, "“nonsense” is not an e-mail address."),
        ({"email": "ada@example.org"}, "There is an agent with the address ada@example.org already."),
        ({"password": "short"}, "The password is too short: give at least 12 characters."),
        ({"password": "password1234"}, "The password is easy to guess or known from a breach"),
        ({"password": "olga@example.org"}, "The password is easy to guess or known from a breach"),
    ],
)
async def test_what_cannot_be_added_says_why(
    office: Office, admin: httpx.AsyncClient, change: dict[str, str], sentence: str
) -> None:
    await office.agent("Ada")
    body = {"email": "olga@example.org", "name": "Olga", "password": PASSWORD, **change}
    refused = await admin.post("/agents", json=body)
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].startswith(sentence)


async def test_a_token_is_made_listed_and_revoked(office: Office, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/tokens", json={"name": "crm", "role": "agent"})).json()
    assert made["token"].startswith("fd_")
    listed = (await admin.get("/tokens")).json()
    assert [(token["name"], "token" in token) for token in listed] == [("console", False), ("crm", False)]
    async with client(office, made["token"]) as program:
        assert (await program.get("/tickets")).status_code == 200
        assert (await program.get("/tokens")).status_code == 403
        assert (await admin.delete(f"/tokens/{made['id']}")).status_code == 204
        assert (await program.get("/tickets")).status_code == 401
    assert (await admin.delete(f"/tokens/{made['id']}")).json()["error"]["code"] == "not_found"
    assert (await admin.post("/tokens", json={"name": " "})).status_code == 422
