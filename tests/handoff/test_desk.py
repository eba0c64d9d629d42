"""The use cases of a ticket, each with its refusals."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.errors import ClosedError, EmptyTextError, HeldError, NotFoundError
from handoff.models import ChoiceRow, Contact, Message, Ticket, TicketStatus
from handoff.search.models import MessageSearch
from handoff.tickets import queue
from handoff.tickets.claims import CLAIM
from handoff.tickets.promises.due_times import ANSWER_WITHIN
from handoff.tickets.promises.models import Promise
from handoff.tickets.thread_parts import take_along
from tests.handoff.floor import Floor

HALF_AN_HOUR = CLAIM


# --- opening and joining ----------------------------------------------------------------------------------------------


async def test_a_question_opens_with_a_promise(floor: Floor) -> None:
    number = await floor.asks("how?")
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.question, ticket.reason) == (TicketStatus.OPEN, "how?", "asked")
    assert (ticket.assignee_id, ticket.waiting_since) == (None, floor.clock())
    assert ticket.due_at == floor.clock() + ANSWER_WITHIN
    assert await floor.events(number) == [("opened", "")]


async def test_a_number_is_never_given_twice(floor: Floor) -> None:
    first = await floor.asks()

    def lose(session: Session) -> None:
        for model in (MessageSearch, Message, Promise, Ticket):
            session.execute(delete(model))

    await floor.do(lose)
    assert await floor.asks() > first


async def test_more_words_keep_the_place_in_the_queue(floor: Floor) -> None:
    number = await floor.asks()
    opened = floor.clock()
    floor.clock.passes(hours=1)
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))
    ticket = await floor.ticket(number)
    assert (ticket.waiting_since, ticket.due_at) == (opened, opened + ANSWER_WITHIN)


async def test_more_words_after_an_answer_wait_anew(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.answers(number, maria, "like this")
    assert (await floor.ticket(number)).status is TicketStatus.WAITING
    floor.clock.passes(hours=1)
    await floor.do(lambda session: floor.desk.join(session, session.get_one(Ticket, number)))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.waiting_since) == (TicketStatus.OPEN, floor.clock())
    assert ticket.due_at == floor.clock() + ANSWER_WITHIN


async def test_a_withdrawn_question_leaves_the_queue_and_keeps_its_lines(floor: Floor) -> None:
    number, boris = await floor.asks(), await floor.agent("Boris")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, boris.id))
    for _ in range(2):  # the second time there is nothing left to withdraw
        await floor.do(lambda session: floor.desk.withdraw(session, session.get_one(Ticket, number)))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.waiting_since, ticket.solved_at) == (TicketStatus.WITHDRAWN, None, None)
    assert await floor.events(number) == [("opened", ""), ("claimed", "Boris"), ("withdrawn", "")]
    with pytest.raises(ClosedError):
        await floor.do(lambda session: floor.desk.reply(session, number, boris.id, "Here is how"))
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    assert await floor.do(lambda session: floor.desk.ownership.take_next(session, boris.id)) == number


async def test_a_question_takes_along_what_was_said_before_it(floor: Floor) -> None:
    who = await floor.contact()
    other, elsewhere = await floor.posts(await floor.contact()), await floor.asks(contact_id=who)
    lines = [await floor.posts(who, words) for words in ("asked", "shown", "beside")]

    def name(session: Session) -> None:
        session.get_one(Message, lines[1]).key = "answer-1"
        session.get_one(Message, other).key = "answer-2"

    await floor.do(name)
    number = await floor.asks(contact_id=who)
    for ticket, key in ((number, "answer-1"), (number, "answer-2"), (elsewhere, "answer-1")):
        await floor.do(
            lambda session, ticket=ticket, key=key: take_along(  # type: ignore[misc]  # bound at once
                session, session.get_one(Ticket, ticket), [lines[0], other], key
            )
        )
    wanted = select(Message.ticket_id).where(Message.id.in_([*lines, other])).order_by(Message.id)
    taken = await floor.database.read(lambda session: list(session.scalars(wanted)))
    assert sorted(taken, key=str) == sorted([number, number, None, None], key=str)


# --- answering --------------------------------------------------------------------------------------------------------


async def test_an_answer_goes_to_the_contact_in_the_agents_name(floor: Floor) -> None:
    anna, maria = await floor.contact(language="ru"), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)
    message = await floor.do(lambda session: floor.desk.reply(session, number, maria.id, " like this\x00 "))
    (part,) = await floor.parts(anna)
    assert (part.message_id, part.by_agent) == (message, True)
    assert part.text == f"Отвечает Maria (вопрос №{number}):\nlike this"
    await floor.delivers()
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.first_reply_at) == (TicketStatus.WAITING, maria.id, floor.clock())
    first = floor.clock()
    floor.clock.passes(minutes=5)
    await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "and this"))
    assert (await floor.ticket(number)).first_reply_at == first
    shown = await floor.database.read(lambda session: session.get_one(Message, message).text)
    assert shown == "like this"


async def test_an_answer_arrives_formatted_and_reads_at_the_desk_as_it_was_typed(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)
    typed = "Press **here** or [read](https://e.org), not a_b_c."
    message = await floor.do(lambda session: floor.desk.reply(session, number, maria.id, typed))
    corrected = "Press *there*."
    for words, text, marks in (
        (typed, "Press here or read, not a_b_c.", [("bold", 6, 4, ""), ("link", 14, 4, "https://e.org")]),
        (corrected, "Press there.", [("italic", 6, 5, "")]),
    ):
        if words == corrected:
            await floor.do(lambda session: floor.desk.correct(session, message, maria.id, corrected))
        (part,) = await floor.parts(anna)
        head = len(f"Maria answers (question #{number}):\n")
        assert part.text[head:] == text
        assert [(e["kind"], e["offset"] - head, e["length"], e["url"]) for e in part.entities] == marks
        shown = await floor.database.read(lambda session: session.get_one(Message, message).text)
        assert shown == words


async def test_the_same_key_is_the_same_reply_and_the_same_note(floor: Floor) -> None:
    anna, maria, oleg = await floor.contact(), await floor.agent("Maria"), await floor.agent("Oleg")
    number = await floor.asks(contact_id=anna)
    first = await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "once", "k1"))
    assert await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "once", "k1")) == first
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    assert await floor.do(lambda session: floor.desk.reply(session, number, maria.id, "once", "k1")) == first
    assert [part.by_agent for part in await floor.parts(anna)] == [True, False]
    note = await floor.do(lambda session: floor.desk.note(session, number, oleg.id, "seen", "k2"))
    assert await floor.do(lambda session: floor.desk.note(session, number, oleg.id, "seen", "k2")) == note
    assert note != first


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x07", "\u200b\u2060", "\u3164", "```\n```", "\u202e \ufeff"])
async def test_words_are_needed(floor: Floor, text: str) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    with pytest.raises(EmptyTextError):
        await floor.do(lambda session: floor.desk.reply(session, number, maria.id, text))
    with pytest.raises(EmptyTextError):
        await floor.do(lambda session: floor.desk.note(session, number, maria.id, text))
    assert (await floor.ticket(number)).assignee_id is None


async def test_a_note_is_for_agents_alone_and_needs_no_claim(floor: Floor) -> None:
    anna, maria, oleg = await floor.contact(), await floor.agent("Maria"), await floor.agent("Oleg")
    number = await floor.asks(contact_id=anna)
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: floor.desk.note(session, number, oleg.id, "look at last week"))
    assert await floor.parts(anna) == []
    assert (await floor.ticket(number)).assignee_id == maria.id


# --- closing and reopening --------------------------------------------------------------------------------------------


async def test_resolving_asks_the_contact(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.solved_at, ticket.waiting_since) == (TicketStatus.SOLVED, floor.clock(), None)
    (part,) = await floor.parts(anna)
    assert part.text == f"Is question #{number} solved?"
    assert [button["label"] for button in part.buttons] == ["Yes, thank you", "No, I still have questions"]
    ids = [button["id"] for button in part.buttons]
    rows = await floor.database.read(lambda s: [(r.action, r.data) for r in (s.get_one(ChoiceRow, i) for i in ids)])
    assert rows == [("solved", {"ticket": number}), ("not_solved", {"ticket": number})]


async def test_what_is_closed_is_reopened_first(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    for work in (
        lambda session: floor.desk.ownership.claim(session, number, maria.id),
        lambda session: floor.desk.ownership.release(session, number, maria.id),
        lambda session: floor.desk.handovers.transfer(session, number, maria.id, maria.id),
        lambda session: floor.desk.reply(session, number, maria.id, "words"),
        lambda session: floor.desk.resolve(session, number, maria.id),
    ):
        with pytest.raises(ClosedError):
            await floor.do(work)
    floor.clock.passes(days=3)
    await floor.do(lambda session: floor.desk.reopen(session, number, maria.id))
    ticket = await floor.ticket(number)
    assert (ticket.status, ticket.assignee_id, ticket.solved_at) == (TicketStatus.OPEN, None, None)
    assert ticket.due_at == floor.clock() + ANSWER_WITHIN
    before = await floor.events(number)
    await floor.do(lambda session: floor.desk.reopen(session, number, maria.id))
    assert await floor.events(number) == before


async def test_the_contact_closes_and_disputes(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    assert (await floor.ticket(number)).status is TicketStatus.SOLVED
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    assert (await floor.ticket(number)).status is TicketStatus.OPEN
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    await floor.do(lambda session: floor.desk.dispute(session, session.get_one(Ticket, number)))
    assert (await floor.ticket(number)).assignee_id == maria.id  # it was open, so nothing happened
    assert [word for word, _ in await floor.events(number)] == ["opened", "confirmed", "not_solved", "claimed"]


async def test_what_does_not_exist(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    for work in (
        lambda session: floor.desk.ownership.claim(session, 404, maria.id),
        lambda session: floor.desk.ownership.release(session, 404, maria.id),
        lambda session: floor.desk.reply(session, 404, maria.id, "words"),
        lambda session: floor.desk.note(session, 404, maria.id, "words"),
        lambda session: floor.desk.resolve(session, 404, maria.id),
        lambda session: floor.desk.reopen(session, 404, maria.id),
    ):
        with pytest.raises(NotFoundError, match="there is no question #404"):
            await floor.do(work)


async def test_a_refused_use_case_leaves_no_trace(floor: Floor) -> None:
    number, maria, oleg = await floor.asks(), await floor.agent("Maria"), await floor.agent("Oleg")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
    version = (await floor.ticket(number)).version
    with floor.bus.subscribe("desk") as hints:
        with pytest.raises(HeldError):
            await floor.do(lambda session: floor.desk.reply(session, number, oleg.id, "words"))
        assert await hints.next(0) is None
    assert (await floor.ticket(number)).version == version


async def test_agents_who_watch_are_told(floor: Floor) -> None:
    anna, maria = await floor.contact(), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)
    with floor.bus.subscribe("desk") as hints:
        await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))
        assert await hints.next(5) == str(anna)


# --- the queue --------------------------------------------------------------------------------------------------------


async def test_how_many_wait_before_a_question(floor: Floor) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(await floor.asks())
        floor.clock.passes(minutes=1)
    maria = await floor.agent("Maria")
    assert [await floor.database.read(lambda s, n=n: queue.ahead(s, n)) for n in numbers] == [0, 1, 2]  # type: ignore[misc]
    await floor.do(lambda session: floor.desk.reply(session, numbers[0], maria.id, "done"))
    assert await floor.database.read(lambda session: queue.ahead(session, numbers[2])) == 1


async def test_the_queue_shows_a_holder_only_while_the_claim_holds(floor: Floor) -> None:
    number, maria = await floor.asks(), await floor.agent("Maria")
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, maria.id))

    async def holder() -> str | None:
        view = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
        assert view is not None
        return view.assignee

    assert await holder() == "Maria"
    floor.clock.now += HALF_AN_HOUR
    assert await holder() is None
    counts = await floor.database.read(lambda session: queue.counts(session, floor.clock()))
    assert (counts.all, counts.unassigned) == (1, 1)
    assert await floor.database.read(lambda session: queue.held_by_agent(session, floor.clock())) == {}


async def test_a_thread_that_agents_change_has_a_new_version(floor: Floor) -> None:
    """By which the bot notices that what it decided on is no longer so."""
    anna, maria = await floor.contact(), await floor.agent("Maria")
    number = await floor.asks(contact_id=anna)

    async def version() -> int:
        return await floor.database.read(lambda session: session.get_one(Contact, anna).version)

    seen = [await version()]
    for work in (
        lambda session: floor.desk.reply(session, number, maria.id, "words"),
        lambda session: floor.desk.resolve(session, number, maria.id),
        lambda session: floor.desk.reopen(session, number, maria.id),
    ):
        await floor.do(work)
        seen.append(await version())
    assert sorted(set(seen)) == seen
