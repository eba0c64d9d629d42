"""Contacts' files: fetched in the background, stored, shown to agents; a refused one is named."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.simulator.faults import Fault
from handoff.messages.files import FileView
from handoff.models import FileRow, FileState
from tests.conftest import Backend
from tests.journeys.stage import ContactOnStage, Stage, staged

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 50


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Nothing here is about the database; the rows of files are written as all others are."""
    return Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)


def photo(stage: Stage, content: bytes) -> dict[str, Any]:
    place = stage.simulator.holds_file("a.png", content)
    if stage.platform == "telegram":
        small = {"file_id": "small", "file_unique_id": "s", "width": 1, "height": 1, "file_size": 9}
        return {"photo": [small, {"file_id": place, "file_unique_id": "u", "width": 9, "height": 9}]}
    sizes = [{"type": "s", "url": "http://127.0.0.1:9/no", "width": 1, "height": 1}]
    sizes.append({"type": "w", "url": place, "width": 9, "height": 9})
    body = {"id": 1, "owner_id": 5, "album_id": -3, "date": 1, "text": "", "sizes": sizes}
    return {"attachments": [{"type": "photo", "photo": body}]}


def document(stage: Stage, name: str, content: bytes, size: int) -> dict[str, Any]:
    place = stage.simulator.holds_file("stored", content)
    if stage.platform == "telegram":
        return {"document": {"file_id": place, "file_unique_id": "u", "file_name": name, "file_size": size}}
    body = {"id": 2, "owner_id": 5, "title": name, "size": size, "ext": "txt", "type": 1, "date": 1, "url": place}
    return {"attachments": [{"type": "doc", "doc": body}]}


async def files(stage: Stage, who: ContactOnStage) -> list[FileView]:
    return [file for line in await stage.thread_of(who) for file in line.files]


async def fetched(stage: Stage, count: int) -> None:
    def true(session: Session) -> bool:
        states = list(session.scalars(select(FileRow.state)))
        return len(states) == count and FileState.WANTED not in states

    await stage.until(true)


def content(stage: Stage, file: FileView) -> bytes:
    assert file.key is not None
    return stage.app.files.path(file.key).read_bytes()


async def test_a_photo_and_what_follows_reach_the_agent(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    stage.simulator.faults.next("download", Fault("dropped"))
    await anna.writes("", **photo(stage, PNG))
    assert (await anna.hears()).text.startswith("Я понимаю только текст.")
    await anna.presses("Задать вопрос")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    added = await anna.writes("и вот отчёт", **document(stage, "../отчёт.txt", b"<script>", 8))
    assert await anna.sees_mark(added)

    def at_once(session: Session) -> None:
        for row in session.scalars(select(FileRow)):
            row.next_attempt_at = row.updated_at

    await stage.until(lambda session: FileState.KEPT in session.scalars(select(FileRow.state)).all())
    await stage.app.db.write(at_once)  # what was cut off is tried again, later than a test likes to wait
    stage.app.bus.publish("files")
    await fetched(stage, 2)
    lines = [line for line in await stage.thread_of(anna) if line.files]
    assert [line.ticket_id for line in lines] == [ticket.id, ticket.id]
    picture, report = await files(stage, anna)
    assert (picture.kind, picture.state, picture.media_type) == ("photo", FileState.KEPT, "image/png")
    assert (report.name, report.state, report.media_type) == (
        "отчёт.txt",
        FileState.KEPT,
        "application/octet-stream",
    )
    assert (content(stage, picture), content(stage, report)) == (PNG, b"<script>")


async def test_what_is_not_taken_is_named_and_the_question_goes_on(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("не помню пароль", **document(stage, "архив.zip", b"x", 2 * 1024 * 1024))
    said = [(await anna.hears()).text for _ in range(2)]
    assert any(text.startswith("Забыли пароль") for text in said)
    assert "До нас не дошло: «архив.zip». Мы принимаем файлы до 1 МБ; пришлите, пожалуйста, файл поменьше." in said

    # A photo does not say how large it is: that is found out on the way.
    await anna.writes("не слышно музыку", **photo(stage, b"x" * (1024 * 1024 + 1)))
    said = [(await anna.hears()).text for _ in range(2)]
    assert any(text.startswith("До нас не дошло: фото.") for text in said)
    await fetched(stage, 2)
    assert [(file.state, file.reason, file.key) for file in await files(stage, anna)] == [
        (FileState.REFUSED, "size", None)
    ] * 2


async def test_no_address_leads_into_our_own_network(backend: Backend) -> None:
    """On VK only: a file on Telegram has no address of its own."""
    async with staged(backend, "vk") as stage:
        anna = await stage.contact("Анна")
        for number, url in enumerate(("http://127.0.0.1:1/secret", "https://127.0.0.1/x", "https://evil.example/x")):
            body = {
                "id": number,
                "owner_id": 5,
                "title": "a.txt",
                "size": 1,
                "ext": "txt",
                "type": 1,
                "date": 1,
                "url": url,
            }
            await anna.writes("вот", attachments=[{"type": "doc", "doc": body}])
        await fetched(stage, 3)
        assert {(file.state, file.reason) for file in await files(stage, anna)} == {(FileState.REFUSED, "kind")}


async def test_an_agent_sends_files_with_and_without_words(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    boris = await stage.agent("Борис")
    await boris.replies_with(ticket.id, "Вот карта и прогноз.", ("карта.png", PNG), ("прогноз.pdf", b"%PDF"))
    text, picture, paper = [await anna.hears() for _ in range(3)]
    assert text.text.endswith("Вот карта и прогноз.")
    document = "document" if stage.platform == "telegram" else "doc"
    assert (picture.attachments, paper.attachments) == (("photo",), (document,))
    assert stage.simulator.uploads == [("карта.png", PNG), ("прогноз.pdf", b"%PDF")]
    await stage.settled()
    line = next(line for line in await stage.thread_of(anna) if line.by_agent and line.deliveries)
    assert [part.state for part in line.deliveries] == ["sent"] * 3
    assert [(file.kind, file.name) for file in line.files] == [("photo", "карта.png"), ("document", "прогноз.pdf")]

    # A lost answer: VK recognises the repeat by its key, Telegram does not, and the agent is notified.
    method = "sendDocument" if stage.platform == "telegram" else "messages.send"
    if stage.platform == "vk":
        stage.simulator.faults.next("docs.getMessagesUploadServer", Fault("dropped"))
    else:
        stage.simulator.faults.next(method, Fault("lost_answer", seconds=0.1))
    await boris.replies_with(ticket.id, "", ("ещё.txt", b"x"))
    assert (await anna.hears()).text == f"Отвечает Борис (вопрос №{ticket.id}):"
    await anna.hears()
    await stage.settled()
    last = [line for line in await stage.thread_of(anna) if line.by_agent and line.deliveries][-1].deliveries[-1]
    assert last.state == ("maybe_delivered" if stage.platform == "telegram" else "sent")
