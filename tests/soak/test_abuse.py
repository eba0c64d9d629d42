"""Attacks from outside: contacts are still answered, and memory does not grow."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil
from sqlalchemy import select

from bot.conversation.quiet_rounds import LIMIT
from bot.wording import WORDS
from handoff.models import Contact, Message, MessageKind
from tests.conftest import Backend
from tests.durability.counting import COUNTED, hashes
from tests.durability.ordeal import Written
from tests.office import field
from tests.soak.conftest import SIZE
from tests.soak.trial import Trial, free_port, trial

MIB = 1 << 20
GROWTH = 32 * MIB
"""Resident bytes that 200 slow connections and the large bodies may take together."""
SLOW = 200
ONCE = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: an idle one may be closed just as it is used again."""
SECRETS = {
    "FRONTDESK_TELEGRAM_WEBHOOK_SECRET": "telegram-secret-of-a-test",
    "FRONTDESK_VK_CALLBACK_SECRET": "vk-secret-of-a-test",
}


async def start_hooked(made: Trial) -> str:
    """Start the program with both platforms calling it; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    modes = {"FRONTDESK_TELEGRAM_MODE": "webhook", "FRONTDESK_VK_MODE": "callback", **SECRETS}
    await made.program.start(FRONTDESK_PORT=str(port), FRONTDESK_PUBLIC_URL=address, **modes)
    await made.program.until(
        lambda: made.vk.calls_back and any(name == "setWebhook" for name, _ in made.telegram.calls)
    )
    return address


async def test_slow_sockets_large_bodies_and_forged_webhooks_cost_contacts_nothing(backend: Backend) -> None:
    async with trial(backend) as made:
        address = await start_hooked(made)
        await made.write(3)
        await made.program.settled(made.written)
        process = psutil.Process(made.program.pid)
        before = most = process.memory_info().rss

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, process.memory_info().rss)
                await asyncio.sleep(0.05)

        async with slow_sockets(address), httpx.AsyncClient(base_url=address, timeout=60, limits=ONCE) as client:
            watching = asyncio.create_task(watch())
            writing = asyncio.create_task(made.write(max(2, round(10 * SIZE))))
            for _ in range(max(1, round(3 * SIZE))):
                await forge(client)
                for path in ("/api/v1/entries", "/hooks/telegram/main", "/hooks/vk/main", "/desk/login"):
                    assert await upload(address, path, 10 * MIB, announced=True) == 413
                assert await upload(address, "/api/v1/entries", 250 * MIB, announced=False) in {401, 413}
                assert await upload(address, "/help/chat/messages", 250 * MIB, announced=False) in {400, 413}
            await writing
            await made.program.settled(made.written)
            watching.cancel()
        print(f"resident: {before / MIB:.1f} MiB, at most {most / MIB:.1f} MiB")  # noqa: T201 - with -s
        assert most - before < GROWTH
        await made.judge()


async def forge(client: httpx.AsyncClient) -> None:
    """Send what is no event of a platform; each gets the refusal that fits."""
    telegram, vk = "/hooks/telegram/main", "/hooks/vk/main"
    shown = {"X-Telegram-Bot-Api-Secret-Token": SECRETS["FRONTDESK_TELEGRAM_WEBHOOK_SECRET"]}
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "?"},
    }
    event = {"type": "message_new", "group_id": 1, "event_id": "a", "object": {}, "v": "5.199"}
    deep = b"[" * 5000 + b"]" * 5000
    for path, body, headers, wanted in (
        (telegram, json.dumps(update).encode(), {}, {401}),
        (telegram, json.dumps(update).encode(), {"X-Telegram-Bot-Api-Secret-Token": "guess"}, {401}),
        (vk, json.dumps(event).encode(), {}, {403}),
        (vk, json.dumps(event | {"secret": "guess"}).encode(), {}, {403}),
        (telegram, b"no json", shown, {400}),
        (telegram, deep, shown, {400}),
        (vk, b"no json", {}, {400}),
        (vk, deep, {}, {400}),
        (telegram, b"x" * 100, {**shown, "Content-Encoding": "gzip"}, {415}),
    ):
        answer = await client.post(path, content=body, headers=headers)
        assert answer.status_code in wanted, (path, body[:40], answer.status_code)


async def upload(address: str, path: str, size: int, *, announced: bool) -> int:
    """Send so many bytes, or as many as are taken, without a token; the status of the answer."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    length = f"Content-Length: {size}" if announced else "Transfer-Encoding: chunked"
    head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"

    async def send() -> None:
        piece = bytes(64 * 1024)
        framed = piece if announced else b"%x\r\n%b\r\n" % (len(piece), piece)
        with suppress(ConnectionError):
            writer.write(head.encode())
            for _ in range(size // len(piece)):
                writer.write(framed)
                await writer.drain()

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(60):
            return int((await reader.readline()).split()[1])
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


@asynccontextmanager
async def slow_sockets(address: str) -> AsyncIterator[None]:
    """200 requests whose heads come one byte at a time; one that is closed is opened again."""
    host, _, port = address.removeprefix("http://").partition(":")

    async def drip() -> None:
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(host, int(port))
                try:
                    for byte in b"POST /help/chat/messages HTTP/1.1\r\nX-Slow: " + b"a" * 1000:
                        writer.write(bytes([byte]))
                        await writer.drain()
                        await asyncio.sleep(0.5)
                finally:
                    writer.close()
            await asyncio.sleep(0.1)

    dripping = [asyncio.create_task(drip()) for _ in range(SLOW)]
    try:
        yield
    finally:
        for task in dripping:
            task.cancel()
        await asyncio.gather(*dripping, return_exceptions=True)


async def test_of_a_flood_one_notice_comes_and_everybody_else_is_answered(backend: Backend) -> None:
    async with trial(backend) as made:
        await made.program.start()
        await made.program.connected()
        flooder = Written("telegram:main", 4000)
        made.telegram.join(flooder.person, "Поток")
        others = [Written("telegram:main" if number % 2 else "vk:main", 6000 + number) for number in range(40)]
        for one in others:
            made.of(one).join(one.person, f"К{one.person}")
        made.people += others
        begun = time.monotonic()
        writing = asyncio.create_task(made.write(2, pause=0.1))
        for number in range(1000):
            flooder.texts.append(f"не помню пароль {number}")
            await made.telegram.writes(flooder.person, flooder.texts[-1])
            await asyncio.sleep(0.01)
        await writing
        await made.program.settled(made.written + len(flooder.texts))
        # However slow the machine is: of each minute that began, one notice and so many answers.
        minutes = 1 + int((time.monotonic() - begun) // 60)
        replies = Counter(bubble.text for bubble in made.telegram.chat(flooder.person) if not bubble.mine)
        notices = sum(count for said, count in replies.items() if said == notice())
        assert 1 <= notices <= minutes
        assert sum(replies.values()) - notices <= LIMIT * minutes
        thread = (Contact.account == flooder.account) & (Contact.user_id == str(flooder.person))
        texts = select(Message.text).join(Contact, Contact.id == Message.contact_id).order_by(Message.id)
        assert made.kept(texts.where(thread, Message.kind == MessageKind.INCOMING)) == flooder.texts
        await made.judge()


def notice() -> str:
    """What a contact who writes too much reads once."""
    return WORDS.text(
        "ru",
        "That is more than I can answer in a minute. I have kept it all and answer again in a minute: "
        "please ask once more then what is still open.",
    )


async def test_a_thousand_wrong_passwords_cost_few_hashes(tmp_path: Path) -> None:
    counted = tmp_path / "hashes"
    async with trial(Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)) as made:
        port = free_port()
        await made.program.start(FRONTDESK_PORT=str(port), **{COUNTED: str(counted)})
        await made.program.connected()
        writing = asyncio.create_task(made.write(max(2, round(10 * SIZE))))
        begun = time.monotonic()
        door = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(
            base_url=door, timeout=600, limits=ONCE
        ) as client:  # hashes have the last priority
            form = {"csrf": field((await client.get("/desk/login")).text, "csrf"), "password": "not the password"}
            answers: Counter[int] = Counter()

            async def guess(first: int) -> None:
                for number in range(first, 1000, 20):
                    tried = await client.post("/desk/login", data=form | {"email": f"agent{number % 100}@example.org"})
                    answers[tried.status_code] += 1

            await asyncio.gather(*map(guess, range(20)))
        minutes = 1 + int((time.monotonic() - begun) // 60)
        assert 0 < hashes(counted) <= 25 * minutes
        assert set(answers) <= {401, 422, 429, 503}
        assert answers[429] + answers[503] >= 1000 - 25 * minutes
        await writing
        await made.program.settled(made.written)
        await made.judge()
