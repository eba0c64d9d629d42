"""Access control: every operation with every role, by the application's own description."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from handoff.models import Role
from tests.office import Office

READS_AND_TICKETS = {
    "GET /contacts/{contact_id}/linked",
    "POST /contacts/{contact_id}/write",
    "GET /tickets",
    "GET /tickets/{ticket_id}",
    "POST /tickets/{ticket_id}/claim",
    "POST /tickets/{ticket_id}/release",
    "POST /tickets/{ticket_id}/transfer",
    "POST /tickets/{ticket_id}/resolve",
    "POST /tickets/{ticket_id}/reopen",
    "POST /tickets/{ticket_id}/ask",
    "POST /tickets/{ticket_id}/reply",
    "POST /tickets/{ticket_id}/reply-with-files",
    "POST /tickets/{ticket_id}/note",
    "POST /tickets/{ticket_id}/snooze",
    "POST /tickets/{ticket_id}/tags",
    "PATCH /tickets/{ticket_id}",
    "POST /tickets/{ticket_id}/wake",
    "POST /messages/{message_id}/correct",
    "POST /messages/{message_id}/delete",
    "POST /deliveries/{delivery_id}/retry",
    "POST /deliveries/{delivery_id}/settle",
    "GET /files/{file_id}",
    "GET /categories",
    "GET /entries",
    "GET /entries/{entry_id}",
    "GET /match",
}
WRITES = {"POST /entries", "POST /entries/import", "PUT /entries/{entry_id}", "DELETE /entries/{entry_id}"}
LEADS = READS_AND_TICKETS | WRITES | {"POST /tickets/{ticket_id}/assign", "GET /contacts/{contact_id}/export"}
ACCESS = {
    "GET /retention",
    "PUT /retention",
    "PUT /categories/{key}/form",
    "DELETE /categories/{key}/form/edit",
    "GET /agents",
    "POST /agents",
    "GET /agents/{agent_id}",
    "POST /agents/{agent_id}/disable",
    "POST /agents/{agent_id}/enable",
    "PUT /agents/{agent_id}/role",
    "PUT /agents/{agent_id}/password",
    "POST /agents/{agent_id}/sign-out",
    "GET /invitations",
    "POST /invitations",
    "POST /invitations/{agent_id}",
    "DELETE /invitations/{agent_id}",
    "GET /tokens",
    "POST /tokens",
    "DELETE /tokens/{token_id}",
    "GET /wording",
    "GET /wording/{key}",
    "PUT /wording/{key}/{language}",
    "DELETE /wording/{key}/{language}",
    "GET /webhooks",
    "POST /webhooks",
    "GET /webhooks/{webhook_id}",
    "PUT /webhooks/{webhook_id}",
    "DELETE /webhooks/{webhook_id}",
    "POST /webhooks/{webhook_id}/pause",
    "POST /webhooks/{webhook_id}/resume",
    "POST /webhooks/{webhook_id}/rotate",
    "POST /webhooks/{webhook_id}/test",
    "GET /webhooks/{webhook_id}/events",
    "POST /webhooks/{webhook_id}/events/{event_id}/resend",
}
EVERYTHING = LEADS | ACCESS | {"DELETE /contacts/{contact_id}"}
ALLOWED = {Role.AGENT: READS_AND_TICKETS, Role.LEAD: LEADS, Role.ADMIN: EVERYTHING}


def operations(description: dict[str, Any]) -> Iterator[str]:
    for path, methods in description["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path}"


@asynccontextmanager
async def client(office: Office, token: str = "") -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/v1", headers=headers) as opened:
        yield opened


async def described(office: Office) -> dict[str, Any]:
    async with client(office) as stranger:
        description: dict[str, Any] = (await stranger.get("/openapi.json")).json()
        return description


async def call(opened: httpx.AsyncClient, operation: str) -> int:
    method, path = operation.split()
    path = path.format_map(defaultdict(lambda: "99", key="none", language="en"))
    return (await opened.request(method, path)).status_code


async def test_the_table_names_every_operation(office: Office) -> None:
    assert set(operations(await described(office))) == EVERYTHING


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_do_what_the_table_says_and_nothing_else(office: Office, role: Role) -> None:
    token = await office.token(f"a {role}", role)
    async with client(office, token) as opened:
        for operation in EVERYTHING:
            status = await call(opened, operation)
            assert (status != 403) == (operation in ALLOWED[role]), operation
            assert status != 401, operation


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", "Basic eDp5", "Bearer fd_" + "x" * 5000])
async def test_nobody_without_a_known_token(office: Office, header: str | None) -> None:
    async with client(office) as opened:
        if header:
            opened.headers["Authorization"] = header
        for operation in EVERYTHING:
            method, path = operation.split()
            answer = await opened.request(method, path.format_map(defaultdict(lambda: "1")))
            assert answer.status_code == 401, operation
            assert answer.json()["error"]["code"] == "unauthorized"
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_cookie_of_the_desk_opens_nothing_here(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        assert (await browser.get("/api/v1/tickets")).status_code == 401


async def test_the_description_needs_no_other_site(office: Office) -> None:
    async with client(office) as stranger:
        page = await stranger.get("/docs")
    assert "openapi.json" in page.text
    assert "http" not in page.text.replace("http-equiv", "")
    assert (await described(office))["openapi"].startswith("3.1")


async def test_every_refusal_has_one_form(office: Office) -> None:
    token = await office.token("crm", Role.LEAD)
    async with client(office, token) as opened:
        answers = [
            await opened.get("/nothing"),
            await opened.put("/tickets"),
            await opened.get("/tickets/0"),
            await opened.get(f"/tickets/{2**63}"),
            await opened.get("/tickets?page=x"),
            await opened.post("/entries", content=b"{not json", headers={"Content-Type": "application/json"}),
            await opened.post("/entries", json={"lang": "en", "question": "?", "colour": "red"}),
        ]
    assert [answer.status_code for answer in answers] == [404, 405, 422, 422, 422, 422, 422]
    for answer in answers:
        error = answer.json()["error"]
        assert set(error) <= {"code", "message", "details"}
        assert error["code"]
        assert error["message"]
    assert "colour" in answers[-1].json()["error"]["message"]
