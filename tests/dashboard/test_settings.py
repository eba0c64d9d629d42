"""Admins manage agents and tokens at the desk; agents set their password by a link."""

import re
from html import unescape

import httpx
import pytest

from handoff.audit.log import AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from handoff.people.agents import AgentView
from tests.office import PASSWORD, Browser, Office, field, open_office

AGENTS, TOKENS = "/desk/settings/agents", "/desk/settings/tokens"
NEW = "plum orbit canyon velvet"


def secret_on(page: str) -> str:
    """What the page shows this once."""
    found = re.search(r'class="secret"[^>]*>([^<]+)<', page)
    assert found is not None, "nothing is shown"
    return unescape(found.group(1))


def alert_on(page: str) -> str:
    found = re.search(r'role="alert">.*?</svg> *([^<]+)</p>', page, re.DOTALL)
    return unescape(found.group(1)).strip() if found else ""


async def actions(office: Office) -> list[AuditAction]:
    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 50))
    return [entry.action for entry in reversed(entries)]


async def invite(admin: Browser, email: str = "olga@example.org", name: str = "Olga", role: str = "agent") -> str:
    """The path of the link."""
    page = await admin.sends(AGENTS, email=email, name=name, role=role)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    link = secret_on(page.text)
    assert link.startswith("http://desk.test/desk/invitation/")
    return link.removeprefix("http://desk.test")


async def accept(browser: Browser, path: str, **form: str) -> httpx.Response:
    page = await browser.get(path)
    assert page.status_code == 200
    return await browser.client.post(path, data={"csrf": field(page.text, "csrf"), **form})


async def test_an_invited_agent_sets_their_password_and_signs_in(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    async with office.signed_in(ada) as admin, office.browser() as guest:
        path = await invite(admin, name="O.", role="lead")
        listed = unescape((await admin.get(AGENTS)).text)
        assert "invited, link valid until" in listed
        for password, says in (("short", "too short"), ("olga@example.org", "easy to guess")):
            refused = await accept(guest, path, name="Olga", password=password)
            assert refused.status_code == 422
            assert says in refused.text
            assert f'value="{password}"' not in refused.text.replace('type="email" value="olga@example.org"', "")
        assert (await accept(guest, path, name=" ", password=NEW)).status_code == 422
        done = await accept(guest, path, name="Olga", password=NEW)
        assert (done.status_code, done.headers["location"]) == (303, "/desk/login?welcome")
        assert "Your password is set." in (await guest.get("/desk/login?welcome")).text
        assert (await guest.get(path)).status_code == 404
        assert (await guest.get("/desk")).status_code == 303  # a link does not sign in
        assert (await guest.signs_in("olga@example.org", NEW)).status_code == 303
        assert "Olga" in (await guest.get("/desk")).text
        assert "can sign in" in (await admin.get(AGENTS)).text
    assert await actions(office) == [AuditAction.AGENT_ADDED, AuditAction.LINK_CREATED, AuditAction.LINK_USED]


async def test_a_link_needs_the_form_of_its_page(office: Office) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin, office.browser() as guest:
        path = await invite(admin)
        await guest.get(path)
        forged = await guest.client.post(path, data={"csrf": "x", "name": "Olga", "password": NEW})
        assert forged.status_code == 403
        assert (await guest.get(path)).status_code == 200
        assert (await guest.get("/desk/invitation/none")).status_code == 404


@pytest.mark.parametrize(
    ("email", "name", "says"),
    [
        ("no address", "Olga", "“no address” is not an e-mail address."),
        ("olga@example.org", "  ", "An agent needs a name"),
        ("ADA@example.org", "Olga", "There is an agent with the address ada@example.org already."),
    ],
)
async def test_an_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    office: Office, email: str, name: str, says: str
) -> None:
    async with office.signed_in(await office.agent("Ada", Role.ADMIN)) as admin:
        page = await admin.sends(AGENTS, email=email, name=name, role="lead")
    assert page.status_code == 422
    assert says in alert_on(page.text)
    assert f'type="email" value="{email}"' in page.text
    assert '<option value="lead" selected>' in page.text
    assert await actions(office) == []


async def change(admin: Browser, agent: AgentView, word: str, **form: str) -> httpx.Response:
    return await admin.client.post(f"{AGENTS}/{agent.id}/{word}", data={"csrf": admin.csrf, **form})


async def test_every_change_of_an_agent_says_what_it_did(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(ada) as admin, office.signed_in(olga) as agent:
        await agent.sends(f"/desk/tickets/{number}/claim")
        for word, form, says in (
            ("role", {"role": "lead"}, "The role of Olga is changed."),
            ("sign-out", {}, "Olga is signed out on every device."),
            ("disable", {"confirm": " oLGA "}, "Olga is disabled"),
            ("enable", {}, "Olga can sign in again"),
        ):
            done = await change(admin, olga, word, **form)
            assert done.status_code == 303, word
            page = unescape((await admin.get(done.headers["location"])).text)
            assert f"{says}" in page
        assert (await agent.get("/desk")).status_code == 303
    member = await office.database.read(lambda session: office.team.member(session, olga.id))
    assert (member.role, member.enabled) == (Role.LEAD, True)
    assert await actions(office) == [
        AuditAction.ROLE_CHANGED, AuditAction.SIGNED_OUT, AuditAction.AGENT_DISABLED, AuditAction.AGENT_ENABLED,
    ]  # fmt: skip


async def test_what_is_refused_says_why_and_changes_nothing(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    async with office.signed_in(ada) as admin:
        typo = await change(admin, olga, "disable", confirm="Olgo")
        assert (typo.status_code, alert_on(typo.text)) == (422, "The name does not match, so nothing was changed.")
        for word, form in (("disable", {"confirm": "Ada"}), ("role", {"role": "agent"})):
            last = await change(admin, ada, word, **form)
            assert last.status_code == 409
            assert alert_on(last.text).startswith("Ada is the last admin who can sign in")
        assert (await change(admin, olga, "role", role="owner")).status_code == 404
        assert (await change(admin, olga, "promote")).status_code == 404
        for path in (f"{AGENTS}/999", f"{AGENTS}/x", f"{AGENTS}/99999999999999999999"):
            assert (await admin.get(path)).status_code == 404
        for word in ("disable", "enable", "sign-out", "link"):
            assert (await admin.sends(f"{AGENTS}/999/{word}", confirm="x")).status_code == 404
    assert await actions(office) == []


async def test_refusals_speak_the_reader_s_language(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    async with office.signed_in(ada, "ru") as admin:
        last = await change(admin, ada, "disable", confirm="Ada")
        assert "последний администратор" in alert_on(last.text)


async def test_a_lost_password_is_replaced_by_a_link(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    async with office.signed_in(ada) as admin, office.signed_in(olga) as agent, office.browser() as guest:
        page = await change(admin, olga, "link")
        path = secret_on(page.text).removeprefix("http://desk.test")
        assert (await agent.get("/desk")).status_code == 200
        assert (await accept(guest, path, name="Olga", password=NEW)).status_code == 303
        assert (await agent.get("/desk")).status_code == 303
        assert (await guest.signs_in(olga.email, PASSWORD)).status_code == 401
        assert (await guest.signs_in(olga.email, NEW)).status_code == 303


async def test_a_token_is_shown_once_and_revoked_by_its_name(office: Office) -> None:
    ada = await office.agent("Ada", Role.ADMIN)
    async with office.signed_in(ada) as admin, office.browser() as program:
        made = await admin.sends(TOKENS, name="CRM", role="lead")
        assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
        token = secret_on(made.text)
        assert token not in (await admin.get(TOKENS)).text
        headers = {"Authorization": f"Bearer {token}"}
        assert (await program.client.get("/api/v1/tickets", headers=headers)).status_code == 200
        again = await admin.sends(TOKENS, name="crm", role="lead")
        assert (again.status_code, alert_on(again.text)) == (422, "There is a token named crm already.")
        assert alert_on((await admin.sends(TOKENS, name=" ")).text) == "A token needs a name that identifies it."
        [view] = await office.database.read(office.team.tokens)
        assert view.role is Role.LEAD
        typo = await admin.sends(f"{TOKENS}/{view.id}/revoke", confirm="CR")
        assert (typo.status_code, alert_on(typo.text)) == (422, "The name does not match, so nothing was changed.")
        assert (await program.client.get("/api/v1/tickets", headers=headers)).status_code == 200
        done = await admin.sends(f"{TOKENS}/{view.id}/revoke", confirm="crm")
        assert "The token is revoked." in (await admin.get(done.headers["location"])).text
        assert (await program.client.get("/api/v1/tickets", headers=headers)).status_code == 401
        assert (await admin.sends(f"{TOKENS}/{view.id}/revoke", confirm="crm")).status_code == 404
    assert await actions(office) == [AuditAction.TOKEN_ADDED, AuditAction.TOKEN_REVOKED]


async def test_the_link_names_the_public_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    public = "https://help.example.org"
    async with open_office(tmp_path_factory.mktemp("public"), public_url=public) as office:
        ada = await office.agent("Ada", Role.ADMIN)
        async with office.browser() as admin:
            admin.client.base_url = httpx.URL(public)
            await admin.signs_in(ada.email)
            page = await admin.sends(AGENTS, email="olga@example.org", name="Olga")
    assert secret_on(page.text).startswith(f"{public}/desk/invitation/")
