"""What webhooks are notified of, on both databases."""

import pytest
from sqlalchemy import event as hook
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.messages.values import Refused, Sent
from handoff.models import Contact, Message, MessageKind, Role, Ticket
from handoff.people.privacy.erasure import forget
from handoff.webhooks.models import WebhookEvent
from tests.handoff.floor import Floor
from tests.handoff.hooked import history, listens, written

WORD = "канарейка-91c2"


# --- what is reported ---------------------------------------------------------------------------------------------


async def test_a_question_from_its_opening_to_its_rating(floor: Floor) -> None:
    await listens(floor)
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    number, desk = await floor.asks("How?"), floor.desk
    await floor.do(lambda session: floor.staff.log_in(session, boris.id))
    await floor.do(lambda session: desk.ownership.claim(session, number, olga.id))
    await floor.do(lambda session: desk.handovers.transfer(session, number, olga.id, boris.id, "please"))
    await floor.answers(number, boris, "So.")
    await floor.do(lambda session: desk.join(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: desk.resolve(session, number, boris.id))
    await floor.do(lambda session: desk.dispute(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: desk.confirm(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: desk.rate(session, session.get_one(Ticket, number), 5))
    assert await history(floor) == [
        ("ticket.opened", "contact"),
        ("ticket.assigned", "claim"),
        ("ticket.assigned", "transfer"),
        ("reply.delivered", None),
        ("message.received", None),
        ("ticket.resolved", "agent"),
        ("ticket.reopened", "contact"),
        ("ticket.resolved", "contact"),
        ("ticket.rated", "contact"),
    ]
    rows = await written(floor)
    tickets = [row.payload["data"]["ticket"] for row in rows]
    assert [ticket["assignee_id"] for ticket in tickets[:4]] == [None, olga.id, boris.id, boris.id]
    assert [ticket["status"] for ticket in tickets] == [
        "open", "open", "open", "waiting", "open", "solved", "open", "solved", "solved",
    ]  # fmt: skip
    assert tickets[-1]["rating"] == 5
    versions = [ticket["version"] for ticket in tickets]
    assert versions == sorted(set(versions)), "a receiver can tell which state is later"
    assert len({row.key for row in rows}) == len(rows)


async def test_a_question_that_goes_back_and_forth(floor: Floor) -> None:
    await listens(floor)
    olga, lead = await floor.agent("Olga"), await floor.agent("Ada")
    number, desk = await floor.asks("How?"), floor.desk
    await floor.do(lambda session: desk.ownership.claim(session, number, olga.id))
    await floor.do(lambda session: desk.ownership.release(session, number, olga.id))

    def assign(session: Session) -> None:
        from handoff.models import Agent  # noqa: PLC0415 - only here

        session.get_one(Agent, lead.id).role = Role.LEAD
        desk.handovers.assign(session, number, Actor(lead.id, Origin.DESK), olga.id, WORD)

    await floor.do(assign)
    floor.clock.passes(hours=1)
    await floor.do(lambda session: desk.ownership.lapse(session, number))
    await floor.do(lambda session: desk.withdraw(session, session.get_one(Ticket, number)))
    assert await history(floor) == [
        ("ticket.opened", "contact"),
        ("ticket.assigned", "claim"),
        ("ticket.unassigned", "release"),
        ("ticket.assigned", "lead"),
        ("ticket.unassigned", "lapse"),
        ("ticket.withdrawn", "contact"),
    ]
    assert WORD not in str([row.payload for row in await written(floor)])


async def test_merging_withdraws_the_other_question(floor: Floor) -> None:
    await listens(floor, WebhookEvent.WITHDRAWN)
    olga, contact = await floor.agent("Olga"), await floor.contact()
    first, second = await floor.asks("How?", contact), await floor.asks("And how?", contact)
    await floor.do(lambda session: floor.desk.merging.merge(session, first, second, olga.id))
    (row,) = await written(floor)
    assert (row.payload["data"]["ticket"]["id"], row.payload["data"]["how"]) == (second, "merge")


async def test_spam_closes_questions_and_a_contact_without_one_is_no_event(floor: Floor) -> None:
    await listens(floor, WebhookEvent.RESOLVED)
    olga, number = await floor.agent("Olga"), await floor.asks("How?")
    await floor.do(lambda session: floor.desk.mute(session, number, olga.id))
    assert await history(floor) == [("ticket.resolved", "spam")]


async def test_a_reply_is_reported_once_when_its_last_part_arrives_or_its_first_is_lost(floor: Floor) -> None:
    await listens(floor, WebhookEvent.DELIVERED, WebhookEvent.LOST)
    olga = await floor.agent("Olga")
    long = "\n\n".join("word " * 700 for _ in range(4))
    arrives, fails = await floor.asks(), await floor.asks()
    message = await floor.do(lambda session: floor.desk.reply(session, arrives, olga.id, long))
    parts = await floor.claims()
    assert len(parts) == 1, "one part of a contact at a time"
    while parts:
        assert len(await written(floor)) == 0
        assert await floor.fences(parts[0])
        await floor.settles(parts[0], Sent({"message_id": str(parts[0].delivery_id)}))
        parts = await floor.claims()
    (row,) = await written(floor)
    assert (row.event, row.payload["data"]["message"]) == (WebhookEvent.DELIVERED, {"ids": [message]})
    assert row.payload["data"]["agent"] == {"id": olga.id}
    await floor.answers(fails, olga, long, Refused("blocked the community"))
    lost = [row for row in await written(floor) if row.event is WebhookEvent.LOST]
    assert [row.payload["data"]["how"] for row in lost] == ["refused"]
    assert lost[0].payload["data"]["ticket"]["undelivered"] == "refused"


async def test_a_change_that_is_rolled_back_is_no_event(floor: Floor) -> None:
    await listens(floor)
    number = await floor.asks()

    def fails(session: Session) -> None:
        floor.desk.withdraw(session, session.get_one(Ticket, number))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await floor.do(fails)
    assert await history(floor) == [("ticket.opened", "contact")]


async def test_an_event_that_nobody_wants_costs_nothing(floor: Floor) -> None:
    await listens(floor, WebhookEvent.RATED)
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    hook.listen(floor.database.engine, "before_cursor_execute", note)
    try:
        number = await floor.asks()
        olga = await floor.agent("Olga")
        await floor.answers(number, olga, "So.")
    finally:
        hook.remove(floor.database.engine, "before_cursor_execute", note)
    assert len(statements) > 10
    assert [text for text in statements if "webhook" in text] == []


# --- personal content ---------------------------------------------------------------------------------------------


async def speaks(floor: Floor) -> int:
    """A contact whose words are everywhere; their number."""
    contact = await floor.contact()
    number, olga = await floor.asks(WORD, contact), await floor.agent(WORD)

    def writes(session: Session) -> None:
        session.get_one(Contact, contact).name = WORD
        row = Message(
            contact_id=contact, ticket_id=number, kind=MessageKind.INCOMING, author=WORD, text=WORD, at=floor.clock()
        )
        session.add(row)
        session.flush()
        floor.desk.join(session, session.get_one(Ticket, number), (row.id,))

    await floor.do(writes)
    await floor.answers(number, olga, WORD)
    return contact


async def test_texts_are_sent_only_where_an_admin_chose_it(floor: Floor) -> None:
    without, including = await listens(floor), await listens(floor, texts=True)
    await speaks(floor)
    rows = await written(floor)
    assert WORD not in str([row.payload for row in rows if row.webhook_id == without])
    data = {row.event: row.payload["data"] for row in rows if row.webhook_id == including}
    assert data[WebhookEvent.OPENED]["ticket"]["question"] == WORD
    assert data[WebhookEvent.RECEIVED]["message"]["text"] == WORD
    assert data[WebhookEvent.DELIVERED]["message"]["text"] == WORD


async def test_erasing_a_contact_removes_their_events_and_is_reported(floor: Floor) -> None:
    await listens(floor, texts=True)
    contact = await speaks(floor)
    await floor.asks("another question")
    await floor.do(lambda session: forget(session, contact, floor.clock))
    rows = await written(floor)
    assert WORD not in str([row.payload for row in rows])
    assert [row.event for row in rows] == [WebhookEvent.OPENED, WebhookEvent.ERASED]
    assert rows[-1].payload["data"] == {"contact": {"id": contact}}
