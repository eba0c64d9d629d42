"""The pump: never faster than allowed, paused when asked, and every outcome in its row."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.channels import ChannelLimits, Inlet
from bot.channels.downloads import Fetch
from bot.delivery.pump import Pace, Pump
from bot.program.schema import migrate
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Claim, Outbox
from handoff.messages.values import (
    AuthBroken,
    IncomingEvent,
    OutgoingPart,
    Retry,
    RetryAfter,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
)
from handoff.models import Contact, Delivery, DeliveryState
from infra.bus import Bus, LocalBus
from infra.clock import utc_now
from infra.database import Database
from infra.files import Incoming
from tests.servers.full_disk import full_disk
from tests.servers.postgres import Postgres

ACCOUNT = "vk:main"
PATIENCE = 20.0
S = DeliveryState
FAST = ChannelLimits(1000, 1000, 5, 40, idempotent=True, concurrency=8)
ONE_AT_A_TIME = ChannelLimits(1000, 1000, 5, 40, idempotent=True, concurrency=1)


# --- the pace, in a time of its own -----------------------------------------------------------------------------------


class Moments:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sent_by(pace: Pace, moments: Moments, contacts: Sequence[int], until: float) -> list[tuple[float, int]]:
    """Simulate a sender that sends to each allowed contact as soon as possible."""
    sent: list[tuple[float, int]] = []
    turn = 0
    while moments.now < until:
        free = [contact for contact in contacts if pace.contact_wait(contact) <= 0]
        if pace.wait() <= 0 and free:
            contact = free[turn % len(free)]
            turn += 1
            pace.take(contact)
            sent.append((moments.now, contact))
        else:
            moments.now += max(0.001, min(pace.wait(), 0.01))
    return sent


def most_in(sent: Sequence[float], seconds: float) -> int:
    return max(sum(start <= at < start + seconds for at in sent) for start in sent)


def test_the_account_keeps_its_rate_and_uses_it() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    sent = sent_by(pace, moments, range(200), until=20)
    times = [at for at, _ in sent]
    assert most_in(times, 1.0) <= 25 + 2
    assert len(sent) >= 0.95 * 25 * 20


def test_each_contact_has_a_rate_of_their_own_with_a_burst_of_three() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    by_contact = defaultdict(list)
    for at, contact in sent_by(pace, moments, [1, 2], until=10):
        by_contact[contact].append(at)
    for times in by_contact.values():
        assert [at < 0.5 for at in times[:4]] == [True, True, True, False]
        assert most_in(times[3:], 1.0) <= 2
        assert 11 <= len(times) <= 13


def test_a_pause_stops_everything_and_the_longest_counts() -> None:
    moments = Moments()
    pace = Pace(per_second=25, per_contact=1, now=moments)
    pace.pause(30)
    pace.pause(5)
    assert pace.wait() == 30
    moments.now = 29.9
    assert pace.wait() > 0
    moments.now = 30.0
    assert pace.wait() == 0


def test_contacts_that_rest_are_forgotten_without_harm() -> None:
    moments = Moments()
    pace = Pace(per_second=1000, per_contact=1, now=moments)
    for contact in range(1000):
        pace.take(contact)
        moments.now += 10
    assert pace.contact_wait(0) == 0
    assert pace.contact_wait(10**9) == 0


# --- the pump ---------------------------------------------------------------------------------------------------------


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
