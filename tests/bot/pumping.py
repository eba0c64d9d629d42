"""A pump over a channel with programmed outcomes, and an outbox to write to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import ChannelLimits, Inlet
from bot.channels.downloads import Fetch
from bot.delivery.pump import Pump
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Claim, Outbox
from handoff.messages.values import (
    IncomingEvent,
    OutgoingPart,
    RichText,
    SendOutcome,
    Sent,
)
from handoff.models import Contact, Delivery, DeliveryState
from infra.bus import Bus
from infra.clock import utc_now
from infra.database import Database
from infra.files import Incoming

ACCOUNT = "vk:main"
PATIENCE = 60.0
S = DeliveryState
FAST = ChannelLimits(1000, 1000, 5, 40, idempotent=True, concurrency=8)
ONE_AT_A_TIME = ChannelLimits(1000, 1000, 5, 40, idempotent=True, concurrency=1)


class Moments:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Platform:
    """A channel with programmed outcomes."""

    account = ACCOUNT

    def __init__(self, limits: ChannelLimits = FAST) -> None:
        self.limits = limits
        self.calls: list[tuple[float, str, str]] = []
        self.says: list[SendOutcome] = []
        self.works = True
        self.probes = 0
        self.before_answering: Callable[[], None] = lambda: None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def send(self, part: OutgoingPart) -> SendOutcome:
        self.calls.append((asyncio.get_running_loop().time(), part.address.user_id, part.text.text))
        await self.may_answer.wait()
        self.before_answering()
        return self.says.pop(0) if self.says else Sent({"message_id": str(len(self.calls))})

    def texts(self, user: str) -> list[str]:
        return [text for _, who, text in self.calls if who == user]

    async def run(self, inlet: Inlet) -> None: ...
    async def probe(self) -> bool:
        self.probes += 1
        return self.works

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        raise NotImplementedError

    def decode(self, payload: dict[str, object]) -> IncomingEvent | None: ...
    async def close(self) -> None: ...


class Post:
    """An outbox with a pump and somebody to write to."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self.database = database
        self.bus = bus
        self.outbox = Outbox(bus, utc_now)

    @asynccontextmanager
    async def pumping(self, platform: Platform) -> AsyncIterator[asyncio.Task[None]]:
        pump = Pump(platform, self.database, self.outbox, self.bus, utc_now, "the pump")
        task = asyncio.create_task(pump.run())
        try:
            yield task
        finally:
            platform.may_answer.set()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def writes(self, *texts: str, to: str, claim: Claim | None = None) -> None:
        """Commit the texts; with a `claim`, in the same unit of work."""

        def work(session: Session) -> None:
            contact = session.scalar(select(Contact).where(Contact.user_id == to))
            if contact is None:
                now = utc_now()
                contact = Contact(account=ACCOUNT, user_id=to, created_at=now, last_seen_at=now)
                session.add(contact)
                session.flush()
            for text in texts:
                self.outbox.post(session, contact, OutgoingMessage(RichText(text)))
            if claim is not None:
                claim(session)

        await self.database.write(work)

    async def states(self) -> list[DeliveryState]:
        wanted = select(Delivery.state).order_by(Delivery.id)
        return await self.database.read(lambda session: list(session.scalars(wanted)))

    async def until(self, *states: DeliveryState) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.states() != list(states):
                await asyncio.sleep(0.02)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)
