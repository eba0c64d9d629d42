"""Stress test: many people write while the program or its infrastructure fails repeatedly.

Afterwards every message must be in its contact's thread once and in order, every question answered or ticketed, and
every reply on the phone exactly once, but for what Telegram's lack of a key makes unknowable: that is flagged.
"""

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.program.app import open_app
from bot.program.settings import Settings
from bot.simulator.faults import Fault, Faults, Kind
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.models import Contact, Delivery, DeliveryState, InboxEvent, InboxState, Message, MessageKind
from infra.database import Database
from knowledge.files.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.durability.program import ACCOUNTS, Program
from tests.journeys.stage import KNOWLEDGE

QUESTIONS = (
    "не помню пароль",
    "забыла пароль от страницы",
    "музыка играет без звука",
    "какая завтра погода в казани",
    "пропали деньги, позовите оператора",
)
ODDS: dict[Kind | Fault, float] = {
    Fault("rate_limited", seconds=0.3): 0.03,
    Fault("server_error"): 0.03,
    Fault("lost_answer", seconds=0.1): 0.04,
    Fault("dropped"): 0.02,
}

Disturbance = Callable[[Program, random.Random], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scale:
    """The intensity of a stress test."""

    disturbances: int
    contacts: int
    messages: int
    """Of each contact."""
    pause: float
    """Seconds between two messages."""
    burst_window: float = 0
    """As `FRONTDESK_BURST_WINDOW`; with 0 each message is a question of its own."""


@dataclass
class Written:
    """What one contact has written, in order."""

    account: str
    person: int
    texts: list[str] = field(default_factory=list)


@dataclass
class Reply:
    """One part of the bot's words as the database knows it."""

    texts: tuple[str, ...]
    """As it may read: as it was sent, or as it was changed since."""
    state: DeliveryState
    repeated: bool
    completed: bool
    """It was changed once more words completed the question, and so it answers those too."""


async def ordeal(
    backend: Backend, scale: Scale, disturb: Disturbance, seed: int = 20261122, besides: Sequence[Written] = ()
) -> None:
    """Let everyone write, disturb as often as `scale` says, wait until all is handled, and check the results.

    The same seed gives the same texts in the same order, the same disturbances and the same probabilities; their timing
    depends on the machine.

    `besides` are people for whom `disturb` writes; it may add to them. They are checked like the others.
    """
    async with platforms() as (telegram, vk):
        await furnish(backend)
        contacts = [
            Written("telegram:main" if number % 2 else "vk:main", 5000 + number) for number in range(scale.contacts)
        ]
        for contact in contacts:
            (telegram if contact.account == "telegram:main" else vk).join(contact.person, f"К{contact.person}")
        program = Program(backend, telegram, vk, scale.burst_window)
        try:
            await _storm(program, contacts, scale, disturb, seed)
            await _lose_an_answer(program, contacts)
            await program.settled(sum(len(one.texts) for one in (*contacts, *besides)))
            await program.stop()
        finally:
            await program.end()
        await judge(backend, [*contacts, *besides], telegram, vk, scale.burst_window)
        # The faults really happened: otherwise this shows nothing.
        assert telegram.faults.lost
        assert vk.faults.lost
        assert vk.deduplicated > 0


async def _storm(program: Program, contacts: list[Written], scale: Scale, disturb: Disturbance, seed: int) -> None:
    """Let everyone write while calls fail at random and something breaks repeatedly."""
    telegram, vk = program.telegram, program.vk
    await program.start()
    await program.connected()  # what is written before the very first connection is not ours to answer
    for number, faults in enumerate((telegram.faults, vk.faults)):
        faults.chance(ODDS, 2 * seed + number, {"sendMessage", "messages.send", "getUpdates", "a_check"})
    # Each has its own random generator, so that their order does not matter.
    writing = asyncio.create_task(write(contacts, scale, telegram, vk, random.Random(seed)))
    dice = random.Random(seed + 1)
    try:
        for _ in range(scale.disturbances):
            await disturb(program, dice)
        await writing
    finally:
        writing.cancel()
    await program.busy(0.5)
    telegram.faults.clear()
    vk.faults.clear()


async def _lose_an_answer(program: Program, contacts: list[Written]) -> None:
    """Lose an answer if chance lost none, so that every run covers this case."""
    telegram, vk = program.telegram, program.vk
    for platform, account, method in (
        (vk, "vk:main", "messages.send"),
        (telegram, "telegram:main", "sendMessage"),
    ):
        if platform.faults.lost and (platform is telegram or vk.deduplicated):
            continue
        last = Written(account, 4000, [QUESTIONS[0]])
        contacts.append(last)
        lost = len(platform.faults.lost)
        platform.faults.next(method, Fault("lost_answer", seconds=0.1))
        platform.join(last.person, f"К{last.person}")
        await platform.writes(last.person, QUESTIONS[0])
        await program.until(lambda p=platform, n=lost: len(p.faults.lost) > n)  # type: ignore[misc]


async def killed(program: Program, dice: random.Random) -> None:
    """The program dies some time after it has begun to work, and is started again."""
    await program.busy(dice.uniform(0.05, 1.2))
    await program.kill()
    await program.start()


async def write(
    contacts: list[Written], scale: Scale, telegram: TelegramSimulator, vk: VkSimulator, dice: random.Random
) -> None:
    """Everybody writes their messages in order, all mixed up."""
    turns = [contact for contact in contacts for _ in range(scale.messages)]
    dice.shuffle(turns)
    for contact in turns:
        text = f"{dice.choice(QUESTIONS)} {'!' * (len(contact.texts) + 1)}"  # tells apart, and asks nothing else
        contact.texts.append(text)
        simulator = telegram if contact.account == "telegram:main" else vk
        await simulator.writes(contact.person, text)
        await asyncio.sleep(scale.pause)


async def judge(
    backend: Backend, contacts: list[Written], telegram: TelegramSimulator, vk: VkSimulator, burst_window: float
) -> None:
    """Compare the written messages, the database and the phones."""
    db = Database(backend.database_url)
    try:
        for contact in contacts:
            said = await db.read(lambda session, c=contact: incoming(session, c))  # type: ignore[misc]
            assert [text for text, *_ in said] == contact.texts, f"{contact.account}/{contact.person}"
            replies = await db.read(lambda session, c=contact: outgoing(session, c))  # type: ignore[misc]
            assert replies, "somebody who asked was never answered"
            chat = telegram.chat(contact.person) if contact.account == "telegram:main" else vk.chat(contact.person)
            shown = [message.text for message in chat if not message.mine]
            compare(shown, replies, keyed=contact.account == "vk:main")
            # Every question got its answer or choices (a reply of its own, or a change of one) or belongs to a ticket.
            # What was written further apart than this is surely two questions.
            apart = timedelta(seconds=burst_window + 1)
            before = [said[0][2] - 2 * apart, *(at for *_, at in said)]
            unticketed = sum(
                ticket is None and (not burst_window or at - last > apart)
                for (_, ticket, at), last in zip(said, before, strict=False)
            )
            assert sum(1 + reply.completed for reply in replies) >= unticketed, (
                "a question was neither answered nor ticketed"
            )
        # An event that died with the process five times is set aside, and is then a ticket: its words are judged above.
        assert await db.read(undone) == []
    finally:
        await db.close()


def compare(shown: list[str], replies: list[Reply], *, keyed: bool) -> None:
    """Check that each reply is on the phone once, in order; only flagged ones may be missing or repeated."""
    letters: defaultdict[str, str] = defaultdict(lambda: chr(0x100 + len(letters)))
    allowed = ""
    for reply in replies:
        assert reply.state is DeliveryState.SENT or (not keyed and reply.state is DeliveryState.MAYBE), reply
        assert not (keyed and reply.repeated), reply
        least, most = int(reply.state is DeliveryState.SENT), 1 + reply.repeated
        allowed += f"[{''.join(letters[text] for text in reply.texts)}]{{{least},{most}}}"
    seen = "".join(letters[text] for text in shown)
    assert re.fullmatch(allowed, seen), f"shown {seen}, allowed {allowed}, where {dict(letters)}"


def incoming(session: Session, contact: Written) -> list[tuple[str, int | None, datetime]]:
    rows = session.execute(
        select(Message.text, Message.ticket_id, Message.at)
        .join(Contact, Contact.id == Message.contact_id)
        .where(_is(contact), Message.kind == MessageKind.INCOMING)
        .order_by(Message.id)
    )
    return [(text, ticket, at) for text, ticket, at in rows]


def outgoing(session: Session, contact: Written) -> list[Reply]:
    rows = session.scalars(
        select(Delivery).join(Contact, Contact.id == Delivery.contact_id).where(_is(contact)).order_by(Delivery.id)
    )
    sent = [row for row in rows if row.marks is None]  # a mark is no message
    completed = set(session.scalars(select(Message.id).where(Message.edited_at.is_not(None))))
    changed = defaultdict[int | None, list[Delivery]](list)
    for row in sent:
        changed[row.edits].append(row)
    return [
        Reply(_texts(row, edits), row.state, row.repeated, row.message_id in completed)
        for row, edits in ((row, changed[row.id]) for row in sent if row.edits is None)
    ]


def _texts(row: Delivery, edits: list[Delivery]) -> tuple[str, ...]:
    """The last change that arrived; any earlier one if the platform may not have reported a change that it made."""
    arrived = [edit.text for edit in edits if edit.state is DeliveryState.SENT]
    failed = [edit.text for edit in edits if edit.state is not DeliveryState.SENT]
    if row.repeated or not arrived:  # of two copies the platform reported the id of one
        failed.append(row.text)
    return (*arrived[-1:], *failed)


def undone(session: Session) -> list[int]:
    """Unhandled events. VK reports the bot's own messages too, possibly during shutdown."""
    new = (InboxEvent.state == InboxState.NEW) & InboxEvent.account.in_(ACCOUNTS)
    events = session.scalars(select(InboxEvent).where(new))
    return [event.id for event in events if event.payload.get("type") != "message_reply"]


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
