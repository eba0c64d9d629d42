"""Each wait of a contact is a promise with a due time, met by what the platform confirmed in time, or missed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries.claims import Claimed
from handoff.messages.values import Refused, Retry, SendOutcome, Sent, Uncertain, Unsendable
from handoff.models import Contact, Message, MessageKind, Ticket, TicketStatus
from handoff.people.privacy.erasure import forget
from handoff.tickets import queue
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.promises.models import Promise
from handoff.tickets.queue import TicketFilter
from handoff.tickets.reminders.caretaker import Caretaker
from handoff.tickets.wait_estimate import outlook_of
from knowledge.entries.drafts import CategoryDraft
from knowledge.entries.editing import put_category
from knowledge.entries.targets import Targets
from tests.handoff.floor import Floor

UNCONFIRMED: list[SendOutcome] = [
    Refused("blocked the community"), Unsendable("the message is too long"), Uncertain("no answer"),
    Retry("no connection"),
]  # fmt: skip


async def promises(floor: Floor, number: int) -> list[tuple[str, datetime, str | None]]:
    wanted = select(Promise).where(Promise.ticket_id == number).order_by(Promise.id)
    return await floor.database.read(
        lambda session: [(row.kind, row.due_at, row.outcome) for row in session.scalars(wanted)]
    )


async def category(floor: Floor, key: str, first: int | None, following: int | None) -> None:
    draft = CategoryDraft(key, {"en": key}, targets=Targets(first, following))
    await floor.do(lambda session: put_category(session, draft))


async def asks_about(floor: Floor, key: str) -> int:
    contact = await floor.contact()

    def work(session: Session) -> int:
        person = session.get_one(Contact, contact)
        return floor.desk.open(session, person, "how?", reason="asked", category=key).id

    return await floor.do(work)


async def writes(floor: Floor, number: int) -> None:
    def work(session: Session) -> None:
        ticket = session.get_one(Ticket, number)
        session.add(
            Message(
                contact_id=ticket.contact_id, ticket_id=number, kind=MessageKind.INCOMING, text="and?", at=floor.clock()
            )
        )
        floor.desk.join(session, ticket)

    await floor.do(work)


async def late(floor: Floor) -> list[int]:
    found = await floor.database.read(lambda session: queue.tickets(session, floor.clock(), TicketFilter(late=True)))
    return [view.id for view in found.items]


async def test_each_category_has_its_own_targets(floor: Floor) -> None:
    await category(floor, "music", 180, 30)
    await category(floor, "rest", None, None)
    maria = await floor.agent("Maria")
    rest, music = await asks_about(floor, "rest"), await asks_about(floor, "music")
    asked = floor.clock()
    assert await promises(floor, rest) == [("first", asked + ANSWER_WITHIN, None)]
    assert await promises(floor, music) == [("first", asked + timedelta(hours=3), None)]
    page = await floor.database.read(lambda session: queue.tickets(session, floor.clock()))
    assert [view.id for view in page.items] == [music, rest]  # what is due first comes first
    await floor.answers(music, maria, "like this")
    floor.clock.passes(hours=1)
    await writes(floor, music)
    again = floor.clock()
    assert (await floor.ticket(music)).due_at == again + timedelta(minutes=30)
    assert await promises(floor, music) == [
        ("first", asked + timedelta(hours=3), "met"),
        ("next", again + timedelta(minutes=30), None),
    ]


async def test_a_ticket_that_waits_for_its_contact_has_no_due_time(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.answers(number, maria, "which page is it?")
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.due_at) == (TicketStatus.WAITING, None)
    floor.clock.passes(days=1)
    assert await late(floor) == []


async def test_an_answer_that_is_confirmed_too_late_misses_it(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    due = floor.clock() + ANSWER_WITHIN
    floor.clock.passes(hours=11.9)
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "like this"))  # written in time
    floor.clock.passes(hours=0.2)
    await floor.delivers()
    assert await promises(floor, number) == [("first", due, "missed")]


@pytest.mark.parametrize("outcome", UNCONFIRMED)
async def test_an_answer_that_did_not_arrive_does_not_meet_it(floor: Floor, outcome: SendOutcome) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    due = floor.clock() + ANSWER_WITHIN
    await floor.settles(await _claimed(floor, number, maria.id), outcome)
    assert await promises(floor, number) == [("first", due, None)]
    assert (await floor.ticket(number)).due_at == due
    floor.clock.passes(hours=13)
    assert await late(floor) == [number]


@pytest.mark.parametrize("outcome", UNCONFIRMED)
async def test_a_ticket_whose_answer_did_not_arrive_is_never_closed_by_silence(
    floor: Floor, outcome: SendOutcome
) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.settles(await _claimed(floor, number, maria.id), outcome)
    caretaker = Caretaker(floor.database, floor.desk, floor.outbox, floor.bus, floor.clock)
    for _ in range(4):
        floor.clock.passes(days=30)
        await caretaker.look()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.solved_at) == (TicketStatus.OPEN, None)


async def test_an_answer_on_its_way_keeps_the_promise_of_a_solved_question(floor: Floor) -> None:
    maria, due = await floor.agent("Maria"), floor.clock() + ANSWER_WITHIN
    arrives, gets_lost, refused = [await floor.asks() for _ in range(3)]
    for number, outcome in ((arrives, Sent()), (gets_lost, Uncertain("no answer")), (refused, Refused("blocked"))):
        claimed = await _claimed(floor, number, maria.id)
        await floor.do(lambda session, number=number: floor.desk.resolve(session, number, maria.id))  # type: ignore[misc]
        assert await promises(floor, number) == [("first", due, None)]
        await floor.settles(claimed, outcome)
    assert await promises(floor, arrives) == [("first", due, "met")]
    assert await promises(floor, gets_lost) == [("first", due, None)]
    assert (await floor.ticket(gets_lost)).status is TicketStatus.OPEN
    assert await promises(floor, refused) == [("first", due, "void")]
    assert (await floor.ticket(refused)).due_at is None


@pytest.mark.parametrize(("hours", "outcome"), [(1, "void"), (13, "missed")])
async def test_a_withdrawn_question_is_owed_nothing(floor: Floor, hours: int, outcome: str) -> None:
    number, due = await floor.asks(), floor.clock() + ANSWER_WITHIN
    floor.clock.passes(hours=hours)
    await floor.do(lambda session: floor.desk.withdraw(session, session.get_one(Ticket, number)))
    assert await promises(floor, number) == [("first", due, outcome)]
    assert (await floor.ticket(number)).due_at is None


async def test_solving_and_taking_it_back_leaves_the_due_time(floor: Floor) -> None:
    number, maria, due = await floor.asks(), await floor.agent("Maria"), floor.clock() + ANSWER_WITHIN
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id, timedelta(seconds=10)))
    await floor.do(lambda session: floor.desk.undo_resolve(session, number, maria.id))
    assert await promises(floor, number) == [("first", due, "void"), ("first", due, None)]
    assert (await floor.ticket(number)).due_at == due


async def test_a_reopened_question_is_a_new_wait(floor: Floor) -> None:
    number, maria, due = await floor.asks(), await floor.agent("Maria"), floor.clock() + ANSWER_WITHIN
    await floor.answers(number, maria, "like this")
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    floor.clock.passes(days=2)
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    assert await promises(floor, number) == [("first", due, "met"), ("next", floor.clock() + ANSWER_WITHIN, None)]


async def test_words_from_before_a_wait_do_not_keep_its_promise(floor: Floor) -> None:
    """An old reply that arrives late is no answer to what the contact asked since."""
    contact = await floor.contact()
    number, maria = await floor.asks(contact_id=contact), await floor.agent("Maria")
    await floor.answers(number, maria, "like this", Refused("blocked"))
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    floor.clock.passes(days=1)
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: floor.outbox.resume(session, contact))
    await floor.delivers()
    ticket, due = await floor.ticket(number), floor.clock() + ANSWER_WITHIN
    assert (ticket.status, ticket.due_at) == (TicketStatus.OPEN, due)
    assert [outcome for *_, outcome in await promises(floor, number)] == ["void", None]


async def test_of_merged_questions_the_earlier_promise_stays(floor: Floor) -> None:
    maria, contact = await floor.agent("Maria"), await floor.contact()
    early, due = await floor.asks(contact_id=contact), floor.clock() + ANSWER_WITHIN
    floor.clock.passes(hours=1)
    number = await floor.asks(contact_id=contact)
    own = floor.clock() + ANSWER_WITHIN
    await floor.do(lambda session: floor.desk.merging.merge(session, number, early, maria.id))
    assert await promises(floor, early) == [("first", due, "void")]
    assert await promises(floor, number) == [("first", own, "void"), ("first", due, None)]
    assert (await floor.ticket(number)).due_at == due


async def test_an_erased_contact_is_owed_nothing(floor: Floor) -> None:
    contact = await floor.contact()
    number, due = await floor.asks(contact_id=contact), floor.clock() + ANSWER_WITHIN
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await promises(floor, number) == [("first", due, "void")]
    assert (await floor.ticket(number)).due_at is None


async def test_the_contact_is_told_the_time_of_the_category(floor: Floor) -> None:
    await category(floor, "music", 180, None)
    outlook = await floor.database.read(lambda session: outlook_of(session, "music", floor.clock()))
    assert outlook.within == timedelta(hours=3)


async def _claimed(floor: Floor, number: int, agent_id: int) -> Claimed:
    """The part of a new reply, just before it is sent."""
    await floor.do(lambda session: floor.desk.reply(session, number, agent_id, "like this"))
    (claimed,) = [one for one in await floor.claims() if one.part.text.text.endswith("like this")]
    assert await floor.fences(claimed)
    return claimed
