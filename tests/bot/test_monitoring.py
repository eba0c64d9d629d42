"""Pages for operators only, trusted proxies, and a cheap health check."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

import bot.cli.health_check
from bot.program.app import App, open_app
from bot.program.http_connections import ConnectionLimits, Connections
from bot.program.roles import Proxies, bind, run, server_config
from bot.program.settings import Settings
from bot.program.site_parts import site_parts
from bot.web.monitoring import monitor_site
from bot.web.site import Site, build_site
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from infra.web.throttle import network_of
from tests.office import QuietServer

GUARDED = ["/readyz", "/metrics", "/api/v1/openapi.json"]
STRANGER = ("203.0.113.5", 40000)
PATIENCE = 60.0


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/f.db", files_dir=tmp_path / "files", port=0)
    async with open_app(settings) as app:
        await app.library.refresh()
        yield app


async def ask(app: App, path: str, client: tuple[str, int], **headers: str) -> httpx.Response:
    site = build_site(site_parts(app), None)
    transport = httpx.ASGITransport(site.asgi, client=client)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://help.test", headers=headers) as browser:
            return await browser.get(path)
    finally:
        await site.hang_up()


@pytest.mark.parametrize("path", [*GUARDED, "/readyz/"])
async def test_strangers_learn_nothing(app: App, path: str) -> None:
    answer = await ask(app, path, STRANGER)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "frontdesk_" not in answer.text


@pytest.mark.parametrize("path", GUARDED)
async def test_a_token_shows_them(app: App, path: str) -> None:
    token = await app.db.write(lambda session: app.staff.add_token(session, "prometheus", Role.AGENT, COMMAND_LINE))
    assert (await ask(app, path, STRANGER, Authorization=f"Bearer {token}")).status_code == 200
    assert (await ask(app, path, STRANGER, Authorization=f"bearer {token}x")).status_code == 401
    assert (await ask(app, path, STRANGER, Authorization=f"Basic {token}")).status_code == 401


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.5.5.5"])
async def test_a_program_on_the_machine_sees_them(app: App, path: str, address: str) -> None:
    assert (await ask(app, path, (address, 40000))).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"])
async def test_a_proxy_on_the_machine_speaks_for_somebody_else(app: App, header: str) -> None:
    assert (await ask(app, "/metrics", ("127.0.0.1", 40000), **{header: "127.0.0.1"})).status_code == 401


async def test_anybody_may_know_that_it_lives_and_nothing_more(app: App) -> None:
    answer = await ask(app, "/healthz", STRANGER)
    assert (answer.status_code, answer.text) == (200, "ok")


# --- an address of its own --------------------------------------------------------------------------------------------


async def test_a_process_without_pages_is_monitored_at_an_address_of_its_own(app: App) -> None:
    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    app = replace(app, settings=app.settings.model_copy(update={"monitor": f"127.0.0.1:{port}"}))

    async def nothing() -> None:
        pass

    ready = asyncio.Event()
    monitor = Site(monitor_site(app.readiness_parts), nothing)
    running = asyncio.create_task(run(app, "bot", None, lambda _address: ready.set(), monitor))
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE)
        assert await asyncio.to_thread(bot.cli.health_check.is_alive, "127.0.0.1", port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            figures = (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})).text
            assert 'frontdesk_restarts_total{role="intake"} 0' in figures.splitlines()
            assert (await client.get("/desk")).status_code == 404
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert not await asyncio.to_thread(bot.cli.health_check.is_alive, "127.0.0.1", port)


def test_a_health_check_imports_next_to_nothing() -> None:
    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    check = [sys.executable, "-IS", "-X", "importtime", bot.cli.health_check.__file__, str(port)]
    asked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    imported = {line.rpartition("|")[2].strip() for line in asked.stderr.splitlines() if "|" in line}
    assert "socket" in imported
    assert not imported & {"ssl", "http", "email", "urllib", "asyncio", "logging", "site", "bot", "pathlib"}


# --- proxies ----------------------------------------------------------------------------------------------------------


async def _shows_who_calls(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    host = request.client.host if request.client else ""
    await PlainTextResponse(f"{request.url.scheme} {host}")(scope, receive, send)


@asynccontextmanager
async def served(proxies: tuple[str, ...]) -> AsyncIterator[str]:
    connections = Connections(ConnectionLimits(unlimited=Proxies(proxies)), network_of)
    server = QuietServer(server_config(_shows_who_calls, connections, proxies))
    with bind("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (("127.0.0.1",), "203.0.113.5", "https 203.0.113.5"),
        (("127.0.0.0/8",), "203.0.113.5", "https 203.0.113.5"),
        (("127.0.0.1",), "198.51.100.1, 203.0.113.5", "https 203.0.113.5"),  # what came before is the caller's own word
        (("127.0.0.1", "203.0.113.0/24"), "198.51.100.1, 203.0.113.5", "https 198.51.100.1"),
        (("172.31.117.1",), "203.0.113.5", "http 127.0.0.1"),
        ((), "203.0.113.5", "http 127.0.0.1"),
    ],
)
async def test_only_named_proxies_are_believed(
    proxies: tuple[str, ...], forwarded: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # the web server's own variable has no say
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    async with served(proxies) as address, httpx.AsyncClient() as client:
        assert (await client.get(address, headers=headers)).text == seen


def test_proxies_are_addresses_and_networks() -> None:
    proxies = Proxies(["127.0.0.1", "::1", "172.31.0.0/16"])
    assert [host in proxies for host in ("127.0.0.1", "::1", "172.31.5.5")] == [True] * 3
    assert [host in proxies for host in ("127.0.0.2", "172.32.0.1", "", "unix:", "localhost")] == [False] * 5
