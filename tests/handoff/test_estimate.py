"""The expected wait, estimated from recent tickets."""

from datetime import timedelta

from sqlalchemy import update

from handoff.models import Ticket
from handoff.tickets.wait_estimate import FEWEST, LATELY, Wait, expected_wait, outlook_of
from tests.handoff.floor import Floor


async def waited(floor: Floor, *minutes: float, category: str | None = None) -> None:
    """Questions that were answered after so many minutes."""
    for wait in minutes:
        number = await floor.asks()
        now = floor.clock()
        change = (
            update(Ticket)
            .where(Ticket.id == number)
            .values(category=category, opened_at=now, first_reply_at=now + timedelta(minutes=wait))
        )
        await floor.do(lambda session, change=change: session.execute(change))  # type: ignore[misc]


async def expected(floor: Floor, category: str | None = None) -> Wait | None:
    return await floor.do(lambda session: expected_wait(session, category, floor.clock()))


async def test_nothing_is_promised_on_too_little(floor: Floor) -> None:
    assert await expected(floor) is None
    await waited(floor, *[10] * (FEWEST - 1))
    await floor.asks("still waits, and says nothing about the others")
    assert await expected(floor) is None
    await waited(floor, 10)
    assert await expected(floor) == Wait(timedelta(minutes=10), timedelta(minutes=10))


async def test_the_median_and_a_bound_that_nine_in_ten_keep(floor: Floor) -> None:
    await waited(floor, *range(1, 11), 600)
    wait = await expected(floor)
    assert wait == Wait(usual=timedelta(minutes=6), bound=timedelta(minutes=10))


async def test_a_category_has_waits_of_its_own_once_there_are_enough(floor: Floor) -> None:
    await waited(floor, *[100] * FEWEST, category="access")
    await waited(floor, *[10] * 20, category="music")
    await waited(floor, *[10] * (FEWEST - 1), category="rare")
    access, rare = await expected(floor, "access"), await expected(floor, "rare")
    assert access is not None
    assert rare is not None
    assert access.usual == timedelta(minutes=100)
    assert rare == await expected(floor)


async def test_what_is_long_past_counts_no_more(floor: Floor) -> None:
    await waited(floor, *[10] * FEWEST)
    floor.clock.passes(minutes=LATELY / timedelta(minutes=1) + 1)
    assert await expected(floor) is None


async def test_the_waits_that_lasted_longer_tell_the_rest_of_a_long_one(floor: Floor) -> None:
    await waited(floor, *[10] * 20, *[840] * FEWEST)
    hours = timedelta(hours=12)
    outlook = await floor.do(lambda session: outlook_of(session, None, floor.clock() + hours, 0, hours))
    assert outlook.wait == Wait(timedelta(hours=2), timedelta(hours=2))
    outlook = await floor.do(lambda session: outlook_of(session, None, floor.clock() + 2 * hours, 0, 2 * hours))
    assert outlook.wait is None
