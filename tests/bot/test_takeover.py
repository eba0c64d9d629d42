"""A process that lost its account to another one: it no longer claims, sends, settles or receives."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.channels import RawEvent
from bot.delivery.pump import Pump
from bot.inbox.intake import AccountInlet
from handoff.models import ChannelState, Delivery, DeliveryState, InboxEvent
from infra.bus import LocalBus
from infra.clock import utc_now
from infra.database import Database, Held
from infra.storage.leases import LostHoldError
from tests.bot.pumping import ACCOUNT, Platform, Post, until


class Replaced:
    """A process whose hold on the account another one has taken, as it finds itself after SIGCONT."""

    def __init__(self, held: Held, post: Post) -> None:
        self.held = held
        self.post = post


@pytest.fixture
async def zombie(postgres_database: str) -> AsyncIterator[Replaced]:
    """A holder that learns of its replacement only by being refused: its renewals rest as if it were stopped."""
    ours, others = Database(postgres_database), Database(postgres_database)
    lock = await ours._store.hold(ACCOUNT)
    await ours.write(lambda session: session.execute(text("UPDATE lease SET expires_at = now() - interval '1 second'")))
    taken = await others._store.hold(ACCOUNT)
    yield Replaced(Held(ours, lock), Post(others, LocalBus()))
    await lock.release()
    await taken.release()
    await ours.close()
    await others.close()


async def test_it_sends_nothing(zombie: Replaced) -> None:
    await zombie.post.writes("words", to="a")
    platform, fresh = Platform(), Platform()
    pump = Pump(platform, zombie.held, zombie.post.outbox, zombie.post.bus, utc_now, "the zombie")
    working = asyncio.create_task(pump.run())
    async with zombie.post.pumping(fresh):
        await zombie.post.until(DeliveryState.SENT)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert platform.calls == []
    assert fresh.texts("a") == ["words"]


async def test_it_neither_marks_nor_settles_what_it_had_claimed(zombie: Replaced) -> None:
    await zombie.post.writes("words", to="a")
    outbox, held = zombie.post.outbox, zombie.held
    (part,) = (await zombie.post.database.write(lambda session: outbox.claim(session, ACCOUNT, "the zombie", 1))).parts
    with pytest.raises(LostHoldError):
        await held.write(lambda session: outbox.fence(session, part.delivery_id, "the zombie"))
    assert await zombie.post.states() == [DeliveryState.CLAIMED]
    fresh = Platform()
    async with zombie.post.pumping(fresh):
        await until(lambda: fresh.texts("a") == ["words"])
        await zombie.post.until(DeliveryState.SENT)
    owners = select(Delivery.lease_owner)
    assert await zombie.post.database.read(lambda session: session.scalars(owners).all()) == [None]


async def test_it_claims_nothing_along_with_what_its_conversations_write(zombie: Replaced) -> None:
    pump = Pump(Platform(), zombie.held, zombie.post.outbox, zombie.post.bus, utc_now, "the zombie")
    pump._running = True
    with pump.offer() as claim:
        assert claim is not None
        await zombie.post.writes("words", to="a", claim=claim)
    assert await zombie.post.states() == [DeliveryState.QUEUED]


async def test_it_moves_no_cursor_and_stores_nothing(zombie: Replaced) -> None:
    inlet = AccountInlet(ACCOUNT, zombie.post.database, zombie.post.bus, utc_now)
    await inlet.store([], "100")
    late = AccountInlet(ACCOUNT, zombie.held, zombie.post.bus, utc_now)
    with pytest.raises(LostHoldError):
        await late.store([RawEvent("9", None, "a", {})], "9")
    with pytest.raises(LostHoldError):
        await late.report("cannot work")

    def stored(session: Session) -> tuple[str | None, str | None, int]:
        state = session.get_one(ChannelState, ACCOUNT)
        return state.cursor, state.problem, len(session.scalars(select(InboxEvent.id)).all())

    assert await zombie.post.database.read(stored) == ("100", None, 0)
