"""Throughput of a long queue: the share of the platforms' rate limits that the pump uses without refusals."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.processes import Storage, frontdesk, furnish
from benchmarks.report import Figure
from benchmarks.stream import Person, Phone, crowd, platforms, stream
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.vk.channel import VkChannel
from bot.program.app import App, open_app
from bot.program.settings import Settings
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.messages.values import RichText
from handoff.models import Contact

CONTACTS = 100
PARTS = 3
GOAL_PERCENT = 95
_BURST = 2
_GIVE_UP = 120.0


async def throughput(folder: Path, storage: Storage, say: Callable[[str], None]) -> list[Figure]:
    """Fill the queue while the program is down, start it, and measure from the first delivered part to the last."""
    await furnish(folder, storage)
    async with platforms(strict=True) as (telegram, vk):
        people = {phone: crowd(CONTACTS, phone) for phone in (telegram, vk)}
        say(f"delivery on {storage.name}: {CONTACTS} contacts on each platform get to know us")
        async with frontdesk(folder, storage, telegram, vk):
            await stream([person for pair in zip(*people.values(), strict=True) for person in pair], 16)
        say(f"delivery on {storage.name}: {CONTACTS * PARTS} parts on each platform")
        async with open_app(Settings(database_url=storage.database_url)) as app:
            await queue(app)
        timing = [asyncio.create_task(timed(phone, own)) for phone, own in people.items()]
        async with frontdesk(folder, storage, telegram, vk):
            seconds = await asyncio.gather(*timing)
        earned = telegram.earned_429 + vk.earned_6
    allowed = (("Telegram", TelegramChannel.limits.per_second), ("VK", VkChannel.limits.per_second))
    return [
        *(
            Figure(
                f"share of the allowed sending rate, {name}, {storage.name}",
                100 * (CONTACTS * PARTS - _BURST) / rate / taken,
                "%",
                at_least=GOAL_PERCENT,
            )
            for (name, rate), taken in zip(allowed, seconds, strict=True)
        ),
        Figure(f"refusals earned by sending too fast, {storage.name}", earned, at_most=0),
    ]


async def queue(app: App) -> None:
    """Queue messages for every contact."""

    def work(session: Session) -> None:
        contacts = session.scalars(select(Contact)).all()
        for number in range(1, PARTS + 1):
            for contact in contacts:
                app.outbox.post(session, contact, OutgoingMessage(RichText(f"Новость №{number}")))

    await app.db.write(work)


async def timed(phone: Phone, people: Sequence[Person]) -> float:
    """Return the seconds from the first delivered part to the last."""
    before = sum(person.replies() for person in people)
    start, arrived, revision = 0.0, 0, phone.revision
    async with asyncio.timeout(_GIVE_UP):
        while arrived < CONTACTS * PARTS:
            revision = await phone.wait_change(revision, 1.0)
            now = time.perf_counter()
            arrived = sum(person.replies() for person in people) - before
            start = start or (now if arrived else 0.0)
    return now - start
