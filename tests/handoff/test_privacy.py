"""Erasure and export of a contact's data on both databases, checked in every table and in the file itself."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from handoff.deliveries.claims import Claimed
from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.messages import buttons
from handoff.messages.values import Address, RichText, Sent
from handoff.models import (
    Contact,
    FileRow,
    FileState,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
    Ticket,
    TicketStatus,
)
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import GOODBYE, Forgotten, contact_at, forget, sweep
from knowledge.entries.models import Lookup
from tests.handoff.floor import Floor

CANARY = "канарейка-7f3a"
USER = "770077007700"


async def somebody(floor: Floor) -> int:
    """A contact whose word stands in every table that can hold one."""
    contact = await floor.contact(language="ru")

    def work(session: Session) -> None:
        row = session.get_one(Contact, contact)
        row.name, row.user_id, now = CANARY, USER, floor.clock()
        ticket = floor.desk.open(session, row, f"вопрос {CANARY}", reason="asked")
        session.add_all(
            (
                Message(
                    contact_id=contact, ticket_id=ticket.id, kind=MessageKind.INCOMING, author=CANARY, text=CANARY,
                    at=now,
                ),
                InboxEvent(
                    account=row.account, event_key="e1", user_id=USER, payload={"text": CANARY}, received_at=now,
                    state=InboxState.DONE,
                ),
                Lookup(
                    contact_id=contact, question=CANARY, band="none", candidates=[], outcome="unanswered",
                    lang="ru", at=now,
                ),
            )
        )  # fmt: skip

    await floor.do(work)
    olga = await floor.agent("Ольга")
    await floor.do(lambda session: floor.desk.note(session, 1, olga.id, f"про {CANARY}"))
    await floor.posts(contact, f"ответ {CANARY}", agent=olga, choices=(Choice("Да", buttons.Helped(question=CANARY)),))
    return contact


async def words_everywhere(floor: Floor) -> str:
    """Every value of every row of the database, as one text."""

    def work(session: Session) -> str:
        names = inspect(session.connection()).get_table_names()
        return "\n".join(str(tuple(row)) for name in names for row in session.execute(text(f'SELECT * FROM "{name}"')))  # noqa: S608

    return await floor.database.read(work)


async def test_nothing_of_a_forgotten_contact_is_left_but_the_figures_of_the_ticket(floor: Floor) -> None:
    contact, other = await somebody(floor), await floor.contact()
    await floor.posts(other, "для другого")
    assert CANARY in await words_everywhere(floor)
    forgotten = await floor.do(lambda session: forget(session, contact, floor.clock))
    assert isinstance(forgotten, Forgotten)
    assert forgotten.tickets == 1
    assert forgotten.rows >= 7
    kept = await words_everywhere(floor)
    assert CANARY not in kept
    assert USER not in kept
    assert "для другого" in kept
    ticket = await floor.ticket(1)
    assert (ticket.question, ticket.status, ticket.waiting_since) == ("", TicketStatus.WITHDRAWN, None)
    assert ticket.opened_at is not None


async def test_the_file_itself_holds_no_word_of_them_after_the_purge(floor: Floor) -> None:
    contact = await somebody(floor)
    await floor.do(lambda session: forget(session, contact, floor.clock))
    await floor.database.purge()
    if floor.database.dialect != "sqlite":
        return  # PostgreSQL's files are its own
    file = Path(str(floor.database.url.database))
    held = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*") if not path.name.endswith(".sock"))
    assert CANARY.encode() not in held
    assert USER.encode() not in held


async def test_their_files_are_named_unless_somebody_else_sent_the_same(floor: Floor) -> None:
    contact, other = await somebody(floor), await floor.contact()
    # A visitor's file is in the store before it is fetched: its source is its key there.
    waiting = (FileState.WANTED, None)
    for who, source, (state, key) in (
        (contact, CANARY, (FileState.KEPT, "a" * 64)),
        (contact, CANARY, (FileState.KEPT, "b" * 64)),
        (other, CANARY, (FileState.KEPT, "b" * 64)),
        (contact, "c" * 64, waiting),
        (contact, "d" * 64, waiting),
        (other, "d" * 64, waiting),
    ):
        message = await floor.posts(who)

        def work(
            session: Session,
            who: int = who,
            source: str = source,
            state: FileState = state,
            key: str | None = key,
            message: int = message,
        ) -> None:
            now = floor.clock()
            session.add(
                FileRow(
                    message_id=message, contact_id=who, account="vk:main", kind="photo", name=CANARY, source=source,
                    state=state, key=key, media_type="image/png", attempts=1, next_attempt_at=now, updated_at=now,
                )
            )  # fmt: skip

        await floor.do(work)
    forgotten = await floor.do(lambda session: forget(session, contact, floor.clock))
    assert forgotten is not None
    assert forgotten.files == ("a" * 64, "c" * 64)


async def test_what_was_claimed_before_is_not_sent_after(floor: Floor) -> None:
    contact = await somebody(floor)
    claimed = await floor.claims()
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert [await floor.fences(part) for part in claimed] == [False]


async def test_what_was_on_the_wire_settles_into_nothing(floor: Floor) -> None:
    contact = await somebody(floor)
    (part,) = await floor.claims()
    assert isinstance(part, Claimed)
    assert await floor.fences(part)
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await floor.settles(part, Sent({"message_id": "5"})) is None


async def test_forgetting_twice_or_nobody_changes_nothing(floor: Floor) -> None:
    contact = await somebody(floor)
    assert await floor.do(lambda session: forget(session, contact, floor.clock)) is not None
    assert await floor.do(lambda session: forget(session, contact, floor.clock)) is None
    assert await floor.do(lambda session: forget(session, 10_000, floor.clock)) is None


async def test_a_forgotten_contact_is_not_found_at_their_address(floor: Floor) -> None:
    contact = await somebody(floor)
    address = Address("vk:main", USER)
    assert await floor.do(lambda session: contact_at(session, address)) == contact
    await floor.do(lambda session: forget(session, contact, floor.clock))
    assert await floor.do(lambda session: contact_at(session, address)) is None


async def test_the_archive_is_a_page_in_their_language_and_a_file_for_programs(floor: Floor) -> None:
    contact = await somebody(floor)
    packed = await floor.database.read(lambda session: archive(session, contact))
    assert packed is not None
    with ZipFile(BytesIO(packed)) as pack:
        page, data = pack.read("frontdesk.html").decode(), json.loads(pack.read("frontdesk.json"))
    assert data["contact"]["user_id"] == USER
    assert [ticket["question"] for ticket in data["tickets"]] == [f"вопрос {CANARY}"]
    assert [message["text"] for message in data["messages"]] == [CANARY, f"ответ {CANARY}"]
    assert [lookup["question"] for lookup in data["lookups"]] == [CANARY]
    assert "Всё, что мы о вас храним" in page
    assert page.count(CANARY) >= 4
    assert f"про {CANARY}" not in page + json.dumps(data, ensure_ascii=False)  # a note is the agents' own


async def test_what_people_wrote_is_inert_on_the_page(floor: Floor) -> None:
    contact = await floor.contact()
    await floor.posts(contact, "<script>alert(1)</script>")
    packed = await floor.database.read(lambda session: archive(session, contact))
    assert packed is not None
    with ZipFile(BytesIO(packed)) as pack:
        assert "<script" not in pack.read("frontdesk.html").decode()


async def test_there_is_no_archive_of_nobody(floor: Floor) -> None:
    assert await floor.database.read(lambda session: archive(session, 10_000)) is None


def test_no_column_that_may_hold_words_was_overlooked() -> None:
    """A new column of these tables needs a decision on erasure."""
    assert set(Contact.__table__.c.keys()) - {"name", "unreachable", "user_id"} == {
        "id", "account", "language", "chosen_language", "numbered",
        "expects", "version", "created_at", "last_seen_at", "flood_since", "flood_written", "flood_count",
        "person_id", "muted_at",
    }  # fmt: skip
    assert set(Ticket.__table__.c.keys()) - {"question", "rating_comment"} == {
        "id", "contact_id", "status", "category", "language", "reason", "assignee_id", "claimed_until", "opened_at",
        "claimed_at", "touched_at", "returned_from_id", "snoozed_at", "snoozed_until",
        "due_at", "waiting_since", "first_reply_at", "solved_at", "joined_acknowledged",
        "patience_asked", "read_at",
        "remind_at", "solve_at", "overdue_at", "reopen_until", "reopened_at", "previous_assignee_id",
        "rating", "version", "updated_at", "unanswered_since", "undelivered", "emptied_at",
    }  # fmt: skip


async def test_whom_only_the_goodbye_is_left_of_is_forgotten_an_hour_later(floor: Floor) -> None:
    gone, back = await floor.contact(), await floor.contact()

    def work(session: Session) -> None:
        for contact in (gone, back):
            floor.outbox.post(
                session, session.get_one(Contact, contact), OutgoingMessage(RichText("bye"), key=f"{GOODBYE}{contact}")
            )
        wrote = Message(contact_id=back, kind=MessageKind.INCOMING, author="", text="here again", at=floor.clock())
        session.add(wrote)

    await floor.do(work)
    assert await floor.do(lambda session: sweep(session, floor.clock)) == 0
    floor.clock.passes(minutes=61)
    assert await floor.do(lambda session: sweep(session, floor.clock)) == 1
    assert (await floor.person(gone)).user_id.startswith("forgotten:")
    assert not (await floor.person(back)).user_id.startswith("forgotten:")
    assert await floor.do(lambda session: sweep(session, floor.clock)) == 0
