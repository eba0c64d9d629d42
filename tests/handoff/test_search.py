"""Search over messages on both databases: what is found, in which order, and what an erasure leaves."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from handoff.lists.search import HitPage, search_tickets
from handoff.models import Contact, Message, MessageKind, Ticket, TicketStatus
from handoff.people.privacy.erasure import forget
from handoff.search import index
from handoff.search.backfill import index_batch
from handoff.search.index import index_message, read_query, stems_of
from handoff.search.models import MessageSearch, SearchBackfill
from handoff.tickets.queue import PAGE, TicketFilter
from tests.handoff.floor import Floor

EVERYTHING = TicketFilter()


async def search(floor: Floor, words: str, wanted: TicketFilter = EVERYTHING, before: int | None = None) -> HitPage:
    return await floor.database.read(
        lambda session: search_tickets(session, floor.clock(), wanted, read_query(words), before)
    )


async def numbers(floor: Floor, words: str, wanted: TicketFilter = EVERYTHING) -> list[int]:
    return [hit.ticket.id for hit in (await search(floor, words, wanted)).hits]


async def writes(floor: Floor, ticket_id: int, words: str) -> int:
    """A further message of the contact."""

    def work(session: Session) -> int:
        contact_id = session.get_one(Ticket, ticket_id).contact_id
        line = Message(
            contact_id=contact_id, ticket_id=ticket_id, kind=MessageKind.INCOMING, text=words, at=floor.clock()
        )
        session.add(line)
        session.flush()
        index_message(session, line.id, contact_id, words)
        return line.id

    return await floor.do(work)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Где мои заказанные билеты?", "билет"),
        ("Где мои заказанные билеты?", "ЗАКАЗАННЫХ билетов"),
        ("Мне ещё не пришла ёлка", "елка"),
        ("My tickets were cancelled", "ticket cancel"),
        ("Elvesztek a jegyeim", "jegyek"),
        ("Árvíztűrő tükörfúrógép", "tukorfurogep"),
        ("the code is AB-4711", "4711"),
    ],
)
async def test_words_are_found_in_any_form(floor: Floor, question: str, words: str) -> None:
    number = await floor.asks(question)
    await floor.asks("something else")
    assert await numbers(floor, words) == [number]


async def test_every_word_has_to_occur_in_one_message(floor: Floor) -> None:
    both, one = await floor.asks("a blue bicycle"), await floor.asks("a blue car")
    assert await numbers(floor, "blue") == [one, both]
    assert await numbers(floor, "bicycle blue") == [both]
    await writes(floor, one, "or a bicycle")
    assert await numbers(floor, "bicycle blue") == [both]
    assert await numbers(floor, "bicycle") == [one, both]


@pytest.mark.parametrize("words", ["", "  ", "?!", "…", '"', "'", "*", "NOT", "a AND", "(", "\\", ":", "a:*", "😀"])
async def test_no_words_break_the_query(floor: Floor, words: str) -> None:
    await floor.asks("how?")
    assert (await search(floor, words)).before is None


async def test_notes_replies_and_corrections_are_found(floor: Floor) -> None:
    olga, number = await floor.agent("Olga"), await floor.asks("how?")
    await floor.do(lambda session: floor.desk.note(session, number, olga.id, "ask the treasurer"))
    reply = await floor.do(lambda session: floor.desk.reply(session, number, olga.id, "Take the elevator."))
    assert await numbers(floor, "treasurer") == [number]
    assert await numbers(floor, "elevator") == [number]
    await floor.do(lambda session: floor.desk.correct(session, reply, olga.id, "Take the stairs."))
    assert await numbers(floor, "elevator") == []
    assert await numbers(floor, "stairs") == [number]


async def test_the_filters_of_the_queue_apply(floor: Floor) -> None:
    olga = await floor.agent("Olga")
    free, mine, solved = [await floor.asks("where is the bicycle?") for _ in range(3)]
    await floor.do(lambda session: floor.desk.ownership.claim(session, mine, olga.id))
    await floor.do(lambda session: floor.desk.resolve(session, solved, olga.id))
    assert await numbers(floor, "bicycle") == [solved, mine, free]
    assert await numbers(floor, "bicycle", TicketFilter(TicketStatus.SOLVED)) == [solved]
    assert await numbers(floor, "bicycle", TicketFilter(unassigned=True)) == [free]
    assert await numbers(floor, "bicycle", TicketFilter(TicketStatus.OPEN, olga.id)) == [mine]


async def test_pages_follow_each_other(floor: Floor) -> None:
    asked = [await floor.asks(f"bicycle {count}") for count in range(PAGE + 10)]
    first = await search(floor, "bicycle")
    assert [hit.ticket.id for hit in first.hits] == asked[: -PAGE - 1 : -1]
    second = await search(floor, "bicycle", before=first.before)
    assert [hit.ticket.id for hit in second.hits] == asked[9::-1]
    assert second.before is None


async def test_rare_and_frequent_words_are_found_newest_first(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_RECENT", 5)  # PostgreSQL leaves the newest messages for its index
    rare = await floor.asks("a rare bicycle")
    frequent = [await floor.asks("a car") for _ in range(20)]
    assert await numbers(floor, "bicycle") == [rare]
    assert await numbers(floor, "car") == frequent[::-1]


async def test_an_erasure_clears_the_index(floor: Floor, tmp_path: Path) -> None:
    word = "сверхсекретка"
    other = await floor.asks("обычный вопрос")
    contact = await floor.contact(language="ru")
    number = await floor.asks(f"моя {word} пропала", contact)
    await writes(floor, number, f"где {word}?")
    assert await numbers(floor, word) == [number]
    await floor.do(lambda session: forget(session, contact, floor.clock))
    await floor.database.purge()
    assert await numbers(floor, word) == []
    assert await numbers(floor, "вопрос") == [other]
    # SQLite writes the beginning that a word shares with the one before it only once.
    stem = stems_of(word)[3:].encode()

    def left(session: Session) -> bytes:
        if session.get_bind().dialect.name == "sqlite":
            rows = session.execute(text("SELECT block FROM message_search_fts_data")).scalars()
            return b"".join(rows)
        return str(session.execute(select(MessageSearch.stems)).scalars().all()).encode()

    assert stem not in await floor.database.read(left)
    assert stems_of("обычный")[1:].encode() in await floor.database.read(left)
    for path in tmp_path.glob("frontdesk.db*"):  # noqa: ASYNC240 - a test's own folder
        assert stem not in path.read_bytes()


async def test_earlier_messages_are_indexed_in_batches(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handoff.search.backfill._BATCH", 3)
    olga = await floor.agent("Olga")
    asked = [await floor.asks(f"bicycle {count}") for count in range(4)]
    await floor.do(lambda session: floor.desk.note(session, asked[0], olga.id, "ask the treasurer"))
    await floor.do(lambda session: floor.desk.reply(session, asked[1], olga.id, "Take the elevator."))
    contact = await floor.contact()
    await floor.posts(contact, "a bicycle of the bot's")

    def as_before_the_upgrade(session: Session) -> None:
        session.execute(delete(MessageSearch))
        newest = session.scalars(select(Message.id).order_by(Message.id.desc())).first() or 0
        session.add(SearchBackfill(id=1, before_id=newest + 1))

    await floor.do(as_before_the_upgrade)
    assert await numbers(floor, "bicycle") == []
    batches = 0
    while await floor.do(index_batch):
        batches += 1
    assert batches > 1
    assert await numbers(floor, "bicycle") == asked[::-1]
    assert await numbers(floor, "treasurer") == [asked[0]]
    assert await numbers(floor, "elevator") == [asked[1]]
    assert not await floor.do(index_batch)


async def test_a_name_is_found_with_the_words(floor: Floor) -> None:
    contact = await floor.contact()
    number = await floor.asks("how?", contact)

    def work(session: Session) -> None:
        session.get_one(Contact, contact).name = "Anna Fisher"
        index_message(session, session.scalars(select(Message.id)).first() or 0, contact, "")
        line = Message(
            contact_id=contact, kind=MessageKind.INCOMING, author="Anna Fisher", text="the lift", at=floor.clock()
        )
        session.add(line)
        session.flush()
        index_message(session, line.id, contact, "Anna Fisher\nthe lift")

    await floor.do(work)
    assert await numbers(floor, "fisher lift") == [number]  # a message without a ticket leads to its contact's latest
