"""Open pages do not slow down contacts: changes are batched, a list is read once for all pages, and pages queue."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from handoff.dashboard.live.events import GAP_SECONDS
from infra.database import Database
from tests.conftest import Backend
from tests.office import Office

LIST = "ORDER BY ticket.status"


@contextmanager
def statements(part: str) -> Iterator[list[str]]:
    """Those with this part that any database runs while the block lasts."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if part in statement:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def named(events: AsyncIterator[list[str]], name: str) -> list[list[str]]:
    """Messages of the stream up to the first with `name`; a test that waits in vain ends by the suite's own limit."""
    heard = []
    async for names in events:
        heard.append(names)
        if name in names:
            break
    return heard


async def test_a_list_is_read_once_for_all_who_look_at_it(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    number = await office.asks("Where is my page?")
    events = office.live.events()
    assert await anext(events) == []
    async with office.signed_in(olga) as hers, office.signed_in(boris) as his, office.signed_in(olga, "hu") as third:
        await office.database.write(lambda session: office.desk.ownership.claim(session, number, olga.id))
        await named(events, "queue")
        with statements(LIST) as seen:
            pages = [await browser.get(f"/desk/queue?at={number}") for browser in (hers, his, third, hers, his)]
            assert len(seen) == 1
        assert ["Held by Olga" in page.text for page in pages] == [True, True, False, True, True]
        assert [f'<a id="row-{number}" aria-current="true"' in page.text for page in pages] == [True] * 5
        # What is an agent's own is added for each of them.
        assert ["Mine <b>1</b>" in page.text for page in (pages[0], pages[1])] == [True, False]
        await office.database.write(lambda session: office.desk.ownership.release(session, number, olga.id))
        await named(events, "queue")
        assert "Held by Olga" not in (await his.get("/desk/queue")).text
        # Who acts or opens the page sees it as it is at this moment.
        await his.sends(f"/desk/tickets/{number}/claim")
        assert "Held by Boris" in (await his.get("/desk")).text
    await events.aclose()


async def test_a_live_thread_brings_no_queue(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        with statements(LIST) as seen:
            refreshed = await browser.get(f"/desk/tickets/{number}/thread")
        assert seen == []
        assert 'id="queue"' not in refreshed.text
        assert 'id="queue"' in (await browser.sends(f"/desk/tickets/{number}/claim", script=True)).text


async def test_many_changes_are_few_messages(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    events = office.live.events()
    assert await anext(events) == []
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def changes() -> None:
        for _ in range(20):
            await office.database.write(lambda session: office.desk.note(session, number, olga.id, "look"))
            await asyncio.sleep(0.05)
        office.bus.publish("desk", "999")

    changing = asyncio.create_task(changes())
    heard = await named(events, "contact-999")
    await changing
    assert len(heard) <= 1 + (loop.time() - start) / GAP_SECONDS
    await events.aclose()


async def test_a_list_that_changed_while_nobody_watched_is_read_again(office: Office) -> None:
    olga = await office.agent("Olga")
    for question in ("First", "Second"):
        await office.asks(question)
        events = office.live.events()
        assert await anext(events) == []
        async with office.signed_in(olga) as browser:
            while office.live.generation is None:
                await asyncio.sleep(0.01)
            assert question in (await browser.get("/desk/queue")).text
        await events.aclose()


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    opened = Database(backend.database_url)
    yield opened
    await opened.close()


async def test_pages_never_hold_up_other_reads(database: Database) -> None:
    """Any number of pages wait for the database, and an answer is read at once."""
    go = threading.Event()
    behind = database.for_pages()

    def slow(_session: Session) -> str:
        go.wait()
        return "a page"

    pages = [asyncio.create_task(behind.read(slow)) for _ in range(50)]
    while not any(thread.name.endswith(("pages_0", "pages_1")) for thread in threading.enumerate()):
        await asyncio.sleep(0.01)
    assert await database.read(lambda _session: "an answer") == "an answer"
    assert await database.write(lambda _session: "written") == "written"
    assert not any(page.done() for page in pages)
    go.set()
    assert await asyncio.gather(*pages) == ["a page"] * 50


async def test_pages_read_in_the_gaps_between_other_work_and_not_never(database: Database) -> None:
    go, order = threading.Event(), list[str]()
    behind = database.for_pages()

    def answer(_session: Session) -> None:
        go.wait()
        order.append("an answer")

    def page(_session: Session) -> None:
        order.append("a page")

    answering = asyncio.create_task(database.read(answer))
    await asyncio.sleep(0)
    showing = asyncio.create_task(behind.read(page))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(answering, showing)
    assert order == ["an answer", "a page"]
    go.clear()
    answering = asyncio.create_task(database.read(answer))
    await behind.read(page)  # while the other one goes on and on
    go.set()
    await answering
    assert order == ["an answer", "a page", "a page", "an answer"]
