"""Admins invite agents by REST, with the rules of the desk's page."""

from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction, Origin
from handoff.models import Role
from handoff.people.invitations import VALID
from tests.api.test_access import client
from tests.office import Office, field

OLGA = {"email": "Olga@Example.org", "name": "Olga", "role": "lead"}
NEW = "plum orbit canyon velvet"


@pytest.fixture
async def admin(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("console", Role.ADMIN)) as opened:
        yield opened


async def actions(office: Office) -> list[AuditAction]:
    log = AuditLog(office.clock)
    found = await office.database.read(lambda session: log.entries(session, LogFilter(), 20))
    assert {entry.actor.origin for entry in found if entry.subject.concern == "agent"} <= {Origin.API, Origin.DESK}
    return [entry.action for entry in reversed(found) if entry.subject.concern == "agent"]


async def test_an_invited_agent_sets_a_password_and_signs_in(office: Office, admin: httpx.AsyncClient) -> None:
    made = await admin.post("/invitations", json=OLGA)
    assert made.status_code == 201
    invitation = made.json()
    link = invitation.pop("link")
    assert link.startswith("http://desk.test/desk/invitation/")
    assert invitation == {
        "agent_id": invitation["agent_id"], "email": "olga@example.org", "name": "Olga", "role": "lead",
        "has_password": False, "expires_at": (office.clock() + VALID).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert (await admin.get("/invitations")).json() == [invitation]  # without the link: it is shown once
    async with office.browser() as guest:
        page = (await guest.get(link)).text
        done = await guest.client.post(link, data={"csrf": field(page, "csrf"), "name": "Olga P.", "password": NEW})
        assert done.status_code in (200, 303)
        assert (await guest.signs_in("olga@example.org", NEW)).status_code == 303
    assert (await admin.get("/invitations")).json() == []
    assert await actions(office) == [AuditAction.AGENT_ADDED, AuditAction.LINK_CREATED, AuditAction.LINK_USED]


async def test_a_link_is_renewed_and_revoked(office: Office, admin: httpx.AsyncClient) -> None:
    first = (await admin.post("/invitations", json=OLGA)).json()
    path = f"/invitations/{first['agent_id']}"
    second = (await admin.post(path)).json()
    async with office.browser() as guest:
        assert "Olga" not in (await guest.get(first["link"])).text  # the later one replaces it
        assert "olga@example.org" in (await guest.get(second["link"])).text
        assert (await admin.delete(path)).status_code == 204
        assert "olga@example.org" not in (await guest.get(second["link"])).text
    assert (await admin.delete(path)).status_code == 404
    assert (await admin.get("/invitations")).json() == []
    assert (await actions(office))[-1] == AuditAction.LINK_REVOKED
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as desk:
        assert "Link to set a password revoked" in (await desk.get("/desk/settings/audit")).text


async def test_a_link_of_yesterday_is_no_longer_open(office: Office, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/invitations", json=OLGA)).json()
    office.clock.passes(hours=48)
    assert (await admin.get("/invitations")).json() == []
    assert (await admin.delete(f"/invitations/{made['agent_id']}")).status_code == 404


async def test_an_agent_with_a_password_gets_a_new_start(office: Office, admin: httpx.AsyncClient) -> None:
    boris = await office.agent("Boris")
    made = (await admin.post(f"/invitations/{boris.id}")).json()
    assert made["has_password"]
    await admin.delete(f"/invitations/{boris.id}")
    async with office.browser() as browser:
        assert (await browser.signs_in(boris.email)).status_code == 303  # the password stays


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nonsense"}, "“nonsense” is not an e-mail address."),
        ({"email": "ada@example.org"}, "There is an agent with the address ada@example.org already."),
        ({"name": " "}, "An agent needs a name"),
        ({"role": "king"}, "role: "),
        ({"password": NEW}, "password: "),
    ],
)
async def test_who_cannot_be_invited_is_refused_with_the_reason(
    office: Office, admin: httpx.AsyncClient, change: dict[str, str], sentence: str
) -> None:
    await office.agent("Ada")
    refused = await admin.post("/invitations", json=OLGA | change)
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].startswith(sentence)
    assert (await admin.get("/invitations")).json() == []


async def test_who_has_no_access_gets_no_link(office: Office, admin: httpx.AsyncClient) -> None:
    boris = await office.agent("Boris")
    await admin.post(f"/agents/{boris.id}/disable")
    refused = await admin.post(f"/invitations/{boris.id}")
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, "Boris is disabled: enable them first.")
    assert (await admin.post("/invitations/999")).status_code == 404
    assert (await admin.delete("/invitations/999")).status_code == 404


async def test_only_admins_may(office: Office) -> None:
    async with client(office, await office.token("crm", Role.LEAD)) as lead:
        assert (await lead.get("/invitations")).status_code == 403
        assert (await lead.post("/invitations", json=OLGA)).status_code == 403
        assert (await lead.delete("/invitations/1")).status_code == 403
