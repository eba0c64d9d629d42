"""The pump: never faster than allowed, paused when asked, and every outcome in its row."""

import asyncio
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.channels import ChannelLimits
from bot.delivery.pump import Pump
from bot.program.schema import migrate
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import (
    AuthBroken,
    Retry,
    RetryAfter,
    Sent,
    Uncertain,
)
from handoff.models import Delivery, DeliveryState
from infra.bus import Bus, LocalBus
from infra.clock import utc_now
from infra.database import Database
from tests.bot.pumping import ACCOUNT, ONE_AT_A_TIME, PATIENCE, Platform, Post, S, until
from tests.servers.full_disk import full_disk
from tests.servers.postgres import Postgres


@pytest.fixture
def post(database: Database, bus: Bus) -> Post:
    return Post(database, bus)


async def test_each_part_is_sent_once_and_in_order(post: Post) -> None:
    platform, texts = Platform(), [str(number) for number in range(10)]
    async with post.pumping(platform):
        for text in texts:
            for user in "abc":
                await post.writes(text, to=user)
        await post.until(*[DeliveryState.SENT] * 30)
    assert [platform.texts(user) for user in "abc"] == [texts] * 3


async def test_what_waited_for_the_start_is_sent(post: Post) -> None:
    await post.writes("early", to="a")
    platform = Platform()
    async with post.pumping(platform):
        await post.until(DeliveryState.SENT)
    assert platform.texts("a") == ["early"]


async def test_a_clock_that_is_set_back_delays_no_retry(post: Post) -> None:
    wrong = timedelta(hours=1)

    def clock() -> datetime:
        return utc_now() + wrong

    post.outbox = Outbox(post.bus, clock)
    platform = Platform()
    platform.says = [Retry("no")]
    pump = Pump(platform, post.database, post.outbox, post.bus, clock, "the pump")
    working = asyncio.create_task(pump.run())
    await post.writes("words", to="a")
    await post.until(S.RETRYING)
    wrong = timedelta()
    await post.until(S.SENT)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert platform.texts("a") == ["words", "words"]


async def test_a_pause_of_the_platform_stops_all_and_loses_nothing(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.says = [RetryAfter(1.0)]
    for user in "abc":
        await post.writes("1", "2", to=user)
    async with post.pumping(platform):
        await post.until(*[DeliveryState.SENT] * 6)
    (first, *_), (second, *_) = platform.calls[:2]
    assert second - first >= 1.0
    assert len(platform.calls) == 7
    repeated = platform.calls[0][1]
    assert platform.texts(repeated) == ["1", "1", "2"]
    attempts = await post.database.read(lambda session: set(session.scalars(select(Delivery.attempts))))
    assert attempts == {1}


async def test_a_rejected_token_stops_the_account(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.says = [AuthBroken("the token is rejected")]
    for user in "ab":
        await post.writes("words", to=user)
    async with post.pumping(platform):
        await until(lambda: bool(platform.calls))
        while DeliveryState.RETRYING not in await post.states():
            await asyncio.sleep(0.01)
        for _ in range(10):
            post.bus.publish("outbox", ACCOUNT)
            await asyncio.sleep(0.02)
    assert len(platform.calls) == 1
    assert sorted(await post.states()) == [DeliveryState.QUEUED, DeliveryState.RETRYING]


async def test_ten_failures_in_a_row_give_the_platform_a_rest(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.says = [Retry("the platform reported a fault of its own")] * 50
    for user in "abcdefghijklm":
        await post.writes("words", to=user)
    async with post.pumping(platform):
        await until(lambda: len(platform.calls) == 10)
        for _ in range(10):
            post.bus.publish("outbox", ACCOUNT)
            await asyncio.sleep(0.02)
    assert len(platform.calls) == 10


LOST = Uncertain("the platform did not answer")


async def test_what_may_have_arrived_is_sent_once_more_when_a_probe_shows_that_the_outage_is_over(post: Post) -> None:
    platform = Platform()
    platform.says, platform.works = [LOST] * 3, False
    for user in "abc":
        await post.writes("words", to=user)
    async with post.pumping(platform):
        await until(lambda: platform.probes > 0)
        assert len(platform.calls) == 3
        platform.works = True
        await post.until(*[S.SENT] * 3)
    assert sorted(user for _, user, _ in platform.calls) == list("aabbcc")
    repeated = await post.database.read(lambda session: list(session.scalars(select(Delivery.repeated))))
    assert repeated == [True] * 3


async def test_a_send_that_works_shows_it_without_a_probe(post: Post) -> None:
    platform = Platform()
    platform.says, platform.works = [LOST], False
    await post.writes("words", to="a")
    async with post.pumping(platform):
        await post.until(S.RETRYING)
        await post.writes("words", to="b")
        await post.until(S.SENT, S.SENT)
    assert [user for _, user, _ in platform.calls] == ["a", "b", "a"]


async def test_after_a_restart_it_is_known_what_waits(post: Post) -> None:
    platform = Platform()
    platform.says, platform.works = [LOST], False
    await post.writes("words", to="a")
    async with post.pumping(platform):
        await post.until(S.RETRYING)
    platform.works = True
    async with post.pumping(platform):
        await post.until(S.SENT)
    assert len(platform.calls) == 2


async def test_one_success_ends_a_row_of_failures(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    failure = Retry("the platform reported a fault of its own")
    platform.says = [*[failure] * 9, Sent(), *[failure] * 3]
    for user in "abcdefghijklm":
        await post.writes("words", to=user)
    async with post.pumping(platform):
        await until(lambda: len(platform.calls) >= 13)


async def test_what_is_on_the_wire_at_the_end_finishes_and_the_rest_is_given_back(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.may_answer.clear()
    await post.writes("on the wire", to="a")
    async with post.pumping(platform) as pump:
        await until(lambda: len(platform.calls) == 1)
        await post.writes("not yet", to="b")
        pump.cancel()
        await asyncio.sleep(0)
        platform.may_answer.set()
        await asyncio.gather(pump, return_exceptions=True)
    assert await post.states() == [DeliveryState.SENT, DeliveryState.QUEUED]


async def test_claimed_and_unsent_is_given_back_at_the_end(post: Post) -> None:
    # Slower than one a second: what is claimed waits for its turn.
    platform = Platform(ChannelLimits(0.9, 1000, 5, 40, idempotent=True, concurrency=8))
    for user in "abcdef":
        await post.writes("words", to=user)
    async with post.pumping(platform):
        await until(lambda: len(platform.calls) == 2)
    states = await post.states()
    assert states.count(DeliveryState.SENT) == len(platform.calls)
    assert states.count(DeliveryState.QUEUED) == 6 - len(platform.calls)


async def test_it_goes_on_after_the_hold_on_its_account_was_lost_and_regained(post: Post) -> None:
    platform = Platform()
    pump = Pump(platform, post.database, post.outbox, post.bus, utc_now, "the pump")
    for number, user in enumerate("ab", 1):
        running = asyncio.create_task(pump.run())
        await post.writes("words", to=user)
        await post.until(*[DeliveryState.SENT] * number)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [user for _, user, _ in platform.calls] == ["a", "b"]


async def test_an_outcome_is_recorded_though_the_database_was_away() -> None:
    server = Postgres(durable=True)
    database = Database(server.url())
    migrate(database)
    try:
        post, platform = Post(database, LocalBus()), Platform()
        platform.before_answering = server.kill
        async with post.pumping(platform):
            await post.writes("words", to="a")
            await until(lambda: len(platform.calls) == 1)
            await asyncio.sleep(0.3)  # the first tries to record it find no database
            platform.before_answering = lambda: None
            await asyncio.to_thread(server.start)
            await post.until(DeliveryState.SENT)
        assert len(platform.calls) == 1
    finally:
        await database.close()
        server.close()


async def test_an_outcome_is_recorded_though_the_disk_was_full(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/f.db")
    migrate(database)
    post, platform, disk = Post(database, LocalBus()), Platform(), ExitStack()

    def fills() -> None:
        platform.before_answering = lambda: None
        disk.enter_context(full_disk())

    platform.before_answering = fills
    with disk:
        async with post.pumping(platform):
            await post.writes("words", to="a")
            await until(lambda: len(platform.calls) == 1)
            with pytest.raises(DBAPIError):
                await database.write(lambda session: session.execute(sql("UPDATE delivery SET attempts = 7")))
            disk.close()
            await post.until(DeliveryState.SENT)
    assert len(platform.calls) == 1
    assert await database.read(lambda session: session.scalar(sql("SELECT attempts FROM delivery"))) == 1
    await database.close()


async def test_a_pause_for_one_contact_holds_nobody_else_up(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.says = [RetryAfter(30.0, for_contact=True)]
    await post.writes("1", "2", to="a")
    await post.writes("1", to="b")
    async with post.pumping(platform):
        await post.until(S.QUEUED, S.QUEUED, S.SENT)
    assert [user for _, user, _ in platform.calls] == ["a", "b"]


# --- claims offered to writers ----------------------------------------------------------------------------------------


async def test_what_is_claimed_along_with_the_writing_goes_out_without_a_hint(post: Post) -> None:
    platform = Platform()
    platform.may_answer.clear()
    async with post.pumping(platform):
        await _offered(post)
        with post.bus.subscribe("outbox") as hints:
            with post.outbox.offer(ACCOUNT) as claim:
                assert claim is not None
                await post.writes("1", "2", to="a", claim=claim)
            assert await post.states() == [S.SENDING, S.QUEUED]
            await until(lambda: platform.texts("a") == ["1"])
            platform.may_answer.set()
            await post.until(S.SENT, S.SENT)
            assert await hints.next(0.05) is None
    assert platform.texts("a") == ["1", "2"]


async def test_offers_keep_to_what_the_account_may_send(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)
    platform.may_answer.clear()
    async with post.pumping(platform):
        await _offered(post)
        with post.outbox.offer(ACCOUNT) as first, post.outbox.offer(ACCOUNT) as second:
            assert first is not None
            assert second is not None
            await post.writes("1", to="a", claim=first)
            await post.writes("1", to="b", claim=second)
            assert await post.states() == [S.SENDING, S.CLAIMED]
        await until(lambda: platform.texts("a") == ["1"])
        assert platform.texts("b") == []
        platform.may_answer.set()
        await post.until(S.SENT, S.SENT)


async def test_what_is_claimed_while_the_pump_ends_is_sent_or_given_back(post: Post) -> None:
    platform = Platform()
    async with post.pumping(platform) as pumping:
        await _offered(post)
        with post.outbox.offer(ACCOUNT) as claim:
            pumping.cancel()
            await asyncio.sleep(0.05)
            assert not pumping.done()  # it waits for what is being claimed
            await post.writes("last words", to="a", claim=claim)
        await asyncio.wait([pumping])
    assert await post.states() == [S.SENT]
    assert platform.texts("a") == ["last words"]


async def test_nobody_offers_without_a_pump(post: Post) -> None:
    with post.outbox.offer(ACCOUNT) as claim:
        assert claim is None
    async with post.pumping(Platform()):
        await _offered(post)
    with post.outbox.offer(ACCOUNT) as claim:
        assert claim is None


async def test_a_claim_whose_writing_failed_leaves_nothing_behind(post: Post) -> None:
    platform = Platform(ONE_AT_A_TIME)

    def fails(session: Session) -> None:
        raise RuntimeError("on purpose")

    async with post.pumping(platform):
        await _offered(post)
        with pytest.raises(RuntimeError), post.outbox.offer(ACCOUNT):
            await post.writes("never said", to="a", claim=fails)
        await post.writes("said", to="a")
        await post.until(S.SENT)
    assert platform.texts("a") == ["said"]


async def _offered(post: Post) -> None:
    """Wait until the pump has taken back what a dead sender may have held: before that it offers nothing."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with post.outbox.offer(ACCOUNT) as claim:
                if claim is not None:
                    return
            await asyncio.sleep(0.01)
