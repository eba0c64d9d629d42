"""One person at several addresses, notes about them, and contacts treated as spam; on both databases."""

from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.errors import EmptyTextError, HeldError, NotFoundError
from handoff.models import Contact, ContactIdentifier, ContactNote, Message, MessageKind, TicketStatus
from handoff.people.contact_notes import add_note, delete_note, notes
from handoff.people.identifiers import find_identifiers, note_identifiers
from handoff.people.linked_contacts import link, other_addresses, person_ids, proposals, unlink
from handoff.people.privacy.erasure import forget
from tests.handoff.floor import Floor


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("мой телефон +7 (912) 345-67-89, звоните", {"79123456789"}),
        ("8 912 345 67 89", {"79123456789"}),
        ("89123456789.", {"79123456789"}),
        ("06 30 123 4567", {"36301234567"}),
        ("00 36 30 123 4567", {"36301234567"}),
        ("+36-30-123-4567 or Anna.P@Example.ORG.", {"36301234567", "anna.p@example.org"}),
        ("пишите на анна@почта.рф", {"анна@почта.рф"}),
        ("тел.:+7(912)3456789; почта:anna@example.org,", {"79123456789", "anna@example.org"}),
        ("+7 912 345 67 89 доб. 5", {"79123456789"}),
        ("hotline 8-800-555-35-35, +7 800 5553535 or 06 80 123 456", set()),
        ("order 12345678901234", set()),
        ("card 4276 1234 5678 9012", set()),
        ("2026-11-30 10:15:00", set()),
        ("vk.com/id1796030072", set()),
        ("a@b @anna 8 800", set()),
        ("192.168.100.200.12", set()),
        (" ".join(f"a{number}@example.org" for number in range(11)), set()),
    ],
)
def test_identifiers_in_one_spelling(text: str, found: set[str]) -> None:
    assert find_identifiers(text) == found


async def test_a_phone_an_address_or_a_name_propose_a_link(floor: Floor) -> None:
    vk, telegram, namesake, web = [await floor.contact(f"{kind}:main") for kind in ("vk", "telegram", "vk", "web")]

    def write(session: Session) -> None:
        for number, text, name in (
            (vk, "+7 912 345-67-89", "Анна Петрова"),
            (telegram, "звоните 89123456789", "anna"),
            (namesake, "", "Анна Петрова"),
            (web, "", "Анна Петрова"),
        ):
            note_identifiers(session, number, [text], name)

    await floor.do(write)
    found = await floor.do(lambda session: proposals(session, vk))
    assert [(one.contact.id, one.value) for one in found] == [(telegram, "79123456789"), (web, "")]
    await floor.do(lambda session: link(session, vk, telegram))
    assert [one.contact.id for one in await floor.do(lambda session: proposals(session, vk))] == [web]
    assert [one.contact.id for one in await floor.do(lambda session: proposals(session, web))] == [vk, namesake]


async def test_links_join_whole_persons_and_can_be_undone(floor: Floor) -> None:
    one, two, three, four = [await floor.contact() for _ in range(4)]

    async def people() -> list[set[int]]:
        return await floor.do(lambda session: [set(person_ids(session, it)) for it in (one, two, three, four)])

    await floor.do(lambda session: link(session, one, two))
    await floor.do(lambda session: link(session, three, four))
    assert await people() == [{one, two}, {one, two}, {three, four}, {three, four}]
    await floor.do(lambda session: link(session, four, two))
    assert await people() == [{one, two, three, four}] * 4
    # The one whose number the person has leaves, and is linked with somebody else; the others stay.
    await floor.do(lambda session: unlink(session, one))
    five = await floor.contact()
    await floor.do(lambda session: link(session, five, one))
    assert await people() == [{one, five}, *[{two, three, four}] * 3]
    for wrong in (one, 10**6):
        with pytest.raises(NotFoundError):
            await floor.do(partial(link, contact_id=one, other_id=wrong))


async def test_an_erased_contact_is_no_other_address(floor: Floor) -> None:
    one, two = await floor.contact(), await floor.contact()
    await floor.do(lambda session: link(session, one, two))
    await floor.do(lambda session: note_identifiers(session, one, ["a@example.org"], "Anna P"))
    agent = await floor.agent("Boris")
    await floor.do(lambda session: add_note(session, one, agent.id, "calls often", floor.clock()))
    await floor.do(lambda session: forget(session, one, floor.clock))
    assert await floor.do(lambda session: other_addresses(session, two)) == ()
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: link(session, two, one))
    assert await floor.do(lambda session: session.scalars(select(ContactIdentifier)).all()) == []
    assert await floor.do(lambda session: session.scalars(select(ContactNote)).all()) == []


async def test_notes_are_read_at_every_address_and_deleted_by_their_author(floor: Floor) -> None:
    one, two = await floor.contact(), await floor.contact()
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    await floor.do(lambda session: link(session, one, two))
    await floor.do(lambda session: add_note(session, one, olga.id, " prefers calls ", floor.clock()))
    (note,) = await floor.do(lambda session: notes(session, two))
    assert (note.text, note.author) == ("prefers calls", "Olga")
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: delete_note(session, note.id, boris.id))
    with pytest.raises(EmptyTextError):
        await floor.do(lambda session: add_note(session, one, olga.id, " \n", floor.clock()))
    await floor.do(lambda session: delete_note(session, note.id, olga.id))
    assert await floor.do(lambda session: notes(session, two)) == ()


async def test_spam_closes_what_is_open_without_a_word(floor: Floor) -> None:
    contact = await floor.contact()
    first, second = await floor.asks("one", contact), await floor.asks("two", contact)
    olga, boris = await floor.agent("Olga"), await floor.agent("Boris")
    await floor.do(lambda session: floor.desk.ownership.claim(session, first, olga.id))
    with pytest.raises(HeldError):
        await floor.do(lambda session: floor.desk.mute(session, first, boris.id))
    await floor.do(lambda session: floor.desk.mute(session, first, olga.id))
    assert [(await floor.ticket(number)).status for number in (first, second)] == [TicketStatus.SOLVED] * 2
    assert (await floor.person(contact)).muted_at == floor.clock()

    def said(session: Session) -> list[str]:
        written = select(Message.text).where(Message.contact_id == contact, Message.kind == MessageKind.OUTGOING)
        return list(session.scalars(written))

    assert await floor.do(said) == []
    await floor.do(lambda session: floor.desk.unmute(session, first, boris.id))
    row: Contact = await floor.person(contact)
    assert row.muted_at is None
