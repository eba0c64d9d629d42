"""The machine's clock is set back by an hour: nothing waits longer because of it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from handoff.errors import HeldError
from handoff.messages import files
from handoff.messages.files import MessageRef, Rules
from handoff.messages.values import Attachment, Retry
from handoff.models import Delivery, DeliveryState
from handoff.tickets import queue
from infra.web.throttle import Throttle
from tests.handoff.floor import Floor
from tests.office import Clock

S = DeliveryState
RULES = Rules(1, frozenset({"photo"}))


async def test_what_is_queued_goes_out_at_once(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    floor.clock.passes(hours=-1)
    await floor.recovers("one", idempotent=True)
    assert len(await floor.claims("one")) == 1


async def test_a_retry_waits_its_own_pause_and_no_longer(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    (part,) = await floor.claims("one")
    assert await floor.fences(part, "one")
    assert await floor.settles(part, Retry("no"), "one") is S.RETRYING
    floor.clock.passes(hours=-1)
    await floor.recovers("one", idempotent=True)
    assert await floor.claims("one") == []
    floor.clock.passes(seconds=1.3)  # the first pause is a second, give or take a fifth
    assert len(await floor.claims("one")) == 1


async def test_a_claim_of_ours_that_was_forgotten_lapses_in_its_time(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    await floor.claims("one")
    floor.clock.passes(hours=-1)
    await floor.recovers("one", idempotent=True)
    assert (await floor.parts(anna))[0].state is S.CLAIMED
    floor.clock.passes(seconds=46)
    await floor.recovers("one", idempotent=True)
    assert (await floor.parts(anna))[0].state is S.QUEUED


async def test_a_lease_of_another_process_is_void_whenever_it_ends(floor: Floor) -> None:
    anna = await floor.contact()
    await floor.posts(anna)
    await floor.claims("the process before")
    far = floor.clock() + timedelta(days=365)
    await floor.do(lambda session: session.execute(update(Delivery).values(lease_until=far)))
    await floor.recovers("this one", idempotent=True)
    assert len(await floor.claims("this one")) == 1


async def test_a_file_is_fetched_after_its_own_pause(floor: Floor) -> None:
    anna = await floor.contact()
    message = await floor.posts(anna)
    photo = Attachment("photo", "a.png", source="place")
    await floor.do(
        lambda session: files.want(session, MessageRef(message, anna, "vk:main"), [photo], RULES, floor.clock())
    )
    (wanted,) = await floor.do(lambda session: files.due(session, "vk:main", floor.clock(), 5))
    await floor.do(lambda session: files.postpone(session, wanted.id, floor.clock()))
    floor.clock.passes(hours=-1)
    await floor.do(lambda session: files.follow_clock(session, "vk:main", floor.clock()))
    assert await floor.do(lambda session: files.due(session, "vk:main", floor.clock(), 5)) == []
    floor.clock.passes(seconds=5)
    assert await floor.do(lambda session: files.due(session, "vk:main", floor.clock(), 5)) == [wanted]


async def test_a_claim_of_an_agent_holds_no_longer_than_half_an_hour(floor: Floor) -> None:
    boris, vera = await floor.agent("Boris"), await floor.agent("Vera")
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, boris.id))
    floor.clock.passes(hours=-1)
    floor.clock.passes(minutes=30)
    shown = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
    assert shown is not None
    assert shown.assignee is None
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, vera.id))
    assert (await floor.ticket(number)).assignee_id == vera.id


def test_tries_of_the_future_lock_nobody_out() -> None:
    clock = Clock()
    throttle = Throttle(2, clock)
    assert [throttle.allows("anna") for _ in range(3)] == [True, True, False]
    clock.passes(hours=-1)
    assert throttle.retry_after("anna") <= 60
    assert throttle.allows("anna")


async def test_a_claim_made_by_a_clock_slightly_ahead_is_in_force(floor: Floor) -> None:
    number, boris, vera = await floor.asks(), await floor.agent("Boris"), await floor.agent("Vera")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, boris.id))
    floor.clock.passes(seconds=-1)
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, vera.id))
