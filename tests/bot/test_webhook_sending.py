"""The sender against a real receiver: signatures, retries, crashes, and several processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.webhooks import WebhookSender
from handoff.audit.log import COMMAND_LINE
from handoff.webhooks import queue
from handoff.webhooks.listeners import Listeners
from handoff.webhooks.models import EventState, Problem, Webhook, WebhookDelivery, WebhookEvent
from handoff.webhooks.outbox import WebhookOutbox
from handoff.webhooks.registry import UnknownWebhookError, WebhookDraft, Webhooks
from infra.bus import LocalBus
from infra.database import Database
from infra.outgoing import AddressRules
from tests.conftest import Backend
from tests.office import Clock
from tests.servers.databases import make_tables
from tests.servers.receiver import PATIENCE, Receiver, receiving

LOOPBACK = AddressRules(["127.0.0.0/8"])
Reads = Callable[[Session], bool]


@dataclass
class Process:
    """One process with its own connection to the database."""

    database: Database
    clock: Clock
    bus: LocalBus
    outbox: WebhookOutbox
    webhooks: Webhooks

    async def registers(self, url: str) -> tuple[int, str]:
        draft = WebhookDraft(url, (WebhookEvent.OPENED,))
        view, secret = await self.database.write(lambda session: self.webhooks.add(session, draft, COMMAND_LINE))
        return view.id, secret

    async def events(self, number: int, count: int = 1) -> None:
        """Let events happen for a webhook."""

        def write(session: Session) -> None:
            for _ in range(count):
                self.outbox.test(session, number)

        await self.database.write(write)

    async def log(self, number: int) -> list[tuple[EventState, int, Problem | None, int | None]]:
        """State, attempts and last problem of each event."""
        events = await self.database.read(lambda session: self.webhooks.log(session, number))
        return [(one.state, one.attempts, one.problem, one.status_code) for one in reversed(events)]

    async def until(self, true: Reads) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self.database.read(true):
                await asyncio.sleep(0.01)

    async def until_settled(self, number: int, attempts: int = 1) -> None:
        """Wait until every event of a webhook was tried so often."""
        fewer = select(WebhookDelivery.id).where(
            WebhookDelivery.webhook_id == number, WebhookDelivery.attempts < attempts
        )
        await self.until(lambda session: session.scalar(fewer.limit(1)) is None)

    @asynccontextmanager
    async def sending(self, rules: AddressRules = LOOPBACK, patience: float = 60) -> AsyncIterator[None]:
        sender = WebhookSender(self.database, self.outbox, rules, self.bus, self.clock)
        sender.timeout = patience
        await Listeners(self.database, self.bus, self.outbox).refresh()
        task = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def process(url: str, clock: Clock) -> AsyncIterator[Process]:
    bus, database = LocalBus(), Database(url)
    outbox = WebhookOutbox(bus, clock)
    yield Process(database, clock, bus, outbox, Webhooks(outbox, LOOPBACK, bus, clock))
    await database.close()


@pytest.fixture
async def office(backend: Backend) -> AsyncIterator[Process]:
    make_tables(backend.database_url)
    async with process(backend.database_url, Clock()) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def test_events_arrive_signed_and_in_order(office: Process, receiver: Receiver) -> None:
    number, secret = await office.registers(receiver.url)
    await office.events(number, 5)
    async with office.sending():
        await office.until_settled(number)
    assert await office.log(number) == [(EventState.DELIVERED, 1, None, 204)] * 5
    keys = await office.database.read(
        lambda session: list(session.scalars(select(WebhookDelivery.key).order_by(WebhookDelivery.id)))
    )
    assert receiver.keys == keys
    for request in receiver.requests:
        assert request.is_signed_by(secret)
        assert request.headers["content-type"] == "application/json"
        assert request.headers["webhook-timestamp"] == str(int(office.clock().timestamp()))
        assert request.payload == {
            "type": "webhook.test",
            "timestamp": "2026-11-22T12:00:00.000Z",
            "data": {"webhook": {"id": number}},
        }


async def test_a_rotated_secret_signs_beside_the_old_one(office: Process, receiver: Receiver) -> None:
    number, old = await office.registers(receiver.url)
    fresh = await office.database.write(lambda session: office.webhooks.rotate(session, number, COMMAND_LINE))
    await office.events(number)
    async with office.sending():
        (request,) = await receiver.hears(1)
    assert request.is_signed_by(old)
    assert request.is_signed_by(fresh)


async def test_an_event_is_repeated_with_the_same_id_after_a_failure(office: Process, receiver: Receiver) -> None:
    receiver.statuses = [500]
    number, secret = await office.registers(receiver.url)
    await office.events(number)
    async with office.sending():
        await office.until_settled(number)
        assert await office.log(number) == [(EventState.PENDING, 1, Problem.STATUS, 500)]
        office.clock.passes(seconds=6)
        await office.until_settled(number, attempts=2)
    assert await office.log(number) == [(EventState.DELIVERED, 2, None, 204)]
    assert len(set(receiver.keys)) == 1
    assert receiver.requests[0].headers["webhook-timestamp"] != receiver.requests[1].headers["webhook-timestamp"]
    assert all(request.is_signed_by(secret) for request in receiver.requests)


async def test_a_redirect_is_not_followed(office: Process, receiver: Receiver) -> None:
    receiver.statuses = [302]
    number, _ = await office.registers(receiver.url)
    await office.events(number)
    async with office.sending():
        await office.until_settled(number)
    assert await office.log(number) == [(EventState.PENDING, 1, Problem.REDIRECT, 302)]
    assert len(receiver.requests) == 1


async def test_gone_for_good_switches_the_webhook_off(office: Process, receiver: Receiver) -> None:
    receiver.statuses = [410]
    number, _ = await office.registers(receiver.url)
    await office.events(number, 3)
    off = select(Webhook.id).where(Webhook.disabled_at.is_not(None))
    async with office.sending():
        await office.until(lambda session: session.scalar(off) is not None)
        other, _ = await office.registers(receiver.url)
        await office.events(other)
        await office.until_settled(other)
    assert [state for state, *_ in await office.log(number)] == [
        EventState.FAILED,
        EventState.PENDING,
        EventState.PENDING,
    ]
    assert len(receiver.requests) == 2


async def test_a_receiver_that_does_not_respond_delays_no_other(office: Process, receiver: Receiver) -> None:
    async with receiving() as silent, office.sending():
        silent.may_respond.clear()
        stuck, _ = await office.registers(silent.url)
        number, _ = await office.registers(receiver.url)
        await office.events(stuck, 2)
        await silent.hears(1)
        await office.events(number, 10)
        await receiver.hears(10)
        assert len(silent.requests) == 1, "one request at a time"


async def test_a_response_takes_ten_seconds_at_most(office: Process, receiver: Receiver) -> None:
    assert queue.TIMEOUT == 10
    receiver.may_respond.clear()
    number, _ = await office.registers(receiver.url)
    await office.events(number)
    async with office.sending(patience=0.2):
        await office.until_settled(number)
    assert await office.log(number) == [(EventState.PENDING, 1, Problem.TIMEOUT, None)]


async def test_nothing_listens_there(office: Process) -> None:
    async with receiving() as receiver:
        url = receiver.url
    number, _ = await office.registers(url)
    await office.events(number)
    async with office.sending():
        await office.until_settled(number)
    assert await office.log(number) == [(EventState.PENDING, 1, Problem.CONNECTION, None)]


async def test_a_server_without_a_certificate_is_refused(office: Process, receiver: Receiver) -> None:
    number, _ = await office.registers(receiver.url.replace("http:", "https:"))
    await office.events(number)
    async with office.sending():
        await office.until_settled(number)
    ((state, _, problem, _),) = await office.log(number)
    assert state is EventState.PENDING
    assert problem in {Problem.CERTIFICATE, Problem.CONNECTION}
    assert receiver.requests == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_a_name_that_leads_inside_by_now_is_not_reached(office: Process, receiver: Receiver, host: str) -> None:
    """It was public when it was registered; its owner has let it lead elsewhere since."""
    number, _ = await office.registers(receiver.url.replace("127.0.0.1", host).replace("http:", "https:"))
    plain, _ = await office.registers(receiver.url.replace("127.0.0.1", host))
    await office.events(number)
    await office.events(plain)
    async with office.sending(AddressRules()):
        await office.until_settled(number)
        await office.until_settled(plain)
    for one in (number, plain):
        ((_, _, problem, _),) = await office.log(one)
        assert problem in {Problem.ADDRESS, Problem.CONNECTION}
    assert receiver.requests == []


async def test_a_process_killed_before_it_noted_the_outcome_repeats_it_with_the_same_id(
    office: Process, receiver: Receiver
) -> None:
    receiver.may_respond.clear()
    number, _ = await office.registers(receiver.url)
    await office.events(number)
    async with office.sending():
        await receiver.hears(1)
    assert await office.log(number) == [(EventState.PENDING, 0, None, None)]
    receiver.may_respond.set()
    office.clock.passes(seconds=31)
    async with office.sending():
        await office.until_settled(number)
    assert await office.log(number) == [(EventState.DELIVERED, 1, None, 204)]
    assert len(receiver.keys) == 2
    assert len(set(receiver.keys)) == 1


async def test_a_webhook_deleted_while_its_event_is_under_way(office: Process, receiver: Receiver) -> None:
    receiver.may_respond.clear()
    number, _ = await office.registers(receiver.url)
    await office.events(number)
    async with office.sending():
        await receiver.hears(1)
        await office.database.write(lambda session: office.webhooks.remove(session, number, COMMAND_LINE))
        receiver.may_respond.set()
        other, _ = await office.registers(receiver.url)
        await office.events(other)
        await office.until_settled(other)
    with pytest.raises(UnknownWebhookError):
        await office.database.read(lambda session: office.webhooks.get(session, number))


async def test_two_processes_never_send_the_same_event_at_once(postgres_database: str) -> None:
    clock = Clock()
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receiving())
        one = await stack.enter_async_context(process(postgres_database, clock))
        two = await stack.enter_async_context(process(postgres_database, clock))
        number, _ = await one.registers(receiver.url)
        await one.events(number, 40)
        await stack.enter_async_context(one.sending())
        await stack.enter_async_context(two.sending())
        await one.until_settled(number)
        assert len(receiver.keys) == len(set(receiver.keys)) == 40
        assert receiver.most_at_once == 1


async def test_another_process_follows_a_change_of_the_list(postgres_database: str) -> None:
    clock = Clock()
    async with process(postgres_database, clock) as one, process(postgres_database, clock) as two:
        following = asyncio.create_task(Listeners(two.database, two.bus, two.outbox).run())
        try:
            assert not two.outbox.wants(WebhookEvent.OPENED)
            await one.registers("https://example.org/hooks")
            async with asyncio.timeout(PATIENCE):
                while not two.outbox.wants(WebhookEvent.OPENED):
                    await asyncio.sleep(0.01)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
