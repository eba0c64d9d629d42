"""Colleagues who are named in notes, and what follows from it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.dashboard.page_renderer import mark_mentions
from handoff.lists.unread import count_unread, mentions_of
from handoff.tickets.mentions.reading import find_mentions, names_of
from handoff.tickets.pings.models import Ping, PingKind
from tests.handoff.floor import Floor

PEOPLE = names_of(
    [
        (1, "Maria Petrova"),
        (2, "Maria Kiss"),
        (3, "Олег  Иванов"),
        (4, "Ed"),
        (5, "Zo\u00eb \U0001f338"),
        (6, "O'Neil (Desk)"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Maria Petrova, look", [1]),
        ("@maria  kiss and @Олег", [2, 3]),
        ("@Maria alone is two people", []),
        ("(@ed) and @Ed.", [4, 4]),
        ("@Eddy, ed@example.org, https://example.org/@ed, @@ed, Ed", []),
        ("@Олег Иванов!", [3]),
        ("@ed\u0131e, @\u0130", []),
        ("@mar\u0131a k\u0131\u017f\u017f", [2]),
        ("@Zo\u00eb \U0001f338!, @o'neil (desk)", [5, 6]),
        ("", []),
    ],
)
def test_names_are_found_in_a_note(text: str, found: list[int]) -> None:
    assert [agent for named, _, _ in find_mentions(text, PEOPLE) for agent in named] == found
    assert all(text[start] == "@" and text[start:end] for _, start, end in find_mentions(text, PEOPLE))


async def test_a_mention_is_new_until_it_is_seen_and_pings_once(floor: Floor) -> None:
    maria, boris = await floor.agent("Maria"), await floor.agent("Boris")
    number = await floor.asks()
    text = "@Boris, @boris: do you know? I, @Maria, do not."
    note = await floor.do(lambda session: floor.desk.note(session, number, maria.id, text, "key-12345"))
    await floor.do(lambda session: floor.desk.note(session, number, maria.id, text, "key-12345"))  # the same form again

    def pings(session: Session) -> list[tuple[int | None, int, str]]:
        wanted = select(Ping).where(Ping.kind == PingKind.MENTIONED)
        return [(ping.agent_id, ping.ticket_id, ping.reference) for ping in session.scalars(wanted)]

    assert await floor.database.read(pings) == [(boris.id, number, str(note))]
    contact = (await floor.ticket(number)).contact_id
    assert await floor.database.read(lambda session: mentions_of(session, contact)) == {note: frozenset({boris.id})}
    for agent, count in ((boris, 1), (maria, 0)):
        found = await floor.database.read(
            lambda session, agent=agent: count_unread(session, agent.id, floor.clock())  # type: ignore[misc]
        )
        assert found == count
    assert (
        await floor.database.read(lambda session: count_unread(session, boris.id, floor.clock(), besides=number)) == 0
    )


async def test_a_name_of_two_colleagues_names_both(floor: Floor) -> None:
    maria, one, other = await floor.agent("Maria"), await floor.agent("Anna"), await floor.agent("Anna")
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.note(session, number, maria.id, "@Anna, @anna: who of you knows?"))
    pinged = select(Ping.agent_id).where(Ping.kind == PingKind.MENTIONED).order_by(Ping.agent_id)
    assert await floor.database.read(lambda session: list(session.scalars(pinged))) == [one.id, other.id]
    for reader in (one, other):
        shown = mark_mentions("@Anna?", {one.id, other.id}, [maria, one, other], reader.id)
        assert shown == '<span class="mention mention-me">@Anna</span>?'
