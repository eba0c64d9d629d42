"""Webhooks: stored before they are acknowledged, foreign ones refused, 503 if they cannot be stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from bot.program.app import App, open_app
from bot.program.settings import Settings
from bot.program.site_parts import site_parts
from bot.web.site import build_site
from handoff.models import InboxEvent

TELEGRAM_SECRET, VK_SECRET = "telegram-secret", "vk-secret"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 9,
        "date": 1_700_000_000,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Anna"},
        "text": "hello",
    },
}
CALLBACK = {
    "type": "message_new",
    "event_id": "abc",
    "v": "5.199",
    "group_id": 42,
    "secret": VK_SECRET,
    "object": {"message": {"id": 3, "date": 1_700_000_000, "peer_id": 7, "from_id": 7, "text": "hello", "out": 0}},
}
SHOWN = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}


@dataclass
class Hooked:
    app: App
    client: httpx.AsyncClient

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post(path, content=content, headers=headers)

    async def stored(self) -> int:
        return await self.app.db.read(lambda s: s.scalars(select(func.count()).select_from(InboxEvent)).one())


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Hooked]:
    channels = (
        TelegramSettings(
            token=SecretStr("123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"),
            mode="webhook",
            webhook_secret=SecretStr(TELEGRAM_SECRET),
        ),
        VkSettings(
            token=SecretStr("vk1.a.ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            group_id=42,
            mode="callback",
            webhook_secret=SecretStr(VK_SECRET),
        ),
    )
    settings = Settings.model_validate(
        {"database_url": f"sqlite:///{tmp_path}/f.db", "public_url": "https://example.org", "channels": channels}
    )
    async with open_app(settings) as app:
        site = build_site(site_parts(app), None)
        transport = httpx.ASGITransport(site.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://hooks.test") as client:
            yield Hooked(app, client)
        await site.hang_up()


PATHS = ["/hooks/telegram/main", "/hooks/vk/main"]


async def deliver(hooked: Hooked, path: str) -> httpx.Response:
    if path.startswith("/hooks/telegram"):
        return await hooked.post(path, UPDATE, **SHOWN)
    return await hooked.post(path, CALLBACK)


@pytest.mark.parametrize("path", PATHS)
async def test_one_event_delivered_fifty_times_at_once_is_kept_once(hooked: Hooked, path: str) -> None:
    answers = await asyncio.gather(*(deliver(hooked, path) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in answers} == {"ok" if "vk" in path else ""}
    assert await hooked.stored() == 1


@pytest.mark.parametrize("path", ["/hooks/telegram/second", "/hooks/vk/second", "/hooks/viber/main", "/hooks/vk"])
async def test_an_account_that_is_not_ours(hooked: Hooked, path: str) -> None:
    assert (await hooked.post(path, UPDATE, **SHOWN)).status_code == 404


async def test_whoever_does_not_know_the_secret_is_refused(hooked: Hooked) -> None:
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
        assert (await hooked.post(PATHS[0], UPDATE, **headers)).status_code == 401
    for secret in ({}, {"secret": "guess"}, {"secret": None}, {"secret": 5}):
        body = {name: value for name, value in CALLBACK.items() if name != "secret"} | secret
        assert (await hooked.post(PATHS[1], body)).status_code in {401, 403}
    assert await hooked.stored() == 0


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_longer_than_any_event(hooked: Hooked, path: str) -> None:
    for size, status in ((1024 * 1024, 400), (1024 * 1024 + 1, 413), (10 * 1024 * 1024, 413)):
        assert (await hooked.post(path, b" " * size, **SHOWN)).status_code == status


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b"\xff\xfe", b'{"a":' * 100_000, b"{}"])
async def test_what_is_no_event(hooked: Hooked, path: str, body: bytes) -> None:
    assert (await hooked.post(path, body, **SHOWN)).status_code in {400, 401, 403}
    assert await hooked.stored() == 0


@pytest.mark.parametrize("path", PATHS)
async def test_what_could_not_be_kept_is_not_acknowledged(hooked: Hooked, path: str) -> None:
    await hooked.app.db.write(lambda session: session.execute(text("ALTER TABLE inbox_event RENAME TO away")))
    assert (await deliver(hooked, path)).status_code == 503
    await hooked.app.db.write(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox_event")))
    assert (await deliver(hooked, path)).status_code == 200
    assert await hooked.stored() == 1


async def test_hooks_are_only_posted_to(hooked: Hooked) -> None:
    assert (await hooked.client.get(PATHS[0])).status_code == 405
