"""Agents choose on their profile what they are pinged about and where, and link accounts of their own."""

import re
from html import unescape

from sqlalchemy.orm import Session

from handoff.audit.log import AuditLog, LogFilter
from handoff.models import Contact
from handoff.tickets.pings.accounts import AgentAccounts
from handoff.tickets.pings.settings import PingChoice, choice_of
from tests.office import Browser, Office

PAGE, ACCOUNTS, NEW = "/desk/profile/pings", "/desk/profile/accounts", "/desk/pings"


async def contact(office: Office) -> int:
    def work(session: Session) -> int:
        row = Contact(
            account="telegram:main", user_id="77", name="Olga P.", language="en", created_at=office.clock(),
            last_seen_at=office.clock(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id

    return await office.database.write(work)


async def links(office: Office, agent: Browser) -> str:
    """The word of a new link on the page of pings."""
    page = await agent.sends(ACCOUNTS, account="telegram:main")
    found = re.search(r"https://t\.me/desk_bot\?start=([\w-]{1,64})<", page.text)
    assert found
    return found[1]


async def test_the_choice_is_saved(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as agent:
        assert "/desk/profile/pings" in (await agent.get("/desk/profile")).text
        form = {"opened": "on", "browser": "on", "quiet-from": "22:00", "quiet-until": "08:00", "zone": "Europe/Moscow"}
        done = await agent.client.post(PAGE, data={"csrf": agent.csrf, **form})
        page = (await agent.get(done.headers["location"])).text
        assert "Your choice is saved." in page
        assert 'name="quiet-from" value="22:00"' in page
    saved = await office.database.read(lambda session: choice_of(session, olga.id))
    assert saved == PingChoice(
        opened=True, assigned=False, overdue=False, sound=False, browser=True, messenger=False,
        quiet_from=1320, quiet_until=480, zone="Europe/Moscow",
    )  # fmt: skip


async def test_quiet_hours_without_an_end_are_refused_and_kept(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as agent:
        for odd in ({"quiet-until": ""}, {"zone": "Moscow"}):
            form = {"quiet-from": "22:00", "quiet-until": "08:00", "zone": "Europe/Moscow", "opened": "on"} | odd
            refused = await agent.client.post(PAGE, data={"csrf": agent.csrf, **form})
            assert refused.status_code == 422
            assert "Quiet hours need a beginning, an end and a time zone" in refused.text
            assert f'value="{form["zone"]}"' in refused.text
    assert await office.database.read(lambda session: choice_of(session, olga.id)) == PingChoice()


async def test_an_account_is_linked_by_a_link_and_unlinked(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number, accounts = await contact(office), AgentAccounts(office.clock)
    async with office.signed_in(olga) as agent:
        word = await links(office, agent)
        assert await office.database.write(lambda session: accounts.link(session, word, number))
        assert "Olga P." in (await agent.get(PAGE)).text
        async with office.signed_in(boris) as other:
            await other.sends(f"{ACCOUNTS}/unlink", contact=str(number))
            assert "Olga P." not in (await other.get(PAGE)).text
        assert "Olga P." in (await agent.get(PAGE)).text
        done = await agent.sends(f"{ACCOUNTS}/unlink", contact=str(number))
        page = (await agent.get(done.headers["location"])).text
        assert "The account is unlinked." in page
        assert "Olga P." not in page
    log = AuditLog(office.clock)
    entries = await office.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.actor.agent_id) for entry in entries] == [
        ("account_unlinked", olga.id), ("account_linked", olga.id),
    ]  # fmt: skip


async def test_a_platform_that_does_not_answer_gives_no_link(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as agent:
        page = await agent.sends(ACCOUNTS, account="vk:main")
        assert "The platform does not answer." in unescape(page.text)
        assert (await agent.sends(ACCOUNTS, account="vk:other")).status_code == 404


async def test_open_pages_read_the_agent_s_new_pings(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where?")
    async with office.signed_in(olga) as agent, office.signed_in(boris) as other:
        assert (await agent.get(NEW)).json() == {"last": 0, "sound": True, "browser": False, "pings": []}
        await other.sends(f"/desk/tickets/{number}/claim")
        await other.sends(f"/desk/tickets/{number}/transfer", to=str(olga.id))
        told = (await agent.get(f"{NEW}?after=0")).json()
        (ping,) = told["pings"]
        assert (ping["text"], ping["url"]) == (f"Question #{number} is yours now", f"/desk/tickets/{number}")
        assert (await agent.get(f"{NEW}?after={told['last']}")).json()["pings"] == []
        assert (await other.get(f"{NEW}?after=0")).json()["pings"] == []
        office.clock.passes(minutes=11)
        assert (await agent.get(f"{NEW}?after=0")).json()["pings"] == []  # a page that was away reports no old ones
