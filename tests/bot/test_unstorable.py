"""NUL and lone surrogates in received data: stored and handled on both databases, never a 503."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from handoff.models import Contact, InboxEvent, InboxState, Message
from infra.storage.storable import storable, storable_text
from tests.bot.test_hooks import CALLBACK, SHOWN, TELEGRAM_SECRET, UPDATE, VK_SECRET
from tests.conftest import Backend
from tests.journeys.stage import running
from tests.web.counter import Counter, open_counter

NASTY = "a\x00b\ud800c\udc00\ud83d"
CHANNELS = (
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


@pytest.fixture
async def counter(backend: Backend) -> AsyncIterator[Counter]:
    async with open_counter(backend, public_url="http://example.org", channels=CHANNELS) as opened:
        yield opened


def with_nasty_fields(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The event once for each of its texts, with that one nasty, and once with all of them."""

    def texts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
        if isinstance(value, str):
            yield path
        for name, inner in value.items() if isinstance(value, dict) else ():
            yield from texts(inner, (*path, name))

    def put(changed: dict[str, Any], path: tuple[Any, ...]) -> None:
        for name in path[:-1]:
            changed = changed[name]
        changed[path[-1]] = NASTY

    places = [path for path in texts(event) if path[-1] not in {"secret", "type"}]
    for chosen in (*([place] for place in places), places):
        changed = copy.deepcopy(event)
        for place in chosen:
            put(changed, place)
        yield changed


async def test_webhooks_with_unstorable_text_are_stored_and_understood(counter: Counter) -> None:
    update = copy.deepcopy(UPDATE)
    update["message"]["from"] |= {"last_name": "B", "username": "c"}  # type: ignore[index]
    callback = copy.deepcopy(CALLBACK)
    callback["object"]["message"]["attachments"] = {"title": "d"}  # type: ignore[index]
    callback["object"]["message"]["payload"] = '{"c": "e"}'  # type: ignore[index]
    statuses = []
    async with httpx.AsyncClient(base_url=counter.address, timeout=60) as platform:
        for number, event in enumerate(with_nasty_fields(update)):
            event["update_id"] = 100 + number
            event["message"]["message_id"] = 100 + number
            answer = await platform.post("/hooks/telegram/main", content=json.dumps(event), headers=SHOWN)
            statuses.append(answer.status_code)
        for number, event in enumerate(with_nasty_fields(callback)):
            event["event_id"] += str(number)
            event["object"]["message"] |= {"id": 100 + number, "conversation_message_id": 100 + number}
            statuses.append((await platform.post("/hooks/vk/main", content=json.dumps(event))).status_code)
    assert set(statuses) == {200}
    kept = await counter.app.db.read(lambda session: len(session.scalars(select(InboxEvent.id)).all()))
    assert kept == len(statuses)
    async with running(counter.app, "telegram:main"), running(counter.app, "vk:main"):
        async with asyncio.timeout(60):
            while await counter.app.db.read(
                lambda session: session.scalars(select(InboxEvent.id).where(InboxEvent.state == InboxState.NEW)).all()
            ):
                await asyncio.sleep(0.05)
    states = await counter.app.db.read(lambda session: set(session.scalars(select(InboxEvent.state))))
    assert states == {InboxState.DONE}
    texts = await counter.app.db.read(
        lambda session: [*session.scalars(select(Message.text)), *session.scalars(select(Contact.name))]
    )
    assert texts
    assert [text for text in texts if text != storable_text(text)] == []


async def test_pages_and_forms_take_any_text(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        await anna.opens()
        paths = ("/help?q=%00", "/help/c/%00", "/help/e/%00", "/help/search?q=a%00b&lang=%00", "/desk/login?next=%00")
        assert {(await anna.client.get(path)).status_code for path in paths} <= {200, 404}
        for path in ("/help/chat/messages", "/help/chat/presses"):
            form = {"key": "one-form-key", "text": "a\x00b", "choice": "a\x00b", "csrf": await anna.csrf()}
            assert (await anna.client.post(path, data=form)).status_code == 200
        await anna.hears(1)


def test_what_can_be_stored_stays_as_it_is() -> None:
    assert storable_text("plain, с ё, 😀") == "plain, с ё, 😀"
    assert storable_text("\ud83d\ude00") == "😀"
    assert storable_text(NASTY) == "a\ufffdb\ufffdc\ufffd\ufffd"
    value = ("a", ["b\x00"], {"c\x00": None})
    assert storable(value) == ("a", ["b\ufffd"], {"c\ufffd": None})
