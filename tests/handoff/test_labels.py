"""Tags, category and language of a ticket, as agents change them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.errors import BadTagError, NotFoundError
from handoff.labels.labelling import MOST, Labelling, read_tag, tag_names
from handoff.models import Tag, TicketTag
from handoff.people.agents import AgentView
from handoff.people.privacy.erasure import forget
from handoff.tickets import queue
from handoff.tickets.queue import TicketFilter
from infra.database import Database
from knowledge.entries.models import Category
from tests.conftest import Backend
from tests.handoff.floor import Floor


async def tag(floor: Floor, number: int, agent: AgentView, *names: str) -> None:
    labelling = Labelling(floor.desk.journal, floor.desk.promises)
    for name in names:
        await floor.do(lambda session, name=name: labelling.add_tag(session, number, agent.id, name))  # type: ignore[misc]


async def untag(floor: Floor, number: int, agent: AgentView, name: str) -> None:
    await floor.do(
        lambda session: Labelling(floor.desk.journal, floor.desk.promises).remove_tag(session, number, agent.id, name)
    )


async def tags(floor: Floor, number: int) -> tuple[str, ...]:
    view = await floor.database.read(lambda session: queue.ticket(session, number, floor.clock()))
    assert view is not None
    return view.tags


async def known(floor: Floor) -> tuple[str, ...]:
    return await floor.database.read(tag_names)


async def listed(floor: Floor, name: str) -> list[int]:
    page = await floor.database.read(lambda session: queue.tickets(session, floor.clock(), TicketFilter(tag=name)))
    return [view.id for view in page.items]


async def test_tags_are_added_found_and_removed(floor: Floor) -> None:
    maria, number, other = await floor.agent("Maria"), await floor.asks(), await floor.asks()
    await tag(floor, number, maria, "Возврат", " #vip  client ", "возврат", "ВОЗВРАТ")
    await tag(floor, other, maria, "возврат")
    assert await tags(floor, number) == ("vip client", "Возврат")
    assert await tags(floor, other) == ("Возврат",)  # as it was first written
    assert await listed(floor, "возврат") == [number, other]
    assert await listed(floor, "vip client") == [number]
    assert await listed(floor, "nothing") == []
    await untag(floor, number, maria, "возврат")
    await untag(floor, number, maria, "возврат")
    await untag(floor, number, maria, "never\x00")
    assert await tags(floor, number) == ("vip client",)
    assert await known(floor) == ("vip client", "Возврат")
    await untag(floor, other, maria, "Возврат")
    assert await known(floor) == ("vip client",)
    assert [word for word, _ in await floor.events(number)] == [
        "opened", "tagged Возврат", "tagged vip client", "untagged Возврат",
    ]  # fmt: skip


async def test_a_colleague_tags_a_question_that_another_holds_and_a_closed_one(floor: Floor) -> None:
    maria, oleg, number = await floor.agent("Maria"), await floor.agent("Oleg"), await floor.asks()
    await floor.do(lambda session: floor.desk.resolve(session, number, maria.id))
    await tag(floor, number, oleg, "refund")
    assert await tags(floor, number) == ("refund",)


@pytest.mark.parametrize("text", ["", "  ", "#", "\u200b", "\u2800", "x" * 41, "\x00", "# #"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    if text == "\x00":
        assert "\x00" not in read_tag("a\x00b")
    else:
        with pytest.raises(BadTagError):
            read_tag(text)


def test_a_tag_is_one_line_of_plain_text() -> None:
    assert read_tag("  #a \n b\u202e ") == "a b"
    assert read_tag("<b>&\"'") == "<b>&\"'"
    assert read_tag("é" * 40) == "é" * 40
    assert read_tag("e\u0301") == "é"


async def test_a_question_has_a_limit_of_tags(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    await tag(floor, number, maria, *(f"tag {count}" for count in range(MOST)))
    with pytest.raises(BadTagError):
        await tag(floor, number, maria, "one more")
    await tag(floor, number, maria, "TAG 3")
    assert len(await tags(floor, number)) == MOST
    assert "one more" not in await known(floor)


async def test_processes_create_and_remove_the_same_tag(floor: Floor, backend: Backend) -> None:
    maria = await floor.agent("Maria")
    numbers = [await floor.asks() for _ in range(6)]
    shared = backend.database_url.startswith("sqlite")
    databases = [floor.database, floor.database if shared else Database(backend.database_url)]
    labelling = Labelling(floor.desk.journal, floor.desk.promises)
    try:
        for turn in (labelling.add_tag, labelling.remove_tag, labelling.add_tag):
            works = [
                databases[number % 2].write(lambda session, n=number, turn=turn: turn(session, n, maria.id, "same"))  # type: ignore[misc]
                for number in numbers
            ]
            await asyncio.gather(*works)
        # One removes the last use while another adds the tag again.
        for number in numbers[1:]:
            await untag(floor, number, maria, "same")
        last, fresh = numbers[0], numbers[1]
        await asyncio.gather(
            databases[0].write(lambda session: labelling.remove_tag(session, last, maria.id, "same")),
            databases[1].write(lambda session: labelling.add_tag(session, fresh, maria.id, "same")),
        )
    finally:
        if not shared:
            await databases[1].close()
    assert await tags(floor, fresh) == ("same",)
    assert await known(floor) == ("same",)


async def test_with_its_contact_a_tag_is_erased(floor: Floor) -> None:
    maria = await floor.agent("Maria")
    contact = await floor.contact()
    number, other = await floor.asks(contact_id=contact), await floor.asks()
    await tag(floor, number, maria, "Anna Petrova", "refund")
    await tag(floor, other, maria, "refund")
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await known(floor) == ("refund",)
    links = await floor.database.read(lambda session: session.scalars(select(TicketTag.ticket_id)).all())
    assert links == [other]
    names = await floor.database.read(lambda session: session.scalars(select(Tag.name)).all())
    assert names == ["refund"]


async def test_category_and_language_are_changed(floor: Floor) -> None:
    maria, number = await floor.agent("Maria"), await floor.asks()
    labelling = Labelling(floor.desk.journal, floor.desk.promises)

    def prepare(session: Session) -> None:
        session.add(Category(key="money", titles={"en": "Money"}, handoff="offer", position=1, first_answer_minutes=60))

    await floor.do(prepare)
    asked = floor.clock()
    floor.clock.passes(minutes=10)
    for key, hours in (("money", 1), ("money", 1), ("", 12)):
        await floor.do(lambda session, key=key: labelling.set_category(session, number, maria.id, key))  # type: ignore[misc]
        row = await floor.ticket(number)
        assert row.due_at == row.overdue_at == asked + timedelta(hours=hours)
    for code in ("hu", "hu"):
        await floor.do(lambda session, code=code: labelling.set_language(session, number, maria.id, code))  # type: ignore[misc]
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: labelling.set_category(session, number, maria.id, "nothing"))
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: labelling.set_language(session, number, maria.id, "xx"))
    ticket = await floor.ticket(number)
    assert (ticket.category, ticket.language) == (None, "hu")
    assert [word for word, _ in await floor.events(number)] == [
        "opened", "category money", "category ", "language hu",
    ]  # fmt: skip
