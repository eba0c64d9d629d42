"""A common interface to the three channels for the contract tests."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bot.channels import Channel
from bot.channels.console.channel import ConsoleChannel
from bot.channels.receive_backoff import Pauses
from bot.channels.telegram.channel import TelegramAccount, TelegramChannel
from bot.channels.vk.channel import VkAccount, VkChannel
from bot.simulator.faults import Fault
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.messages.values import (
    Address,
    Button,
    Entity,
    EntityKind,
    OutgoingPart,
    Retry,
    RetryAfter,
    RichText,
    Uncertain,
)
from infra.files import FileStore
from tests.channels.inlet import PATIENCE, MemoryInlet

ANNA, BORIS = 101, 102
FORMATS = {"bold": "bold", "italic": "italic", "code": "code", "text_link": "link", "url": "link"}
"""What both platforms call the formatting, in our words."""
STORE = FileStore(Path(tempfile.gettempdir()) / "frontdesk-channel-tests")
IMPATIENT = Pauses(first=0.01, longest=0.05, rejected=0.02, watch=0.02)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours as the person sees it."""

    text: str
    labels: tuple[str, ...] = ()
    formats: frozenset[tuple[str, int, int, str]] = frozenset()


class Receiving:
    """Runs the channel of a platform; shared by all three."""

    networked: bool
    """Whether there is a platform that can refuse, fail and lose answers."""
    formats: frozenset[EntityKind]
    """The formatting that can be shown."""
    channel: Channel
    inlet: MemoryInlet
    connect: Callable[[], Channel]

    def __init__(self) -> None:
        self.inlet = MemoryInlet()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self.channel = self.connect()
        self._task = asyncio.create_task(self.channel.run(self.inlet))

    async def end(self) -> None:
        """As a process ends: receiving is cancelled, and what it held in memory is gone."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            await self.channel.close()

    async def running(self) -> None:
        """Wait until the channel has said that it works."""
        await self.inlet.until(lambda: self.inlet.reports[-1:] == [None])

    def part(
        self,
        text: str,
        *,
        entities: tuple[Entity, ...] = (),
        buttons: tuple[Button, ...] = (),
        person: str = str(ANNA),
        random_id: int = 7,
    ) -> OutgoingPart:
        return OutgoingPart(Address(self.channel.account, person), RichText(text, entities), buttons, random_id)


class Simulated(Receiving):
    """What Telegram and VK have in common in these tests."""

    networked = True
    simulator: TelegramSimulator | VkSimulator
    send_method: str
    receive_method: str
    check_method: str
    uncertain: type[Retry] | type[Uncertain]
    """What a send is when the answer is lost."""
    rate_limits: tuple[tuple[Fault, RetryAfter], ...]
    """What the platform says to make us slower, and the pause that it means."""
    unsupported: ClassVar[dict[str, Any]]
    """The parts of a message that carry an attachment we know nothing of."""
    poison: tuple[dict[str, Any], ...]
    """Events that make no sense."""

    async def open(self) -> None:
        self.simulator.strict_rate = False
        self.simulator.join(ANNA, "Анна", "Петрова")
        self.simulator.join(BORIS, "Борис")
        await self.simulator.start()
        await self.begin()
        await self.running()

    async def close(self) -> None:
        await self.end()
        await self.simulator.stop()

    async def writes(self, text: str) -> None:
        await self.simulator.writes(ANNA, text)

    async def introduced(self) -> None:
        """Anna has written, so that she may be written to."""
        await self.writes("hello")
        await self.inlet.heard(self.channel, 1)

    async def presses(self, choice: Button) -> None:
        await self.simulator.presses(ANNA, self.simulator.chat(ANNA)[-1].id, choice.id)

    async def acknowledged(self, presses: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.simulator.presses_answered() < presses:
                await self.simulator.wait_change(self.simulator.revision, 0.2)

    def shown(self) -> list[Shown]:
        return [
            Shown(
                message.text,
                tuple(button.label for row in message.buttons for button in row),
                frozenset(
                    (FORMATS[raw["type"]], raw["offset"], raw["length"], raw.get("url", "")) for raw in message.entities
                ),
            )
            for message in self.simulator.chat(ANNA)
            if not message.mine
        ]


class TelegramPlatform(Simulated):
    simulator: TelegramSimulator
    send_method, receive_method, check_method = "sendMessage", "getUpdates", "getMe"
    formats = frozenset(EntityKind)
    uncertain = Uncertain
    rate_limits = ((Fault("rate_limited", seconds=7), RetryAfter(7.0)),)
    unsupported: ClassVar[dict[str, Any]] = {"hologram": {"file_id": "AgAC", "depth": 3}}
    poison = (
        {"message": {"message_id": 1, "text": "no sender"}},
        {"message": "a text where an object belongs"},
        {"callback_query": 5},
        {"message": {"message_id": "x", "date": None, "chat": {}, "from": {"id": "seven"}, "text": 9}},
        {"edited_message": []},
    )

    def __init__(self) -> None:
        super().__init__()
        self.simulator = TelegramSimulator()

    def connect(self) -> TelegramChannel:
        account = TelegramAccount("telegram:test", self.simulator.token, self.simulator.url)
        return TelegramChannel(account, STORE, pauses=IMPATIENT)


class VkPlatform(Simulated):
    simulator: VkSimulator
    send_method, receive_method, check_method = "messages.send", "a_check", "groups.getTokenPermissions"
    formats = frozenset(EntityKind) - {EntityKind.CODE}
    uncertain = Retry
    rate_limits = (
        (Fault("rate_limited"), RetryAfter(0.5)),
        (Fault.error(9), RetryAfter(60.0, for_contact=True)),
        (Fault.error(29), RetryAfter(600.0)),
    )
    unsupported: ClassVar[dict[str, Any]] = {
        "attachments": [{"type": "hologram", "hologram": {"access_key": "AgAC", "depth": 3}}]
    }
    poison = (
        {"type": "message_new", "object": {"message": {"from_id": "x", "text": "no peer"}}},
        {"type": "message_new", "object": None},
        {"type": "message_event", "object": "text"},
        {"type": 5, "object": {"user_id": 101}},
        {"object": []},
    )

    def __init__(self) -> None:
        super().__init__()
        self.simulator = VkSimulator()

    def connect(self) -> VkChannel:
        account = VkAccount("vk:test", self.simulator.token, self.simulator.group_id, self.simulator.url)
        return VkChannel(account, STORE, pauses=IMPATIENT)


class ConsolePlatform(Receiving):
    networked = False
    formats = frozenset[EntityKind]()

    def __init__(self) -> None:
        super().__init__()
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._printed: list[str] = []
        self._numbers: dict[str, str] = {}

    def connect(self) -> ConsoleChannel:
        return ConsoleChannel(self._lines, self._printed.append, pauses=IMPATIENT)

    async def open(self) -> None:
        await self.begin()

    async def close(self) -> None:
        await self.end()

    async def writes(self, text: str) -> None:
        await self._lines.put(text)

    async def presses(self, choice: Button) -> None:
        lines = [line.strip() for line in self._printed[-1].splitlines()]
        await self._lines.put(next(line.partition(".")[0] for line in lines if line.endswith(f". {choice.label}")))

    def shown(self) -> list[Shown]:
        split = [printed.split("\n  ") for printed in self._printed]
        return [Shown(text, tuple(label.partition(". ")[2] for label in labels)) for text, *labels in split]
