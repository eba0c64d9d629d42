"""Files that visitors of the chat send: kept, shown to them and to agents, and refused kindly."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.web.chat.uploads import MOST, PER_ADDRESS
from handoff.messages.threads import Line, thread
from handoff.models import Contact
from tests.conftest import Backend
from tests.web.counter import Counter, VisitorOnSite, open_counter
from tests.web.pictures import PNG

RECEIPT = ("чек.pdf", b"%PDF-1.7 paid", "application/pdf")
SCREEN = ("C:\\pictures\\экран.png", PNG, "image/png")


def kept(counter: Counter) -> list[Path]:
    """Everything in the store, half-written files too."""
    return [path for path in counter.app.settings.files_dir.rglob("*") if path.is_file()]


async def own_files(visitor: VisitorOnSite, count: int) -> list[str]:
    """The links of the visitor's own files, once there are so many."""
    async with asyncio.timeout(60):
        while True:
            page = await visitor.opens("/help/chat/thread")
            if len(links := re.findall(r'<a href="(/help/chat/files/own/\d+)"', page)) >= count:
                return links
            await asyncio.sleep(0.05)


async def says(visitor: VisitorOnSite, beginning: str) -> None:
    """Wait until the bot says so."""
    async with asyncio.timeout(60):
        while not any(who == "bot" and words.startswith(beginning) for who, words in await visitor.reads()):
            await asyncio.sleep(0.05)


async def test_what_a_visitor_sends_reaches_agents_and_is_shown_to_nobody_else(counter: Counter) -> None:
    async with counter.visitor() as anna, counter.visitor() as boris:
        await anna.writes("соедините с оператором, у меня пропали деньги")
        await anna.hears(1)
        await anna.sends("вот они", RECEIPT, SCREEN)
        receipt, screen = await own_files(anna, 2)
        page = await anna.opens("/help/chat/thread")
        assert f'<img src="{screen}" alt="экран.png"' in page
        assert f'<a href="{receipt}" download>чек.pdf</a>' in page
        got, shown = await anna.client.get(receipt), await anna.client.get(screen)
        assert (got.content, got.headers["content-type"]) == (RECEIPT[1], "application/octet-stream")
        assert got.headers["content-disposition"].startswith("attachment")
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        assert shown.headers["content-disposition"].startswith("inline")
        await boris.writes("не помню пароль")
        assert {(await boris.client.get(link)).status_code for link in (receipt, screen)} == {404}

        def lines(session: Session) -> tuple[Line, ...]:
            return thread(session, session.scalars(select(Contact.id).order_by(Contact.id).limit(1)).one())

        (line,) = [line for line in await counter.app.db.read(lines) if line.text == "вот они"]
        assert [(file.kind, file.name, file.state) for file in line.files] == [
            ("document", "чек.pdf", "kept"),
            ("photo", "экран.png", "kept"),
        ]
        assert line.ticket_id == 1


async def test_a_file_without_words_is_a_message_and_a_repeat_is_none(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("соедините с оператором, у меня пропали деньги")
        await anna.hears(1)
        for _ in range(2):
            await anna.sends("", RECEIPT, key="one-form-key")
        assert len(await own_files(anna, 1)) == 1
        assert len(kept(counter)) == 1


async def test_what_is_too_large_or_not_taken_is_named_and_not_kept(backend: Backend) -> None:
    async with (
        open_counter(backend, attachment_mb=1, attachment_kinds="photo,document") as counter,
        counter.visitor("en") as anna,
    ):
        await anna.writes("I want a human agent: my money is gone")
        await anna.hears(1)
        large = ("film.pdf", b"%PDF" + bytes(1 << 20), "application/pdf")
        await anna.sends("here", large, ("song.mp3", b"ID3", "audio/mpeg"), RECEIPT)
        await own_files(anna, 1)
        await says(anna, "This did not reach us: “film.pdf”. We accept files of up to 1 MB")
        await says(anna, "We could not open this: “song.mp3”.")
        assert [path.read_bytes() for path in kept(counter)] == [RECEIPT[1]]


async def test_more_than_we_can_take_at_once_is_refused_before_it_is_read(backend: Backend) -> None:
    async with open_counter(backend, attachment_mb=1) as counter, counter.visitor("en") as anna:
        await anna.opens()
        sentence = f"Please send up to {MOST} files of at most 1 MB each."
        for files in ([RECEIPT] * (MOST + 1), [("film.pdf", bytes((MOST << 20) + (1 << 17)), "application/pdf")]):
            refused = await anna.sends("here", *files)
            assert refused.status_code == 413
            assert sentence in refused.text
        assert (kept(counter), await anna.reads()) == ([], [])


async def test_an_address_may_send_files_only_so_often(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        await anna.opens()
        for number in range(PER_ADDRESS + 1):
            answer = await live(anna, f"key-{number:04}")
            assert ("a lot at once" in answer.text) is (number == PER_ADDRESS)
        assert "a lot at once" not in (await live(anna, "key-words", files=False)).text


async def live(visitor: VisitorOnSite, key: str, *, files: bool = True) -> httpx.Response:
    """Send as the page's script does."""
    given = [("files", RECEIPT)] if files else [("files", ("", b"", "application/octet-stream"))]
    form = {"key": key, "text": "thanks", "csrf": await visitor.csrf()}
    return await visitor.client.post("/help/chat/messages", data=form, files=given, headers={"HX-Request": "true"})


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "with spaces in it"])
async def test_a_form_that_is_none_of_ours_is_refused(counter: Counter, key: str) -> None:
    async with counter.visitor() as anna:
        await anna.opens()
        answer = await anna.client.post(
            "/help/chat/messages", data={"key": key, "text": "?"}, files=[("files", RECEIPT)]
        )
        assert answer.status_code == 422
        assert kept(counter) == []
