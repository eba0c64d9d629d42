"""Simulated people who write at a steady rate, and the latency of the replies on their phones."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator

Phone = TelegramSimulator | VkSimulator

# Each has an answer: a message after choices would complete that question and edit them, without a new reply.
KNOWN = (
    "здрасте не могу зайти забыла пороль",
    "не помню пароль",
    "как скачать музыку",
    "как удалить свою страницу",
    "как сменить номер телефона",
)
FOR_A_PERSON = "какая завтра погода в казани"
_GIVE_UP = 20.0

_numbers = itertools.count(200_001)


@asynccontextmanager
async def platforms(*, strict: bool = False) -> AsyncIterator[tuple[TelegramSimulator, VkSimulator]]:
    """Run both simulators while the block runs; `strict` ones enforce rate limits."""
    telegram, vk = TelegramSimulator(), VkSimulator()
    await telegram.start()
    await vk.start()
    telegram.strict_rate = vk.strict_rate = strict
    vk.enable_longpoll()
    try:
        yield telegram, vk
    finally:
        await telegram.stop()
        await vk.stop()


@dataclass(slots=True)
class Person:
    """A person with a phone. `waiting` has the times of unanswered messages, oldest first."""

    phone: Phone
    number: int
    heard: int = 0
    waiting: deque[float] = field(default_factory=deque)

    def replies(self) -> int:
        return sum(not message.mine for message in self.phone.chat(self.number))


def crowd(count: int, *phones: Phone) -> list[Person]:
    """Create people, alternating between the phones."""
    people = [Person(phone, next(_numbers)) for phone, _ in zip(itertools.cycle(phones), range(count), strict=False)]
    for person in people:
        person.phone.join(person.number, f"Гость{person.number}")
    return people


async def stream(people: Sequence[Person], per_second: float) -> list[float]:
    """Let everyone write twice; returns the seconds to each reply, unordered.

    The first questions have an answer; a sixth of the second ones has none, and an agent is offered: so each message
    gets exactly one reply.

    Raises:
        RuntimeError: a message was not answered.
    """
    taken: list[float] = []
    phones = list(dict.fromkeys(person.phone for person in people))
    listeners = [asyncio.create_task(_listen(phone, people, taken)) for phone in phones]
    first = zip(people, itertools.cycle(KNOWN), strict=False)
    second = zip(people, itertools.cycle((*KNOWN, FOR_A_PERSON)), strict=False)
    start = time.perf_counter()
    try:
        for place, (person, text) in enumerate(itertools.chain(first, second)):
            await asyncio.sleep(max(0.0, start + place / per_second - time.perf_counter()))
            person.waiting.append(time.perf_counter())
            await person.phone.writes(person.number, text)
        until = time.perf_counter() + _GIVE_UP
        while len(taken) < 2 * len(people):
            if time.perf_counter() > until:
                raise RuntimeError(f"{2 * len(people) - len(taken)} messages were not answered")
            await asyncio.sleep(0.05)
    finally:
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    return taken


async def _listen(phone: Phone, people: Sequence[Person], taken: list[float]) -> None:
    own = [person for person in people if person.phone is phone]
    revision = -1
    while True:
        revision = await phone.wait_change(revision, 1.0)
        now = time.perf_counter()
        for person in own:
            if person.waiting:
                new = person.replies() - person.heard
                taken += [now - person.waiting.popleft() for _ in range(new)]
                person.heard += new
