import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.audit.log import COMMAND_LINE
from handoff.dashboard import Live
from handoff.deliveries.outbox import Outbox
from handoff.models import ChannelState, DeliveryState
from handoff.people.access import Team
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from tests.office import PASSWORD, Office, field


async def until(events: AsyncIterator[list[str]], name: str) -> None:
    """Read until the event `name`; the suite's time limit ends a test that waits in vain."""
    async for names in events:
        if name in names:
            return
    raise AssertionError(f"the stream ended without {name}")


async def test_a_change_in_this_process_is_told(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    events = office.live.events()
    assert await anext(events) == []
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
    await until(events, "contact-1")
    await events.aclose()


async def test_changes_of_other_processes_are_found_in_the_database(office: Office) -> None:
    """Another process without Redis: its hints never reach our bus."""
    elsewhere = LocalBus()
    outbox = Outbox(elsewhere, office.clock)
    desk = Desk(elsewhere, office.clock, outbox)
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    office.clock.passes(minutes=10)
    live = Live(office.database, LocalBus(), office.clock)
    events = live.events()
    assert await anext(events) == []
    await asyncio.sleep(0.1)
    await office.database.write(lambda session: desk.note(session, number, olga.id, "look"))
    await until(events, "contact-1")
    await office.database.write(lambda session: desk.reply(session, number, olga.id, "Here."))
    await until(events, "contact-1")
    office.clock.passes(seconds=1)
    await office.delivery(number, DeliveryState.FAILED, "why")
    await until(events, "contact-1")
    broken = ChannelState(account="telegram:main", random_base=1, problem="broken", updated_at=office.clock())
    await office.database.write(lambda session: session.add(broken))
    await until(events, "queue")
    await events.aclose()
    await live.close()


@pytest.mark.parametrize("same_process", [True, False])
async def test_the_stream_of_a_disabled_agent_ends(office: Office, same_process: bool) -> None:
    """Without Redis, another process finds in the database that sessions have ended."""
    olga = await office.agent("Olga")
    bus = office.bus if same_process else LocalBus()
    async with office.signed_in(olga) as browser, office.served() as address:
        cookies = {"frontdesk": browser.client.cookies["frontdesk"]}
        async with (
            httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30) as page,
            page.stream("GET", "/desk/events") as stream,
        ):
            lines = stream.aiter_lines()
            while await anext(lines) != ": still here":
                pass
            await asyncio.sleep(0.1)
            team = Team(office.desk, bus, office.clock)
            await office.database.write(lambda session: team.disable(session, olga.id, COMMAND_LINE))
            assert [line async for line in lines if line.startswith("event")] == []
        assert (await browser.get("/desk")).status_code == 303


async def test_silence_is_a_heartbeat_and_closing_ends_the_stream(office: Office) -> None:
    events = office.live.events(heartbeat=0.01)
    assert [await anext(events), await anext(events)] == [[], []]
    await office.live.close()
    assert [names async for names in events] in ([], [[]])
    assert [names async for names in office.live.events()] == [[]]


async def test_a_page_that_is_too_slow_is_told_everything_once(office: Office) -> None:
    events = office.live.events()
    assert await anext(events) == []
    await asyncio.sleep(0)
    for number in range(1000):
        office.bus.publish("desk", str(number))
        await asyncio.sleep(0)
    names = await anext(events)
    assert "all" in names
    assert len(names) <= 256
    await events.aclose()


async def test_the_stream_as_browsers_read_it(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.served() as address, httpx.AsyncClient(base_url=address) as client:
        page = await client.get("/desk/login")
        form = {"csrf": field(page.text, "csrf"), "email": olga.email, "password": PASSWORD}
        await client.post("/desk/login", data=form)
        async with client.stream("GET", "/desk/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 2000"
            while await anext(lines) != ": still here":
                pass
            await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
            while (line := await anext(lines)) != "event: contact-1":
                assert line in {"", "event: queue", "data:", "data: "}
            await office.live.close()
            rest = [line async for line in lines]
            assert not [line for line in rest if line.startswith("event: contact-2")]


@pytest.mark.parametrize("note", ["channels", ""])
async def test_a_hint_that_names_no_contact_means_the_queue(office: Office, note: str) -> None:
    events = office.live.events()
    assert await anext(events) == []
    await asyncio.sleep(0)
    office.bus.publish("desk", note)
    assert await anext(events) == ["queue"]
    await events.aclose()
