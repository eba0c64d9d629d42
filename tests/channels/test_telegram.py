"""Telegram-specific behaviour: webhooks, names and files, numbering, settings that cannot work."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.channels import HookReply, reasons
from bot.channels.telegram.channel import TelegramAccount, TelegramChannel
from bot.simulator.faults import Fault
from bot.simulator.telegram.simulator import DEMO_TOKEN
from handoff.messages.values import (
    Address,
    Attachment,
    Button,
    EventKind,
    OutgoingFile,
    OutgoingPart,
    Retry,
    RichText,
    Uncertain,
)
from infra.errors import PlainError
from infra.files import FileStore
from tests.channels.harness import ANNA, IMPATIENT, STORE, TelegramPlatform
from tests.channels.inlet import MemoryInlet
from tests.channels.web import Door, Proxy, serving

SECRET = "s3cret_word"
HEADERS = {"x-telegram-bot-api-secret-token": SECRET}


def _written(update_id: object, text: str = "hello") -> bytes:
    person = {"id": ANNA, "is_bot": False, "first_name": "Анна"}
    message = {"message_id": 1, "date": 1, "from": person, "chat": {"id": ANNA, "type": "private"}, "text": text}
    return json.dumps({"update_id": update_id, "message": message}).encode()


def _hooked(api_url: str = "http://127.0.0.1:9", public_url: str = "https://help.example") -> TelegramChannel:
    account = TelegramAccount(
        "telegram:test", DEMO_TOKEN, api_url, mode="webhook", webhook_secret=SECRET, public_url=public_url
    )
    return TelegramChannel(account, STORE, pauses=IMPATIENT)


@pytest.fixture
async def hooked() -> AsyncIterator[TelegramChannel]:
    channel = _hooked()
    yield channel
    await channel.close()


class HookedTelegram(TelegramPlatform):
    """The same platform with a webhook instead of polling."""

    def __init__(self, public_url: str, door: Door) -> None:
        super().__init__()
        self._public_url = public_url
        self._door = door
        self._door._inlet = self.inlet

    def connect(self) -> TelegramChannel:
        self._door.channel = _hooked(self.simulator.url, self._public_url)
        assert isinstance(self._door.channel, TelegramChannel)
        return self._door.channel


async def test_what_was_not_written_whole_has_surely_not_arrived(tmp_path: Path) -> None:
    """The connection breaks within a file: Telegram has seen part of a request, and can have done nothing."""

    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    files = FileStore(tmp_path)
    with files.incoming(8 << 20) as incoming:
        incoming.write(bytes(8 << 20))
        key = incoming.keep().key
    server = await asyncio.start_server(breaks, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        channel = TelegramChannel(TelegramAccount("telegram:test", DEMO_TOKEN, url), files, pauses=IMPATIENT)
        to = Address("telegram:test", str(ANNA))
        try:
            upload = OutgoingPart(to, RichText(""), file=OutgoingFile("document", "big.bin", key))
            assert await channel.send(upload) == Retry(reasons.NO_CONNECTION)
            # A thread may still read the piece that the connection broke in; it closes the file after it.
            async with asyncio.timeout(60):
                while [held for held in psutil.Process().open_files() if held.path.endswith(key)]:
                    await asyncio.sleep(0.01)
            # Of a short request it is not known how much was read.
            assert await channel.send(OutgoingPart(to, RichText("hello"))) == Uncertain(reasons.NO_ANSWER)
        finally:
            await channel.close()


async def test_a_webhook_is_set_and_brings_what_polling_would() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        telegram = HookedTelegram(public_url, door)
        await telegram.open()
        # One answer gets lost and one store fails: both come again.
        telegram.simulator.faults.next("webhook", Fault("lost_answer"))
        for text in ("one", "two", "three"):
            await telegram.writes(text)
        telegram.inlet.refusals = 1
        heard = await telegram.inlet.heard(telegram.channel, 3)
        assert [event.text for event in heard] == ["one", "two", "three"]
        yes = Button("Yes", "c-yes")
        await telegram.channel.send(telegram.part("Shall we?", buttons=(yes,)))
        await telegram.presses(yes)
        await telegram.acknowledged(1)
        assert set(door.paths) == {"/hooks/telegram/test"}
        assert {reply.status for reply in door.replies} == {200, 503}
        await telegram.close()


async def test_an_address_that_does_not_answer_is_reported() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        telegram = HookedTelegram(public_url, door)
        await telegram.open()
        telegram.inlet.refusals = 10**6
        await telegram.writes("hello")
        await telegram.inlet.until(lambda: "webhook" in str(telegram.inlet.reports[-1]))
        telegram.inlet.refusals = 0
        await telegram.inlet.heard(telegram.channel, 1)
        await telegram.inlet.until(lambda: telegram.inlet.reports[-1] is None)
        await telegram.close()


async def test_polling_takes_the_account_back_from_a_webhook() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        hooked = HookedTelegram(public_url, door)
        await hooked.open()
        await hooked.end()
        hooked.inlet.refusals = 10**6
        await hooked.writes("kept for the next")
        polling = TelegramChannel(
            TelegramAccount("telegram:test", hooked.simulator.token, hooked.simulator.url), STORE, pauses=IMPATIENT
        )
        hooked.connect = lambda: polling  # type: ignore[method-assign]
        await hooked.begin()
        hooked.inlet.refusals = 0
        assert [event.text for event in await hooked.inlet.heard(polling, 1)] == ["kept for the next"]
        await hooked.close()


@pytest.mark.parametrize("shown", [{}, {"x-telegram-bot-api-secret-token": "wrong"}, {"secret": SECRET}])
async def test_without_the_secret_nothing_enters(hooked: TelegramChannel, shown: dict[str, str]) -> None:
    inlet = MemoryInlet()
    assert await hooked.accept(shown, _written(1), inlet) == HookReply(401)
    assert inlet.events == []


async def test_without_a_webhook_no_secret_is_right(telegram: TelegramPlatform) -> None:
    channel = telegram.channel
    assert isinstance(channel, TelegramChannel)
    for shown in ({}, {"x-telegram-bot-api-secret-token": ""}, {"x-telegram-bot-api-secret-token": "None"}):
        assert await channel.accept(shown, _written(1), telegram.inlet) == HookReply(401)
    assert telegram.inlet.events == []


async def test_a_repeat_is_accepted_and_kept_once(hooked: TelegramChannel) -> None:
    inlet = MemoryInlet()
    for _ in range(3):
        assert await hooked.accept(HEADERS, _written(1), inlet) == HookReply(200)
    assert [event.key for event in inlet.events] == ["1"]
    assert inlet.repeats == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (2**20 + 1), 413),
        (b"{}", 400),
        (b"[]", 400),
        (b"no json", 400),
        (_written("one"), 400),
        (_written(True), 400),
        (b'{"update_id": 1, "message": ' + b"[" * 40 + b"]" * 40 + b"}", 400),
    ],
)
async def test_bodies_that_are_no_updates(hooked: TelegramChannel, body: bytes, status: int) -> None:
    inlet = MemoryInlet()
    assert await hooked.accept(HEADERS, body, inlet) == HookReply(status)
    assert inlet.events == []


async def test_a_store_that_fails_is_no_acknowledgement(hooked: TelegramChannel) -> None:
    inlet = MemoryInlet()
    inlet.refusals = 1
    with pytest.raises(OSError, match="disk full"):
        await hooked.accept(HEADERS, _written(1), inlet)


async def test_ids_that_start_anew_after_a_quiet_week_lose_nothing(telegram: TelegramPlatform) -> None:
    await telegram.simulator.sends_raw(json.loads(_written(900_000_000, "old numbering")))
    await telegram.inlet.heard(telegram.channel, 1)
    await telegram.end()
    await telegram.simulator.stop()
    telegram.simulator = restarted = type(telegram.simulator)()
    restarted.join(ANNA, "Анна")
    await restarted.start()
    await restarted.writes(ANNA, "new numbering")
    await telegram.begin()
    heard = await telegram.inlet.heard(telegram.channel, 2)
    assert [event.text for event in heard] == ["old numbering", "new numbering"]
    assert telegram.inlet.place == "700000002"


async def test_a_second_program_on_the_same_token_is_reported(telegram: TelegramPlatform) -> None:
    await telegram.end()
    telegram.simulator.faults.next("getUpdates", Fault.error(409, "Conflict: terminated by other getUpdates"), times=2)
    await telegram.begin()
    await telegram.inlet.until(lambda: "another program" in str(telegram.inlet.reports[-1]))
    await telegram.inlet.until(lambda: telegram.inlet.reports[-1] is None)


async def test_a_name_and_a_language_come_with_each_event(telegram: TelegramPlatform) -> None:
    telegram.simulator.join(7, "John\u0000 ", "  O\n'Neil", "en-GB")
    await telegram.simulator.writes(7, "hi")
    (event,) = await telegram.inlet.heard(telegram.channel, 1)
    assert (event.name, event.language) == ("John O 'Neil", "en")


@pytest.mark.parametrize(
    ("extra", "attachment"),
    [
        (
            {"photo": [{"file_id": "small", "width": 90}, {"file_id": "large", "width": 1280}]},
            Attachment("photo", "", "large"),
        ),
        ({"document": {"file_id": "d", "file_name": "scan\u0007.pdf"}}, Attachment("document", "scan.pdf", "d")),
        ({"voice": {"file_id": "v", "duration": 3}}, Attachment("voice", "", "v")),
        ({"video": {"file_id": "m"}}, Attachment("video", "", "m")),
        ({"video_note": {"file_id": "n"}}, Attachment("video", "", "n")),
        ({"animation": {"file_id": "g"}, "document": {"file_id": "g"}}, Attachment("video", "", "g")),
        ({"audio": {"file_id": "a"}}, Attachment("audio", "", "a")),
        ({"sticker": {"file_id": "s", "emoji": "👍"}}, Attachment("sticker", "👍", "s")),
    ],
)
async def test_files(telegram: TelegramPlatform, extra: dict[str, Any], attachment: Attachment) -> None:
    update = json.loads(_written(5, ""))
    update["message"] |= extra | {"caption": "look"}
    event = telegram.channel.decode(update)
    assert event is not None
    assert (event.kind, event.text, event.attachments) == (EventKind.MESSAGE, "look", (attachment,))


@pytest.mark.parametrize(
    ("text", "said", "start"),
    [
        ("/start", "/start", ""),
        ("/start abc-DEF_9", "/start", "abc-DEF_9"),
        ("/start@frontdesk_bot abc", "/start", "abc"),
        ("/start how do I pay", "/start how do I pay", ""),
        ("/started", "/started", ""),
        ("/start " + "x" * 65, "/start " + "x" * 65, ""),
    ],
)
async def test_the_start_command(hooked: TelegramChannel, text: str, said: str, start: str) -> None:
    event = hooked.decode(json.loads(_written(5, text)))
    assert event is not None
    assert (event.text, event.start) == (said, start)


@pytest.mark.parametrize(
    "changed",
    [
        {"chat": {"id": -100, "type": "supergroup"}},
        {"chat": {"id": -100, "type": "group"}},
        {"chat": {"id": -100, "type": "channel"}},
        {"from": {"id": 9, "is_bot": True, "first_name": "Other bot"}},
        {"pinned_message": {}},
    ],
)
async def test_what_is_not_a_person_writing_in_private_means_nothing(
    hooked: TelegramChannel, changed: dict[str, Any]
) -> None:
    update = json.loads(_written(5))
    assert hooked.decode(update) is not None
    update["message"] |= changed
    assert hooked.decode(update) is None


async def test_a_press_is_dated_when_it_came(hooked: TelegramChannel) -> None:
    query = {
        "id": "1",
        "from": {"id": ANNA, "first_name": "Анна"},
        "data": "c",
        "message": {"message_id": 3, "date": 0, "chat": {"id": ANNA, "type": "private"}},
    }
    event = hooked.decode({"update_id": 1, "callback_query": query, "received_at": 1_700_000_000})
    assert event is not None
    assert (event.kind, event.choice_id, event.at.timestamp()) == (EventKind.PRESS, "c", 1_700_000_000)


@pytest.mark.parametrize(
    ("account", "named"),
    [
        (TelegramAccount("telegram:a", "no token"), "token"),
        (TelegramAccount("telegram:a", DEMO_TOKEN, proxy="socks5://127.0.0.1:1080"), "proxy"),
        (TelegramAccount("telegram:a", DEMO_TOKEN, mode="webhook", public_url="https://x.org"), "secret"),
        (TelegramAccount("telegram:a", DEMO_TOKEN, mode="webhook", webhook_secret="x"), "public address"),
    ],
)
def test_settings_that_cannot_work_are_refused(account: TelegramAccount, named: str) -> None:
    with pytest.raises(PlainError, match=named):
        TelegramChannel(account, STORE)


def test_an_account_shows_no_secret() -> None:
    account = TelegramAccount("telegram:a", DEMO_TOKEN, proxy="http://u:p@h:1", webhook_secret=SECRET)
    assert not any(secret in repr(account) for secret in (DEMO_TOKEN, "u:p", SECRET))


async def test_everything_goes_through_the_proxy(telegram: TelegramPlatform) -> None:
    await telegram.introduced()
    proxy = Proxy()
    async with serving(proxy.receive) as address:
        account = TelegramAccount("telegram:test", telegram.simulator.token, telegram.simulator.url, proxy=address)
        channel = TelegramChannel(account, STORE, pauses=IMPATIENT)
        await channel.send(telegram.part("through the proxy"))
        await channel.close()
    assert [message.text for message in telegram.shown()] == ["through the proxy"]
    assert [url.startswith(telegram.simulator.url) for url in proxy.asked] == [True]
