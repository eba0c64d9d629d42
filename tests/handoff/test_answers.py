"""An answer counts from the platform's confirmation; until then the question stays open and its due time runs."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.messages import buttons
from handoff.messages.values import (
    AuthBroken,
    Refused,
    Retry,
    RetryAfter,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)
from handoff.models import Contact, Delivery, DeliveryState, Message, MessageKind, Ticket, TicketStatus
from handoff.tickets import queue
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.queue import TicketFilter
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.wait_estimate import expected_wait
from tests.handoff.floor import Floor

S, OPEN, WAITING, SOLVED = DeliveryState, TicketStatus.OPEN, TicketStatus.WAITING, TicketStatus.SOLVED
LONG = "Write this down. " * 500
"""An answer of three parts."""
LOST: list[tuple[SendOutcome, DeliveryState]] = [
    (Refused("blocked the community"), S.REFUSED),
    (Unsendable("the message is too long"), S.FAILED),
    (Uncertain("no answer"), S.MAYBE),
]
DELAYED = [
    (Retry("no connection"), S.RETRYING), (RetryAfter(20), None), (AuthBroken("the token is rejected"), S.RETRYING)
]  # fmt: skip


async def asked(floor: Floor) -> tuple[int, int]:
    """A question of half an hour ago; its contact and its number."""
    contact = await floor.contact()
    number = await floor.asks(contact_id=contact)
    floor.clock.passes(minutes=30)
    return contact, number


async def state(floor: Floor, number: int) -> tuple[TicketStatus, DeliveryState | None]:
    ticket = await floor.ticket(number)
    return ticket.status, ticket.undelivered


async def part(floor: Floor, contact: int, index: int = -1) -> Delivery:
    return (await floor.parts(contact))[index]


async def writes(floor: Floor, contact: int, number: int, text: str = "and this?") -> None:
    """The contact adds to the question."""

    def work(session: Session) -> None:
        session.add(
            Message(contact_id=contact, ticket_id=number, kind=MessageKind.INCOMING, text=text, at=floor.clock())
        )
        floor.desk.join(session, session.get_one(Ticket, number))

    await floor.do(work)


async def test_it_counts_from_the_confirmation(floor: Floor) -> None:
    _, number = await asked(floor)
    maria, opened = await floor.agent("Maria"), floor.clock() - timedelta(minutes=30)
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "like this"))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.waiting_since, ticket.due_at) == (OPEN, opened, opened + ANSWER_WITHIN)
    assert (ticket.first_reply_at, ticket.remind_at, ticket.solve_at) == (None, None, None)
    floor.clock.passes(hours=1)
    await floor.delivers()
    ticket, now = await floor.ticket(number), floor.clock()
    assert (ticket.status, ticket.waiting_since, ticket.undelivered) == (WAITING, None, None)
    assert (ticket.first_reply_at, ticket.remind_at, ticket.solve_at) == (
        now, now + timedelta(days=2), now + timedelta(days=7),
    )  # fmt: skip


@pytest.mark.parametrize(("outcome", "mark"), [*LOST, *DELAYED])
async def test_what_does_not_arrive_leaves_it_open_late_and_marked(
    floor: Floor, outcome: SendOutcome, mark: DeliveryState | None
) -> None:
    _, number = await asked(floor)
    due = (await floor.ticket(number)).due_at
    await floor.answers(number, await floor.agent("Maria"), "like this", outcome)
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.due_at, ticket.undelivered) == (OPEN, due, mark)
    assert (ticket.first_reply_at, ticket.waiting_since) == (None, ticket.opened_at)
    floor.clock.passes(days=30)
    await Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock).look()
    late = await floor.database.read(lambda session: queue.tickets(session, floor.clock(), TicketFilter(late=True)))
    assert [(view.id, view.status, view.undelivered) for view in late.items] == [(number, OPEN, mark)]


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_every_part_of_it_has_to_arrive(floor: Floor, lost: int) -> None:
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, LONG))
    for place in range(3):
        assert (await floor.ticket(number)).status is OPEN
        await floor.sends(Uncertain("no answer") if place == lost else Sent({}))
    assert await state(floor, number) == (OPEN, S.MAYBE)
    floor.clock.passes(hours=3)
    missing = await part(floor, contact, lost)
    await floor.do(lambda session: floor.outbox.settle_by_hand(session, missing.id, arrived=True))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.undelivered, ticket.first_reply_at) == (WAITING, None, floor.clock())


async def test_sent_again_by_an_agent_it_counts_from_then(floor: Floor) -> None:
    for outcome, _ in LOST:
        contact, number = await asked(floor)
        await floor.answers(number, await floor.agent("Maria"), "like this", outcome)
        floor.clock.passes(days=1)
        lost = await part(floor, contact)
        await floor.do(lambda session, lost=lost: floor.outbox.retry(session, lost.id))  # type: ignore[misc]
        assert await state(floor, number) == (OPEN, None)
        await floor.delivers()
        ticket = await floor.ticket(number)
        assert (ticket.status, ticket.undelivered, ticket.first_reply_at) == (WAITING, None, floor.clock())
        assert ticket.solve_at == floor.clock() + timedelta(days=7)


async def test_what_an_agent_says_is_lost_stays_open(floor: Floor) -> None:
    contact, number = await asked(floor)
    await floor.answers(number, await floor.agent("Maria"), "like this", Uncertain("no answer"))
    lost = await part(floor, contact)
    await floor.do(lambda session: floor.outbox.settle_by_hand(session, lost.id, arrived=False))
    assert await state(floor, number) == (OPEN, S.FAILED)


async def test_who_had_blocked_us_gets_it_on_return_and_it_counts_from_then(floor: Floor) -> None:
    contact, number = await asked(floor)
    await floor.answers(number, await floor.agent("Maria"), LONG, Refused("blocked the community"))
    floor.clock.passes(days=1)
    await floor.do(lambda session: floor.outbox.resume(session, contact))
    assert await state(floor, number) == (OPEN, None)
    await floor.delivers()
    assert await state(floor, number) == (WAITING, None)
    assert (await floor.ticket(number)).first_reply_at == floor.clock()


async def test_who_writes_before_it_arrives_waits_for_another_answer(floor: Floor) -> None:
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.answers(number, maria, "like this", Refused("blocked the community"))
    floor.clock.passes(days=1)
    wrote = floor.clock()
    await writes(floor, contact, number)
    await floor.do(lambda session: floor.outbox.resume(session, contact))
    floor.clock.passes(hours=1)
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.waiting_since, ticket.due_at) == (OPEN, wrote, wrote + ANSWER_WITHIN)
    assert ticket.first_reply_at == floor.clock()
    await floor.answers(number, maria, "that too")
    assert (await floor.ticket(number)).status is WAITING


async def test_a_later_answer_that_is_lost_opens_an_answered_question_again(floor: Floor) -> None:
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    due = (await floor.ticket(number)).due_at
    await floor.answers(number, maria, "like this")
    floor.clock.passes(days=1)
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "no, like that"))
    assert (await floor.ticket(number)).status is WAITING  # which it may well be in a moment
    wrote = floor.clock()
    await floor.delivers(Uncertain("no answer"))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.waiting_since, ticket.due_at, ticket.undelivered) == (OPEN, wrote, due, S.MAYBE)
    assert (ticket.remind_at, ticket.solve_at) == (None, None)
    assert (await floor.events(number))[-1] == ("answer_lost", "")
    await floor.answers(number, maria, "like that, once more")
    assert await state(floor, number) == (WAITING, S.MAYBE)  # the words between are missing, and marked
    lost = await part(floor, contact, 1)
    await floor.do(lambda session: floor.outbox.settle_by_hand(session, lost.id, arrived=True))
    assert await state(floor, number) == (WAITING, None)


async def test_silence_counts_only_where_nothing_is_missing(floor: Floor) -> None:
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.answers(number, maria, "first", Uncertain("no answer"))
    await floor.answers(number, maria, "second")
    floor.clock.passes(days=8)
    await caretaker.look()
    assert await state(floor, number) == (WAITING, S.MAYBE)
    await writes(floor, contact, number)
    await floor.answers(number, maria, "third")
    assert await state(floor, number) == (WAITING, None)
    floor.clock.passes(days=7)
    await caretaker.look()
    assert (await floor.ticket(number)).status is SOLVED


async def test_nobody_counts_as_silent_while_an_answer_is_on_its_way(floor: Floor) -> None:
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    _, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.answers(number, maria, "first")
    floor.clock.passes(days=7)
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "second"))
    await caretaker.look()
    assert (await floor.ticket(number)).status is WAITING
    await floor.delivers()
    await caretaker.look()
    assert (await floor.ticket(number)).solve_at == floor.clock() + timedelta(days=7)


async def test_a_correction_changes_the_words_and_not_whose_turn_it_is(floor: Floor) -> None:
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    message = await floor.answers(number, maria, "like this")
    answered = await floor.ticket(number)
    floor.clock.passes(hours=1)
    await floor.do(lambda session: floor.desk.correct(session, message, maria.id, "like that"))
    await floor.delivers(Refused("blocked the community"))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.undelivered) == (WAITING, S.REFUSED)
    await floor.do(lambda session: floor.outbox.resume(session, contact))
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.undelivered, ticket.solve_at) == (WAITING, None, answered.solve_at)


async def test_what_was_lost_arrives_as_a_correction(floor: Floor) -> None:
    _, number = await asked(floor)
    maria = await floor.agent("Maria")
    message = await floor.answers(number, maria, "like this", Uncertain("no answer"))
    await floor.do(lambda session: floor.desk.correct(session, message, maria.id, "like that"))
    await floor.sends(Unsendable("the message can no longer be changed"))
    assert await state(floor, number) == (OPEN, None)
    await floor.delivers()
    assert await state(floor, number) == (WAITING, None)


@pytest.mark.parametrize(
    ("outcome", "after"), [(LOST[0][0], SOLVED), (LOST[1][0], OPEN), (LOST[2][0], OPEN), (Sent({}), SOLVED)]
)
async def test_closed_while_the_answer_is_on_its_way_it_opens_again_if_that_is_lost(
    floor: Floor, outcome: SendOutcome, after: TicketStatus
) -> None:
    _, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "like this"))
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await floor.sends(outcome)
    ticket = await floor.ticket(number)
    assert ticket.status is after
    assert (ticket.solved_at is None) == (after is OPEN)
    await floor.delivers()  # asks whether it is solved
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    assert (await floor.ticket(number)).status is SOLVED


async def test_what_an_agent_closes_knowing_that_it_was_lost_stays_closed(floor: Floor) -> None:
    contact, number = await asked(floor)
    maria = await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, LONG))
    await floor.sends(Uncertain("no answer"))
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await floor.delivers()
    assert (await floor.ticket(number)).status is SOLVED
    lost = await part(floor, contact, 0)
    await floor.do(lambda session: floor.outbox.settle_by_hand(session, lost.id, arrived=True))
    assert await state(floor, number) == (SOLVED, None)


async def test_the_bots_words_are_no_answer(floor: Floor) -> None:
    contact, number = await asked(floor)

    def says(session: Session) -> None:
        who, button = session.get_one(Contact, contact), Choice("Continue", buttons.FormGo())
        floor.outbox.post(session, who, OutgoingMessage(RichText("Which version?"), (button,), number))

    await floor.do(says)
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.first_reply_at, ticket.undelivered) == (OPEN, None, None)
    await floor.do(says)
    await floor.delivers(Unsendable("the message is too long"))
    assert await state(floor, number) == (OPEN, None)


async def test_the_wait_that_is_told_ends_with_the_confirmation(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    numbers = [await floor.asks() for _ in range(5)]
    for number in numbers:
        await floor.do(lambda session, number=number: floor.desk.reply(session, number, maria.id, "so"))  # type: ignore[misc]
    assert await floor.database.read(lambda session: expected_wait(session, None, floor.clock())) is None
    last = await floor.asks()
    assert await floor.database.read(lambda session: queue.ahead(session, last)) == 0  # these need no agent's time
    floor.clock.passes(hours=2)
    await floor.delivers()
    wait = await floor.database.read(lambda session: expected_wait(session, None, floor.clock()))
    assert wait is not None
    assert wait.usual == timedelta(hours=2)


async def test_the_next_question_is_one_that_an_agent_can_do_something_about(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    outcomes = (
        Refused("blocked the community"),
        Retry("no connection"),
        Uncertain("no answer"),
        Unsendable("too long"),
    )
    numbers = []
    for outcome in outcomes:
        numbers.append(await floor.asks())
        await floor.answers(numbers[-1], maria, "so", outcome)
    numbers.append(await floor.asks())
    for number in numbers[:-1]:
        await floor.do(lambda session, number=number: floor.desk.ownership.release(session, number, maria.id))  # type: ignore[misc]  # bound at once
    oleg = await floor.agent("Oleg")
    taken = [await floor.do(lambda session: floor.desk.ownership.take_next(session, oleg.id)) for _ in range(4)]
    assert taken == [*numbers[2:], None]
