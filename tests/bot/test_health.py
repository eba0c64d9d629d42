"""Readiness while the knowledge is on its way."""

import asyncio
from pathlib import Path

import httpx

from bot.app import open_app
from bot.channels.web.site import build_site
from bot.running import run
from bot.settings import Settings
from knowledge.drafts import EntryDraft

LOGIN = EntryDraft("login", "ru", "Как войти в аккаунт?", "Так", None, ("не могу войти",))


async def test_a_process_is_ready_once_the_knowledge_is_indexed(tmp_path: Path) -> None:
    async with open_app(Settings(database_url=f"sqlite:///{tmp_path}/f.db")) as app:
        site = build_site(app, None)
        transport = httpx.ASGITransport(site.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://health.test") as client:
            early = await client.get("/readyz")
            assert (early.status_code, early.json()["knowledge"]) == (503, "being indexed, 0%")
            await app.library.refresh()
            later = await client.get("/readyz")
            assert (later.status_code, later.json()["knowledge"]) == (200, "ok")
        await site.hang_up()


async def test_a_running_program_brings_the_knowledge_by_itself(tmp_path: Path) -> None:
    async with open_app(Settings(database_url=f"sqlite:///{tmp_path}/f.db")) as app:
        await app.db.write(lambda session: app.library.create(session, LOGIN, author="test"))
        assert not app.library.ready
        served = asyncio.Event()
        running = asyncio.create_task(run(app, "bot", None, lambda _address: served.set()))
        async with asyncio.timeout(20):
            await served.wait()
            await app.library.opened()
        assert app.library.matcher.match("не могу войти").candidates[0].phrasing == "не могу войти"
        await app.library.refresh()  # ends once the index is saved
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (tmp_path / "f.db.index").exists()
