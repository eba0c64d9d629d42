"""Test harness for conversations: the whole program with real adapters, simulated platforms, and people.

anna = await stage.contact("Анна")
await anna.writes("забыла пароль")
reply = await anna.hears()
await anna.presses("Это помогло")
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import SecretStr
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from bot.program.app import App, open_app
from bot.program.settings import Settings
from bot.simulator.phone import Button, ChatMessage
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.messages.threads import Line, thread
from handoff.models import ChannelState, Contact, Delivery, InboxEvent, InboxState, Message, MessageKind, Role, Ticket
from handoff.people.agents import AgentView
from infra.clock import utc_now
from knowledge.files.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.office import employ
from tests.servers.databases import make_tables

T = TypeVar("T")
Platform = Literal["telegram", "vk"]
PATIENCE = 60.0
"""Seconds after which silence is a failure; a reply normally takes a fraction of one."""
KNOWLEDGE = Path(__file__).parent / "knowledge.yaml"

_people = itertools.count(1001)


class ContactOnStage:
    """A member of the community with a phone."""

    def __init__(self, simulator: TelegramSimulator | VkSimulator, person: int) -> None:
        self.person = person
        self._simulator = simulator
        self._heard = 0
        self._offered: list[tuple[int, Button]] = []

    @property
    def chat(self) -> list[ChatMessage]:
        return self._simulator.chat(self.person)

    @property
    def replies(self) -> list[ChatMessage]:
        """Everything that the community has sent."""
        return [message for message in self.chat if not message.mine]

    async def writes(self, text: str, **extra: Any) -> int:  # noqa: ANN401 - any part of a message
        return await self._simulator.writes(self.person, text, **extra)

    async def asks_a_person(self, text: str = "какая завтра погода в казани") -> ChatMessage:
        """Ask what the knowledge does not cover, and let it be passed to a person; the acknowledgement."""
        await self.writes(text)
        assert (await self.hears()).text.startswith("Готового ответа нет. Передать вопрос агенту?")
        await self.presses("Да, передать")
        return await self.hears()

    async def starts(self, link: str = "") -> None:
        """Begin the conversation with the platform's own button, perhaps by a deep link."""
        await self._simulator.starts(self.person, link)

    async def hears(self) -> ChatMessage:
        """The next message from the community that was not heard yet."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while len(self.replies) <= self._heard:
            since, left = self._simulator.revision, deadline - asyncio.get_running_loop().time()
            assert left > 0, f"no reply; the chat so far: {[message.text for message in self.chat]}"
            if len(self.replies) <= self._heard:
                await self._simulator.wait_change(since, min(left, 0.5))
        self._heard += 1
        heard = self.replies[self._heard - 1]
        self._offered += [(heard.id, button) for row in heard.buttons for button in row]
        return heard

    async def presses(self, label: str) -> None:
        """Tap the latest button with this label, even one that only an outdated phone still shows."""
        shown = [(message.id, button) for message in self.replies for row in message.buttons for button in row]
        for message_id, button in (*reversed(shown), *reversed(self._offered)):
            if button.label == label:
                await self._simulator.presses(self.person, message_id, button.data)
                return
        raise AssertionError(f"no button {label!r} in {shown}")

    async def sees(self, text: str) -> ChatMessage:
        """The message that reads so, as soon as one does."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            since, left = self._simulator.revision, deadline - asyncio.get_running_loop().time()
            if found := next((message for message in self.replies if message.text == text), None):
                return found
            assert left > 0, f"nothing reads {text!r}; the chat so far: {[message.text for message in self.chat]}"
            await self._simulator.wait_change(since, min(left, 0.5))

    async def without_buttons(self, message_id: int) -> None:
        """Wait until a message of the community has no buttons any more."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while any(message.id == message_id and message.buttons for message in self.replies):
            since, left = self._simulator.revision, deadline - asyncio.get_running_loop().time()
            assert left > 0, "the buttons are still there"
            await self._simulator.wait_change(since, min(left, 0.5))

    async def sees_mark(self, message_id: int) -> str:
        """The community's reaction to a message of theirs, as soon as there is one."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            since, left = self._simulator.revision, deadline - asyncio.get_running_loop().time()
            if mark := next(message.reaction for message in self.chat if message.id == message_id):
                return mark
            assert left > 0, f"no mark; the chat so far: {[message.text for message in self.chat]}"
            await self._simulator.wait_change(since, min(left, 0.5))

    async def edits(self, message_id: int, text: str) -> None:
        await self._simulator.edits(self.person, message_id, text)

    def blocks(self) -> None:
        self._simulator.blocks(self.person)

    def unblocks(self) -> None:
        self._simulator.unblocks(self.person)

    def labels(self) -> list[str]:
        """The buttons under the latest reply."""
        return [button.label for row in self.replies[-1].buttons for button in row]


class AgentOnStage:
    """Somebody at the desk."""

    def __init__(self, app: App, view: AgentView) -> None:
        self._app = app
        self.id = view.id
        self.name = view.name

    async def opens_the_desk(self) -> None:
        await self._do(lambda session: self._app.staff.log_in(session, self.id))

    async def claims(self, number: int) -> None:
        await self._do(lambda session: self._app.desk.ownership.claim(session, number, self.id))

    async def takes_next(self) -> int | None:
        return await self._do(lambda session: self._app.desk.ownership.take_next(session, self.id))

    async def replies(self, number: int, text: str, key: str | None = None) -> int:
        return await self._do(lambda session: self._app.desk.reply(session, number, self.id, text, key))

    async def replies_with(self, number: int, text: str, *files: tuple[str, bytes]) -> int:
        """Answer with files, as the desk's page keeps them."""
        kept = []
        for name, content in files:
            with self._app.files.incoming(len(content)) as incoming:
                incoming.write(content)
                kept.append((name, incoming.keep()))
        return await self._do(lambda session: self._app.desk.reply(session, number, self.id, text, files=kept))

    async def corrects(self, message_id: int, text: str) -> None:
        await self._do(lambda session: self._app.desk.correct(session, message_id, self.id, text))

    async def deletes(self, message_id: int) -> None:
        await self._do(lambda session: self._app.desk.deletions.delete(session, message_id, self.id))

    async def notes(self, number: int, text: str) -> int:
        return await self._do(lambda session: self._app.desk.note(session, number, self.id, text))

    async def resolves(self, number: int) -> None:
        await self._do(lambda session: self._app.desk.resolve(session, number, self.id))

    async def _do(self, work: Callable[[Session], T]) -> T:
        return await self._app.db.write(work)


class MovedClock:
    """The real time, ahead by as much as the people on stage have let pass."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


class Stage:
    """The running program and the platform under test."""

    def __init__(
        self, app: App, platform: Platform, telegram: TelegramSimulator, vk: VkSimulator, clock: MovedClock
    ) -> None:
        self._clock = clock
        self.app = app
        self.platform = platform
        self.telegram = telegram
        self.vk = vk

    @property
    def simulator(self) -> TelegramSimulator | VkSimulator:
        return self.telegram if self.platform == "telegram" else self.vk

    async def contact(self, name: str, language: str = "ru") -> ContactOnStage:
        person = next(_people)
        self.simulator.join(person, name, "", language)
        return ContactOnStage(self.simulator, person)

    async def agent(self, name: str, role: Role = Role.AGENT) -> AgentOnStage:
        email = f"agent{next(_people)}@example.org"
        view = await self.app.db.write(lambda session: employ(session, email, name, role, self.app.clock()))
        return AgentOnStage(self.app, view)

    async def tickets(self) -> list[Ticket]:
        def work(session: Session) -> list[Ticket]:
            rows = list(session.scalars(select(Ticket).order_by(Ticket.id)))
            session.expunge_all()
            return rows

        return await self.app.db.read(work)

    async def thread_of(self, who: ContactOnStage) -> tuple[Line, ...]:
        wanted = select(Contact.id).where(Contact.user_id == str(who.person))
        return await self.app.db.read(lambda session: thread(session, session.scalars(wanted).one()))

    async def noted(self, text: str) -> None:
        """Wait until this message of a contact has been handled."""
        wanted = select(Message.id).where(Message.text == text, Message.kind == MessageKind.INCOMING)
        await self.until(lambda session: session.scalar(wanted) is not None)

    def skips(self, **span: float) -> None:
        """Let time pass while no caretaker looks, as if the program had been stopped."""
        self._clock.ahead += timedelta(**span)

    async def passes(self, **span: float) -> None:
        """Let time pass while nothing is on its way; what is due then is done."""
        await self.settled()
        self._clock.ahead += timedelta(**span)
        # Until then no contact counts as silent. If an event arrives during the check, such as a new contact's name,
        # the caretaker skips the check, as the program does for twenty seconds: so check again.
        unread = select(InboxEvent.id).where(InboxEvent.state == InboxState.NEW).limit(1)
        deaf = select(ChannelState.account).where(ChannelState.problem.is_not(None)).limit(1)
        latest = select(func.max(InboxEvent.id))
        async with asyncio.timeout(PATIENCE):
            while True:
                before = await self.app.db.read(lambda session: session.scalar(latest))
                await self.until(lambda session: session.scalar(unread) is None and session.scalar(deaf) is None)
                await self.app.caretaker.look()
                if await self.app.db.read(lambda session: session.scalar(latest)) == before:
                    return

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        busy = select(Delivery.id).where(Delivery.state.in_(("queued", "claimed", "sending", "retrying"))).limit(1)
        await self.until(lambda session: session.scalar(busy) is None)

    async def until(self, true: Callable[[Session], bool]) -> None:
        """Wait until the database says so."""
        async with asyncio.timeout(PATIENCE):
            while not await self.app.db.read(true):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def staged(
    backend: Backend,
    platform: Platform,
    *,
    burst_window: float = 0,
    language: str = "ru",
    show_agent_name: bool = True,
    public_per_hour: int = 20,
    public_quiet: str = "",
    answer_confidence: float = 0.88,
    likely_confidence: float = 0.8,
    platform_clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Stage]:
    """Open the program on `backend` with one account on each platform, and run it."""
    telegram, vk = TelegramSimulator(clock=platform_clock), VkSimulator(clock=platform_clock)
    folder = tempfile.TemporaryDirectory()
    await telegram.start()
    await vk.start()
    vk.enable_longpoll()  # events of before it is on are never produced; the channel tests see to switching it on
    try:
        channels = (
            TelegramSettings(token=SecretStr(telegram.token), api_url=telegram.url),
            VkSettings(token=SecretStr(vk.token), group_id=vk.group_id, api_url=vk.url, mode="longpoll"),
        )
        settings = Settings(
            database_url=backend.database_url,
            redis_url=backend.redis_url,
            channels=channels,
            burst_window=burst_window,
            language=language,
            public_per_hour=public_per_hour,
            public_quiet=public_quiet,
            answer_confidence=answer_confidence,
            likely_confidence=likely_confidence,
            files_dir=Path(folder.name),
            attachment_mb=1,
            show_agent_name=show_agent_name,
            webhook_networks=("127.0.0.1",),
            sentence_encoder=False,  # it would be ready at some moment of the journey
        )
        clock = MovedClock()
        make_tables(backend.database_url)
        async with open_app(settings, clock=clock) as app:
            draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
            await app.db.write(lambda session: app.library.load(session, draft, author="test"))
            await app.library.refresh()
            stage = Stage(app, platform, telegram, vk, clock)
            async with running(app, f"{platform}:main"):
                # Like any bot, ours hears what is written after it was first connected.
                await stage.until(lambda session: session.get(ChannelState, f"{platform}:main") is not None)
                yield stage
    finally:
        await telegram.stop()
        await vk.stop()
        folder.cleanup()


@asynccontextmanager
async def running(app: App, *accounts: str) -> AsyncIterator[None]:
    """Receive, think and send in the background while the block runs."""
    roles = [app.intake.run(), app.library.run(), app.caretaker.run(), app.wording.run()]
    roles += [app.serve(account) for account in accounts]
    tasks = [asyncio.create_task(role) for role in roles]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
