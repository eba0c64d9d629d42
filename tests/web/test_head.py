"""HEAD answers as GET does, without a body, wherever GET works; and what one address may hold open at once."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from starlette.routing import Mount

from bot.program.site_parts import site_parts
from bot.web.chat.pages import STREAMS_PER_ADDRESS
from bot.web.help import SEARCHES_PER_ADDRESS
from bot.web.site import build_site
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from tests.conftest import Backend
from tests.office import routes_of
from tests.web.counter import Counter, open_counter

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    folder = tmp_path_factory.mktemp("head")
    async with open_counter(Backend(f"sqlite:///{folder}/frontdesk.db", None)) as opened:
        yield opened


def paths(counter: Counter) -> list[str]:
    """Every address that GET knows, with something in the place of each parameter."""
    site = build_site(site_parts(counter.app), None).asgi
    api = next(route.app for route in site.routes if isinstance(route, Mount) and route.path == "/api/v1")
    assert isinstance(api, FastAPI)
    found = [route.path for route in routes_of(site.routes) if "GET" in (route.methods or ())]
    found += [f"/api/v1{route.path}" for route in routes_of(api.routes) if "GET" in (route.methods or ())]
    return [re.sub(r"{[^}]+}", "1", path) for path in found]


async def test_head_is_get_without_a_body(counter: Counter) -> None:
    token = await counter.app.db.write(
        lambda session: counter.app.staff.add_token(session, "robot", Role.ADMIN, COMMAND_LINE)
    )
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"frontdesk_chat={'a' * 43}"}
    tried = [path for path in paths(counter) if not path.endswith("/events")]
    assert len(tried) > 25
    async with httpx.AsyncClient(base_url=counter.address, headers=headers, timeout=60) as client:
        for path in [*tried, "/help/embed.js", "/nowhere", "/api/v1/match?q=a"]:
            whole, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (whole.status_code, b""), path
            for name in ("content-type", "content-length", "content-security-policy", "x-content-type-options"):
                assert (name in head.headers) == (name in whole.headers), (path, name)
        assert (await client.head("/help")).status_code == 200


async def test_head_of_an_endless_answer_ends(counter: Counter) -> None:
    headers = {"Cookie": f"frontdesk_chat={'a' * 43}"}
    async with httpx.AsyncClient(base_url=counter.address, headers=headers, timeout=60) as client:
        for _ in range(STREAMS_PER_ADDRESS + 1):  # and gives its place back
            head = await client.head("/help/chat/events")
            assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_places_are_not_given_twice_to_those_who_ask_at_once(counter: Counter) -> None:
    async def opens(client: httpx.AsyncClient, number: int, opened: asyncio.Event) -> int:
        headers = {"Cookie": f"frontdesk_chat={number:043}"}
        async with client.stream("GET", "/help/chat/events", headers=headers) as stream:
            if stream.status_code == 200:
                await opened.wait()
            return stream.status_code

    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=counter.address, timeout=20, limits=limits) as client:
        enough = asyncio.Event()
        asking = [asyncio.create_task(opens(client, number, enough)) for number in range(3 * STREAMS_PER_ADDRESS)]
        async with asyncio.timeout(60):
            while sum(task.done() for task in asking) < 2 * STREAMS_PER_ADDRESS:
                await asyncio.sleep(0.05)
        enough.set()
        statuses = await asyncio.gather(*asking)
    assert (statuses.count(200), statuses.count(204)) == (STREAMS_PER_ADDRESS, 2 * STREAMS_PER_ADDRESS)


async def test_an_address_searches_so_often_and_no_oftener(counter: Counter) -> None:
    async with httpx.AsyncClient(base_url=counter.address, headers={"Accept-Language": "en"}, timeout=60) as client:
        statuses = [(await client.get("/help/search?q=zz")).status_code for _ in range(SEARCHES_PER_ADDRESS + 1)]
        refused = await client.get("/help?q=zz")
        assert set(statuses) == {200, 429}
        assert (refused.status_code, "Too many searches at once." in refused.text) == (429, True)
        assert (await client.get("/help")).status_code == 200
