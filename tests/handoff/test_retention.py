"""What has expired is deleted with everything that holds its words; figures, open questions and their contacts stay."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import Choice
from handoff.drafts.repository import Box
from handoff.messages import buttons
from handoff.messages.orphan_files import Orphans
from handoff.models import (
    ChoiceRow,
    Contact,
    Delivery,
    Draft,
    FileRow,
    FileState,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
    Ticket,
)
from handoff.retention.deletion import LINES, empty_question
from handoff.retention.expired import Expired, count_expired
from handoff.retention.keeper import Deleted, RetentionKeeper
from handoff.retention.rules import Retention, save_retention
from handoff.search.index import find, read_query
from handoff.tickets.promises.models import Promise, PromiseOutcome
from handoff.tickets.queue import list_own
from handoff.tickets.request_models import FormRow, FormState
from handoff.tickets.silence_policy import reopenable
from infra.database import Database, Held
from infra.files import FileStore
from knowledge.entries.models import Lookup
from tests.handoff.floor import Floor
from tests.handoff.hooked import listens, written
from tests.handoff.test_kept_drafts import saves
from tests.handoff.test_privacy import words_everywhere

CANARY = "канарейка"
MONTH = Retention(questions=30)


def stored(floor: Floor, folder: Path, content: bytes) -> str:
    """Keep a file that is a year older than the clock of the floor; its key."""
    store = FileStore(folder)
    with store.incoming(len(content)) as incoming:
        incoming.write(content)
        key = incoming.keep().key
    old = (floor.clock() - timedelta(days=365)).timestamp()
    os.utime(store.path(key), (old, old))
    return key


async def asked(floor: Floor, contact: int, *keys: str) -> int:
    """A question with its word in every place, and with files; its number."""
    olga, number = await floor.agent("Olga"), await floor.asks(f"вопрос {CANARY}", contact)

    def work(session: Session) -> None:
        now = floor.clock()
        line = Message(
            contact_id=contact, ticket_id=number, kind=MessageKind.INCOMING, author=CANARY, text=CANARY, at=now
        )
        session.add(line)
        session.flush()
        session.add_all(
            FileRow(
                message_id=line.id, contact_id=contact, account="vk:main", kind="photo", name=CANARY, source="s",
                state=FileState.KEPT, key=key, media_type="image/png", attempts=1, next_attempt_at=now, updated_at=now,
            )
            for key in keys
        )  # fmt: skip
        session.add(
            FormRow(
                contact_id=contact, question=CANARY, about={}, fields=[], answers=[CANARY], state=FormState.SENT,
                touched_at=now,
            )
        )  # fmt: skip

    await floor.do(work)
    await floor.do(lambda session: floor.desk.note(session, number, olga.id, f"заметка {CANARY}"))
    await floor.answers(number, olga, f"ответ {CANARY}")
    await saves(floor, Box(olga.id, number), CANARY)
    return number


async def solved(floor: Floor, contact: int, *keys: str) -> int:
    number = await asked(floor, contact, *keys)
    await floor.do(lambda session: floor.desk.confirm(session, session.get_one(Ticket, number)))
    await floor.do(lambda session: floor.desk.rate(session, session.get_one(Ticket, number), 5))
    return number


async def looks(database: Database, floor: Floor, folder: Path) -> Deleted:
    """One look of the role, in the process that holds it."""
    keeper, found = RetentionKeeper(database, FileStore(folder), floor.clock), list[Deleted]()

    async def work(held: Held) -> None:
        found.append(await keeper.look(held))

    await database.exclusively("retention", work)
    return found[0]


async def sets(floor: Floor, retention: Retention) -> None:
    await floor.do(lambda session: save_retention(session, retention))


async def test_without_a_limit_everything_stays(floor: Floor, tmp_path: Path) -> None:
    number = await solved(floor, await floor.contact())
    floor.clock.passes(days=4000)
    assert not await looks(floor.database, floor, tmp_path)
    await sets(floor, Retention())
    assert not await looks(floor.database, floor, tmp_path)
    assert CANARY in (await floor.ticket(number)).question


async def test_of_an_expired_question_the_figures_stay(floor: Floor, tmp_path: Path) -> None:
    contact = await floor.contact()
    key = stored(floor, tmp_path, b"only here")
    number = await solved(floor, contact, key)
    before = await floor.ticket(number)
    await sets(floor, MONTH)
    floor.clock.passes(days=29)
    assert not await looks(floor.database, floor, tmp_path)
    floor.clock.passes(days=2)
    assert await floor.database.read(lambda session: count_expired(session, MONTH, floor.clock())) == Expired(1, 1)
    deleted = await looks(floor.database, floor, tmp_path)
    assert (deleted.questions, deleted.files) == (1, 1)
    assert CANARY not in await words_everywhere(floor)
    assert not FileStore(tmp_path).path(key).exists()
    assert await floor.database.read(lambda session: find(session, read_query(CANARY), before=10**9, most=5)) == ()
    after = await floor.ticket(number)
    for figure in ("status", "opened_at", "first_reply_at", "solved_at", "rating", "category", "language", "reason"):
        assert getattr(after, figure) == getattr(before, figure)
    assert (after.question, after.emptied_at) == ("", floor.clock())
    assert after.version > before.version  # what others remember of it is dropped
    met = await floor.database.read(lambda session: list(session.scalars(select(Promise.outcome))))
    assert met == [PromiseOutcome.MET]
    assert (await floor.person(contact)).name.startswith("Contact")
    assert not await looks(floor.database, floor, tmp_path)


async def test_webhooks_keep_no_texts_of_an_expired_question(floor: Floor, tmp_path: Path) -> None:
    await listens(floor, texts=True)
    await solved(floor, await floor.contact())
    assert CANARY in str([row.payload for row in await written(floor)])
    await sets(floor, Retention(questions=7))
    floor.clock.passes(days=8)
    assert (await looks(floor.database, floor, tmp_path)).questions == 1
    assert await written(floor) == []


async def test_open_questions_and_all_of_their_contacts_are_left_alone(floor: Floor, tmp_path: Path) -> None:
    busy, quiet = await floor.contact(), await floor.contact()
    old, other = await solved(floor, busy), await solved(floor, quiet)
    still = await asked(floor, busy)
    await sets(floor, Retention(30, 30))
    floor.clock.passes(days=400)
    deleted = await looks(floor.database, floor, tmp_path)
    assert deleted.questions == 1
    assert [(await floor.ticket(number)).question for number in (old, other, still)] == [
        f"вопрос {CANARY}", "", f"вопрос {CANARY}",
    ]  # fmt: skip
    await floor.do(lambda session: floor.desk.withdraw(session, session.get_one(Ticket, still)))
    floor.clock.passes(days=31)
    assert (await looks(floor.database, floor, tmp_path)).questions == 2
    assert CANARY not in await words_everywhere(floor)


async def test_a_file_that_another_question_has_stays(floor: Floor, tmp_path: Path) -> None:
    key = stored(floor, tmp_path, b"the same picture")
    await solved(floor, await floor.contact(), key)
    floor.clock.passes(days=20)
    await solved(floor, await floor.contact(), key)
    await sets(floor, MONTH)
    floor.clock.passes(days=11)
    deleted = await looks(floor.database, floor, tmp_path)
    assert (deleted.questions, deleted.files) == (1, 0)
    assert FileStore(tmp_path).path(key).exists()
    floor.clock.passes(days=20)
    assert (await looks(floor.database, floor, tmp_path)).files == 1


async def test_a_question_that_was_emptied_cannot_be_reopened_by_its_contact_but_by_an_agent(
    floor: Floor, tmp_path: Path
) -> None:
    number, olga = await solved(floor, await floor.contact()), await floor.agent("Olga")
    await sets(floor, MONTH)
    floor.clock.passes(days=31)
    await looks(floor.database, floor, tmp_path)
    ticket = await floor.ticket(number)
    assert not reopenable(ticket, floor.clock())
    own = await floor.database.read(lambda session: list_own(session, ticket.contact_id, floor.clock(), page=1, size=5))
    assert own.items == ()
    await floor.do(lambda session: floor.desk.reopen(session, number, olga.id))
    await floor.answers(number, olga, f"снова {CANARY}")
    await floor.do(lambda session: floor.desk.resolve(session, number, olga.id))
    floor.clock.passes(days=31)
    assert (await looks(floor.database, floor, tmp_path)).questions == 1
    assert CANARY not in await words_everywhere(floor)


async def test_conversations_with_the_bot_have_a_limit_of_their_own(floor: Floor, tmp_path: Path) -> None:
    contact = await floor.contact()
    number = await solved(floor, contact)

    def work(session: Session) -> None:
        now = floor.clock()
        session.add_all(
            (
                Message(contact_id=contact, kind=MessageKind.INCOMING, author="", text="loose line", at=now),
                InboxEvent(
                    account="vk:main", event_key="e1", user_id="1", payload={"text": "loose event"}, received_at=now,
                    state=InboxState.DONE,
                ),
                InboxEvent(
                    account="vk:main", event_key="e2", user_id="1", payload={"text": "waits"}, received_at=now,
                    state=InboxState.POISON,
                ),
                Lookup(
                    contact_id=contact, question="loose lookup", band="none", candidates=[], outcome="unanswered",
                    lang="ru", at=now,
                ),
            )
        )  # fmt: skip

    await floor.do(work)
    await floor.posts(contact, "loose answer", choices=(Choice("Да", buttons.Helped(question="loose choice")),))
    await floor.delivers()
    await sets(floor, Retention(conversations=60))
    floor.clock.passes(days=59)
    assert not await looks(floor.database, floor, tmp_path)
    floor.clock.passes(days=2)
    counted = await floor.database.read(
        lambda session: count_expired(session, Retention(conversations=60), floor.clock())
    )
    assert (counted.questions, counted.lines) == (0, 2)
    deleted = await looks(floor.database, floor, tmp_path)
    assert (deleted.questions, deleted.lines, deleted.lookups, deleted.events) == (0, 2, 1, 1)
    left = await words_everywhere(floor)
    assert "loose" not in left
    assert "waits" in left
    assert (await floor.ticket(number)).question == f"вопрос {CANARY}"
    [lookup] = await floor.database.read(
        lambda session: [tuple(row) for row in session.execute(select(Lookup.outcome, Lookup.lang, Lookup.contact_id))]
    )
    assert lookup == ("unanswered", "ru", None)
    assert not await looks(floor.database, floor, tmp_path)


async def test_a_long_question_is_deleted_in_pieces_and_continues_after_a_kill(floor: Floor, tmp_path: Path) -> None:
    contact = await floor.contact()
    key = stored(floor, tmp_path, b"left behind")
    number = await solved(floor, contact, key)
    await floor.do(
        lambda session: session.add_all(
            Message(contact_id=contact, ticket_id=number, kind=MessageKind.NOTE, text=CANARY, at=floor.clock())
            for _ in range(LINES)
        )
    )
    floor.clock.passes(days=31)
    before = floor.clock() - timedelta(days=30)
    # The first piece is committed, and the process ends before it drops a file or begins the second one.
    piece = await floor.do(lambda session: empty_question(session, number, before, floor.clock()))
    assert (piece.deleted, piece.finished, piece.files) == (LINES, False, frozenset({key}))
    assert (await floor.ticket(number)).emptied_at is None
    await sets(floor, MONTH)
    assert (await looks(floor.database, floor, tmp_path)).questions == 1
    assert CANARY not in await words_everywhere(floor)
    assert FileStore(tmp_path).path(key).exists()
    assert await Orphans(floor.database, FileStore(tmp_path), floor.clock).sweep() == 1


async def test_a_look_that_is_cancelled_anywhere_leaves_whole_questions(floor: Floor, tmp_path: Path) -> None:
    numbers = [await solved(floor, await floor.contact()) for _ in range(4)]
    await sets(floor, MONTH)
    floor.clock.passes(days=31)
    emptied = select(func.count()).select_from(Ticket).where(Ticket.emptied_at.is_not(None))
    running = asyncio.create_task(looks(floor.database, floor, tmp_path))
    while not await floor.database.read(lambda session: session.scalar(emptied)):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    def halves(session: Session) -> list[tuple[bool, bool]]:
        return [
            (
                session.get_one(Ticket, number).emptied_at is None,
                session.scalar(select(Message.id).where(Message.ticket_id == number).limit(1)) is not None,
            )
            for number in numbers
        ]

    assert all(kept == lines for kept, lines in await floor.database.read(halves))
    await looks(floor.database, floor, tmp_path)
    assert await floor.database.read(halves) == [(False, False)] * 4


async def test_of_several_processes_one_works(floor: Floor, tmp_path: Path) -> None:
    for _ in range(5):
        await solved(floor, await floor.contact())
    await sets(floor, MONTH)
    floor.clock.passes(days=31)
    url = floor.database.url.render_as_string(hide_password=False)
    other = Database(url) if floor.database.dialect == "postgresql" else floor.database  # one process has a file
    try:
        found = await asyncio.gather(*(looks(each, floor, tmp_path) for each in (floor.database, other)))
    finally:
        if other is not floor.database:
            await other.close()
    assert sorted(one.questions for one in found) == [0, 5]
    assert CANARY not in await words_everywhere(floor)


async def test_nothing_that_refers_to_a_deleted_line_is_left(floor: Floor, tmp_path: Path) -> None:
    await solved(floor, await floor.contact())
    await sets(floor, MONTH)
    floor.clock.passes(days=31)
    await looks(floor.database, floor, tmp_path)

    def left(session: Session) -> list[int | None]:
        tables = (Message, Delivery, ChoiceRow, FileRow, Draft, FormRow)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    assert await floor.database.read(left) == [0] * 6
    assert await floor.database.read(lambda session: session.scalar(select(func.count()).select_from(Contact))) == 1


@pytest.mark.parametrize("days", [1, 6, 3651, -1])
async def test_days_out_of_bounds_are_refused(floor: Floor, days: int) -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        await sets(floor, Retention(questions=days))
