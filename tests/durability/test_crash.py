"""Nothing lost, nothing said twice: the program is killed again and again while both platforms misbehave.

300 messages from 30 contacts go through both simulators; the process is killed with SIGKILL ten times at random
moments while the simulators refuse, fail, and lose answers after they have delivered. Afterwards every message must be
in its contact's thread once and in order, every question answered or ticketed, and every reply on the phone exactly
once, but for what Telegram's lack of a key makes unknowable: that is flagged.
"""

import asyncio
import os
import random
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import ColumnElement, create_engine, exists, func, select
from sqlalchemy.orm import Session

from bot.app import open_app
from bot.settings import Settings
from bot.simulator.faults import Fault, Faults, Kind
from bot.simulator.telegram import TelegramSimulator
from bot.simulator.vk import VkSimulator
from handoff.models import UNFINISHED, Contact, Delivery, DeliveryState, InboxEvent, InboxState, Message, MessageKind
from infra.database import Database
from knowledge.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.journeys.stage import KNOWLEDGE

KILLS = 10
CONTACTS = 30
MESSAGES = 10
REPOSITORY = Path(__file__).parents[2]
QUESTIONS = ("не помню пароль", "забыла пароль от страницы", "музыка играет без звука", "какая завтра погода в казани")
ODDS: dict[Kind | Fault, float] = {
    Fault("rate_limited", seconds=0.3): 0.03,
    Fault("server_error"): 0.03,
    Fault("lost_answer", seconds=0.1): 0.04,
    Fault("dropped"): 0.02,
}


@dataclass
class Written:
    """What one contact has written, in order."""

    account: str
    person: int
    texts: list[str] = field(default_factory=list)


@dataclass
class Reply:
    """One part of the bot's words as the database knows it."""

    text: str
    state: DeliveryState
    repeated: bool


async def test_killed_at_random_it_loses_and_repeats_nothing(backend: Backend) -> None:
    dice = random.Random(20261122)
    async with platforms() as (telegram, vk):
        await furnish(backend)
        contacts = [Written("telegram:main" if number % 2 else "vk:main", 5000 + number) for number in range(CONTACTS)]
        for contact in contacts:
            (telegram if contact.account == "telegram:main" else vk).join(contact.person, f"К{contact.person}")
        program = Program(backend, telegram, vk)
        try:
            await storm(program, contacts, telegram, vk, dice)
        finally:
            await program.end()
        await judge(backend, contacts, telegram, vk)


async def storm(
    program: "Program", contacts: list[Written], telegram: TelegramSimulator, vk: VkSimulator, dice: random.Random
) -> None:
    """Everybody writes, everything fails now and then, and the program is killed and started again."""
    await program.start()
    await program.connected()  # what is written before the very first connection is not ours to answer
    for number, faults in enumerate((telegram.faults, vk.faults)):
        # One surely, so that every run shows what a lost answer leads to; the others by chance.
        faults.next(("sendMessage", "messages.send")[number], Fault("lost_answer", seconds=0.1))
        faults.chance(ODDS, seed=number, methods={"sendMessage", "messages.send", "getUpdates", "a_check"})

    writing = asyncio.create_task(write(contacts, telegram, vk, dice))
    for _ in range(KILLS):
        await program.busy(dice.uniform(0.05, 1.2))
        await program.kill()
        await program.start()
    await writing
    await program.busy(0.5)
    telegram.faults.clear()
    vk.faults.clear()
    await program.settled()
    await program.stop()
    assert program.kills == KILLS


async def write(contacts: list[Written], telegram: TelegramSimulator, vk: VkSimulator, dice: random.Random) -> None:
    """Everybody writes their messages in order, all mixed up, over about the time that the kills take."""
    turns = [contact for contact in contacts for _ in range(MESSAGES)]
    dice.shuffle(turns)
    for contact in turns:
        text = f"{dice.choice(QUESTIONS)} {'!' * (len(contact.texts) + 1)}"  # tells apart, and asks nothing else
        contact.texts.append(text)
        simulator = telegram if contact.account == "telegram:main" else vk
        await simulator.writes(contact.person, text)
        await asyncio.sleep(0.08)


async def judge(backend: Backend, contacts: list[Written], telegram: TelegramSimulator, vk: VkSimulator) -> None:
    """Compare what was written, what the database says and what the phones show."""
    db = Database(backend.database_url)
    try:
        for contact in contacts:
            said = await db.read(lambda session, c=contact: incoming(session, c))  # type: ignore[misc]
            assert [text for text, _ in said] == contact.texts, f"{contact.account}/{contact.person}"
            replies = await db.read(lambda session, c=contact: outgoing(session, c))  # type: ignore[misc]
            assert replies, "somebody who asked was never answered"
            chat = telegram.chat(contact.person) if contact.account == "telegram:main" else vk.chat(contact.person)
            shown = [message.text for message in chat if not message.mine]
            compare(shown, replies, keyed=contact.account == "vk:main")
            # Every message got its answer or choices (a reply of its own) or belongs to a ticket.
            unticketed = sum(ticket is None for _, ticket in said)
            assert len(replies) >= unticketed, "a question was neither answered nor ticketed"
        # An event that died with the process five times is set aside, and is then a ticket: its words are judged above.
        assert await db.read(undone) == []
        assert sum(len(contact.texts) for contact in contacts) == CONTACTS * MESSAGES
        # The faults really happened: otherwise this shows nothing.
        assert telegram.faults.lost
        assert vk.faults.lost
        assert vk.deduplicated > 0
    finally:
        await db.close()


def compare(shown: list[str], replies: list[Reply], *, keyed: bool) -> None:
    """Each reply stands on the phone once, in order; only flagged ones may stand there twice or not at all."""
    letters: defaultdict[str, str] = defaultdict(lambda: chr(0x100 + len(letters)))
    allowed = ""
    for reply in replies:
        assert reply.state is DeliveryState.SENT or (not keyed and reply.state is DeliveryState.MAYBE), reply
        assert not (keyed and reply.repeated), reply
        least, most = int(reply.state is DeliveryState.SENT), 1 + reply.repeated
        allowed += f"{letters[reply.text]}{{{least},{most}}}"
    seen = "".join(letters[text] for text in shown)
    assert re.fullmatch(allowed, seen), f"shown {seen}, allowed {allowed}, where {dict(letters)}"


def incoming(session: Session, contact: Written) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(Message.text, Message.ticket_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(_is(contact), Message.kind == MessageKind.INCOMING)
        .order_by(Message.id)
    )
    return [(text, ticket) for text, ticket in rows]


def outgoing(session: Session, contact: Written) -> list[Reply]:
    rows = session.scalars(
        select(Delivery).join(Contact, Contact.id == Delivery.contact_id).where(_is(contact)).order_by(Delivery.id)
    )
    return [Reply(row.text, row.state, row.repeated) for row in rows]


def undone(session: Session) -> list[int]:
    return list(session.scalars(select(InboxEvent.id).where(InboxEvent.state == InboxState.NEW)))


def _is(contact: Written) -> ColumnElement[bool]:
    return (Contact.account == contact.account) & (Contact.user_id == str(contact.person))


@asynccontextmanager
async def platforms() -> AsyncIterator[tuple[TelegramSimulator, VkSimulator]]:
    telegram, vk = TelegramSimulator(faults=Faults()), VkSimulator(faults=Faults())
    await telegram.start()
    await vk.start()
    vk.enable_longpoll()
    try:
        yield telegram, vk
    finally:
        await telegram.stop()
        await vk.stop()


async def furnish(backend: Backend) -> None:
    async with open_app(Settings(database_url=backend.database_url)) as app:
        draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
        await app.db.write(lambda session: app.library.load(session, draft, author="test"))


class Program:
    """`frontdesk run` as a process of its own."""

    def __init__(self, backend: Backend, telegram: TelegramSimulator, vk: VkSimulator) -> None:
        self._telegram = telegram
        self._vk = vk
        self._process: asyncio.subprocess.Process | None = None
        self._environment = {
            **os.environ,
            "FRONTDESK_DATABASE_URL": backend.database_url,
            "FRONTDESK_PORT": "0",
            "FRONTDESK_BURST_WINDOW": "0",
            "FRONTDESK_TELEGRAM_TOKEN": telegram.token,
            "FRONTDESK_TELEGRAM_API_URL": telegram.url,
            "FRONTDESK_VK_TOKEN": vk.token,
            "FRONTDESK_VK_GROUP_ID": str(vk.group_id),
            "FRONTDESK_VK_API_URL": vk.url,
        }
        if backend.redis_url:
            self._environment["FRONTDESK_REDIS_URL"] = backend.redis_url
        self.kills = 0

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=REPOSITORY, env=self._environment, stdout=asyncio.subprocess.DEVNULL
        )

    async def kill(self) -> None:
        assert self._process is not None
        assert self._process.returncode is None, "it died by itself"
        self._process.kill()
        await self._process.wait()
        self.kills += 1

    async def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert await self._process.wait() == 0

    async def end(self) -> None:
        """Leave nothing running, whatever became of the test."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def connected(self) -> None:
        """Wait until it hears both platforms."""
        await self._until(lambda: self._telegram.is_polled and self._vk_is_polled())

    async def busy(self, seconds: float) -> None:
        """Wait until it has begun to work again, and a random while longer."""
        before = self._telegram.revision + self._vk.revision, len(self._telegram.calls) + len(self._vk.calls)
        await self._until(lambda: len(self._telegram.calls) + len(self._vk.calls) > before[1])
        await asyncio.sleep(seconds)

    async def settled(self) -> None:
        """Wait until nothing is to be thought about or sent any more."""
        engine = create_engine(self._environment["FRONTDESK_DATABASE_URL"])  # a look from outside, past the file lock
        unread = exists().where(InboxEvent.state == InboxState.NEW)
        unsent = exists().where(Delivery.state.in_(UNFINISHED))
        arrived = select(func.count()).select_from(Message).where(Message.kind == MessageKind.INCOMING)
        deadline = time.monotonic() + 120
        while True:
            with engine.connect() as connection:
                busy, count = connection.execute(select(unread | unsent, arrived.scalar_subquery())).one()
                left = connection.execute(
                    select(Delivery.id, Delivery.account, Delivery.state, Delivery.attempts, Delivery.reason).where(
                        Delivery.state.in_(UNFINISHED)
                    )
                ).all()
            if not busy and count >= CONTACTS * MESSAGES:
                break
            assert time.monotonic() < deadline, f"{count} of {CONTACTS * MESSAGES} arrived, on the way: {left}"
            await asyncio.sleep(0.2)
        engine.dispose()

    def _vk_is_polled(self) -> bool:
        return any(name == "groups.getLongPollServer" for name, _ in self._vk.calls)

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():
                await asyncio.sleep(0.01)
