"""Drafts on both databases: one per agent and ticket, the words typed last stay, and nothing outlives its contact."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from handoff.drafts import repository as drafts
from handoff.drafts.repository import MOST_FILES, Box, DraftView, Typing
from handoff.errors import NotFoundError, TooLargeError
from handoff.messages.orphan_files import AGE, Orphans
from handoff.models import DraftMode
from handoff.people.privacy.erasure import forget
from infra.files import FileStore, Kept
from tests.handoff.floor import Floor

KEY = "11111111-1111-4111-8111-111111111111"


def kept_file(sign: str = "a") -> tuple[str, Kept]:
    return f"{sign}.png", Kept(sign * 64, 2048, b"\x89PNG")


async def saves(
    floor: Floor, box: Box, text: str, based_on: str = "", *, ago: float = 0, mode: DraftMode = DraftMode.REPLY
) -> DraftView | None:
    typed = Typing(mode, text, KEY, based_on, floor.clock() - timedelta(seconds=ago))
    return await floor.do(lambda session: drafts.save(session, box, typed))


async def kept(floor: Floor, box: Box) -> DraftView | None:
    return await floor.database.read(lambda session: drafts.find(session, box))


async def at_a_ticket(floor: Floor) -> Box:
    return Box((await floor.agent("Olga")).id, await floor.asks())


async def test_each_agent_has_one_draft_per_ticket(floor: Floor) -> None:
    mine = await at_a_ticket(floor)
    colleague, elsewhere = Box((await floor.agent("Boris")).id, mine.ticket_id), Box(mine.agent_id, await floor.asks())
    await saves(floor, mine, "Mine\x00", mode=DraftMode.NOTE)
    await saves(floor, colleague, "Another's")
    found = await kept(floor, mine)
    assert found is not None
    assert (found.text, found.mode, found.key) == ("Mine", DraftMode.NOTE, KEY)
    assert await kept(floor, elsewhere) is None
    with pytest.raises(NotFoundError):
        await saves(floor, Box(mine.agent_id, 999), "lost")


async def test_a_file_that_comes_while_words_are_on_their_way_leaves_them(floor: Floor) -> None:
    box = await at_a_ticket(floor)
    floor.clock.passes(seconds=10)
    file_id = await floor.do(lambda session: drafts.add_file(session, box, KEY, kept_file(), 20))
    saved = await saves(floor, box, "See the picture", ago=1)  # its page has not heard of the file yet
    assert saved is not None
    assert (saved.text, [file.id for file in saved.files]) == ("See the picture", [file_id])
    floor.clock.passes(seconds=10)
    await floor.do(lambda session: drafts.remove_file(session, box, file_id))
    again = await saves(floor, box, "See the picture!", saved.version, ago=1)
    assert again is not None
    assert (again.text, again.files) == ("See the picture!", ())


async def test_of_two_versions_the_one_typed_later_stays(floor: Floor) -> None:
    box = await at_a_ticket(floor)
    first = await saves(floor, box, "from the desk")
    assert first is not None
    floor.clock.passes(seconds=10)
    phone = await saves(floor, box, "from the phone", first.version)
    late = await saves(floor, box, "from the desk, typed before", first.version, ago=5)
    assert late == phone  # refused: the page shows what is kept
    newer = await saves(floor, box, "from the desk, typed after", first.version)
    assert newer is not None
    assert newer.text == "from the desk, typed after"
    assert await saves(floor, box, "", newer.version) is None
    assert await kept(floor, box) is None


async def test_of_two_saves_of_one_browser_the_clock_of_the_browser_decides(floor: Floor) -> None:
    box = await at_a_ticket(floor)

    async def saves_at(time: int, text: str, browser: str = "phone") -> str | None:
        """Save what was typed at a time of the browser; its save was on its way for longer the earlier it was typed."""
        typed = Typing(DraftMode.REPLY, text, KEY, "", floor.clock(), browser, time)
        floor.clock.passes(seconds=1)
        kept = await floor.do(lambda session: drafts.save(session, box, typed))
        return kept.text if kept else None

    assert await saves_at(2_000, "the whole answer") == "the whole answer"
    assert await saves_at(1_500, "the whole") == "the whole answer"  # overtaken on its way
    assert await saves_at(2_500, "the whole answer!") == "the whole answer!"
    assert await saves_at(9, "from the desk", "desk") == "from the desk"  # the clock of another browser says nothing
    assert await saves_at(3_000, "an answer of a page without a name", "") == "an answer of a page without a name"


async def test_sending_erases_the_draft_and_late_words_do_not_bring_it_back(floor: Floor) -> None:
    box = await at_a_ticket(floor)
    draft = await saves(floor, box, "Here it is")
    file_id = await floor.do(lambda session: drafts.add_file(session, box, KEY, kept_file(), 20))
    assert draft is not None

    def work(session: Session) -> None:
        files = drafts.files_of(session, box, [file_id])
        floor.desk.reply(session, box.ticket_id, box.agent_id, "Here it is", KEY, files)
        drafts.finish(session, box, KEY, [file_id])

    await floor.do(work)
    assert await kept(floor, box) is None
    assert await saves(floor, box, "Here it", ago=1) is None
    assert await floor.database.read(lambda session: drafts.is_sent(session, box, KEY, "Here it is "))
    assert not await floor.database.read(lambda session: drafts.is_sent(session, box, KEY, "Something else"))
    floor.clock.passes(seconds=1)
    assert await saves(floor, box, "Here it is") is None  # typed before, and long on its way
    more = await saves(floor, box, "Here it is, and more")  # typed in another tab, after the sending
    assert more is not None
    assert (more.text, more.key == KEY) == ("Here it is, and more", False)


async def test_words_written_elsewhere_outlive_the_sending_of_others(floor: Floor) -> None:
    box = await at_a_ticket(floor)
    await saves(floor, box, "for later")
    await floor.do(lambda session: drafts.finish(session, box, "another key", ()))
    found = await kept(floor, box)
    assert found is not None
    assert found.text == "for later"


async def test_files_are_limited_and_removable(floor: Floor) -> None:
    box = await at_a_ticket(floor)

    async def adds() -> int:
        return await floor.do(lambda session: drafts.add_file(session, box, KEY, kept_file(), 20))

    ids = [await adds() for _ in range(MOST_FILES)]
    with pytest.raises(TooLargeError):
        await adds()
    found = await kept(floor, box)
    assert found is not None
    assert [file.name for file in found.files] == ["a.png"] * MOST_FILES
    colleague = Box((await floor.agent("Boris")).id, box.ticket_id)
    await floor.do(lambda session: drafts.remove_file(session, colleague, ids[0]))  # not theirs
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: drafts.files_of(session, colleague, ids[:1]))
    for file_id in ids:
        await floor.do(lambda session, file_id=file_id: drafts.remove_file(session, box, file_id))  # type: ignore[misc]
    assert await kept(floor, box) is None


async def test_a_draft_is_forgotten_with_its_contact(floor: Floor) -> None:
    contact, other = await floor.contact(), await floor.contact()
    box = Box((await floor.agent("Olga")).id, await floor.asks(contact_id=contact))
    beside = Box(box.agent_id, await floor.asks(contact_id=other))
    await saves(floor, box, "about Anna")
    for where, sign in ((box, "a"), (box, "b"), (beside, "b")):
        await floor.do(
            lambda session, where=where, sign=sign: drafts.add_file(  # type: ignore[misc]
                session, where, KEY, kept_file(sign), 20
            )
        )
    forgotten = await floor.do(lambda session: forget(session, contact, floor.clock))
    assert forgotten is not None
    assert forgotten.files == ("a" * 64,)
    assert await kept(floor, box) is None
    assert await kept(floor, beside) is not None


async def test_files_of_a_draft_stay_until_they_are_removed(floor: Floor, tmp_path: Path) -> None:
    box, store = await at_a_ticket(floor), FileStore(tmp_path / "files")
    with store.incoming(100) as incoming:
        incoming.write(b"a picture")
        stored = incoming.keep()
    old = (floor.clock() - AGE).timestamp() - 60
    os.utime(store.path(stored.key), (old, old))
    file_id = await floor.do(lambda session: drafts.add_file(session, box, KEY, ("a.png", stored), 20))
    orphans = Orphans(floor.database, store, floor.clock)
    assert await orphans.sweep() == 0
    await floor.do(lambda session: drafts.remove_file(session, box, file_id))
    assert await orphans.sweep() == 1
    assert not store.path(stored.key).exists()
