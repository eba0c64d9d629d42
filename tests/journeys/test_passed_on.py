"""Messages without the contact's own words: forwards, places, cards, albums, and unreadable names."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.simulator.phone import Json
from bot.simulator.telegram import contents as telegram_things
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk import contents as vk_things
from handoff.messages.files import FileView
from handoff.models import FileState, Message
from knowledge.entries.models import Lookup
from tests.conftest import Backend
from tests.journeys.stage import ContactOnStage, Stage, staged
from tests.journeys.test_forms import begins
from tests.journeys.test_sending_files import PNG, document, fetched, photo
from tests.journeys.test_things_shown import doors, sends, things, words_of

RECEIVED = "Сообщение получено. Что вы хотели бы узнать? Опишите вопрос словами или задайте его агенту."


def passed_on(stage: Stage, words: str) -> tuple[str, dict[str, Any]]:
    """Somebody else's words as the contact passes them on: the text and the rest of the message."""
    if stage.platform == "telegram":
        return words, telegram_things.forwarded_from("Зоя")
    return "", vk_things.with_forwards(vk_things.foreign(909, words))


async def lookups(stage: Stage) -> int:
    return await stage.app.db.read(lambda session: session.scalar(select(func.count()).select_from(Lookup)) or 0)


async def test_a_forward_is_no_question_of_the_contacts_own(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    for words in ("не помню пароль", "спасибо", "привет", "позовите оператора"):
        text, extra = passed_on(stage, words)
        await anna.writes(text, **extra)
        assert (await anna.hears()).text == RECEIVED
        assert anna.labels() == ["Задать вопрос"]
    assert (await stage.tickets(), await lookups(stage)) == ([], 0)

    # The words that follow are the question, and the person who gets it sees what it is about.
    await anna.writes("какая завтра погода в казани")
    await anna.hears()
    await anna.presses("Да, передать")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    assert ticket.question == "какая завтра погода в казани"
    taken = [line for line in await stage.thread_of(anna) if line.contents]
    assert [line.ticket_id for line in taken] == [ticket.id] * 4

    # Nothing in a forward thanks or greets the person who has the question.
    text, extra = passed_on(stage, "спасибо")
    assert await anna.sees_mark(await anna.writes(text, **extra))
    assert [line.ticket_id for line in await stage.thread_of(anna) if line.contents] == [ticket.id] * 5


async def test_with_words_of_their_own_those_are_the_question(backend: Backend, platform: Any) -> None:  # noqa: ANN401 - of the fixture
    async with staged(backend, platform, burst_window=0.5) as stage:
        anna = await stage.contact("Анна")
        text, extra = passed_on(stage, "какая завтра погода")
        if stage.platform == "telegram":  # where the words go before the forward, as a message of their own
            await anna.writes("не помню пароль")
            await anna.writes(text, **extra)
        else:
            await anna.writes("не помню пароль", **extra)
        assert (await anna.hears()).text.startswith("Забыли пароль")
        found = await stage.app.db.read(lambda session: session.scalars(select(Lookup.question)).all())
        assert list(found) == ["не помню пароль"]


async def test_a_place_alone_goes_to_a_person_and_says_what_it_is(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.writes("", **things(stage)["venue"])
    assert (await anna.hears()).text == RECEIVED
    await anna.presses("Задать вопрос")
    assert "передан агенту" in (await anna.hears()).text
    (ticket,) = await stage.tickets()
    async with doors(stage) as (browser, rest):
        queue = (await browser.get("/desk")).text
        assert '<span class="row-question" dir="auto">📍 Place</span>' in queue
        shown = (await rest.get(f"/tickets/{ticket.id}")).json()
        assert shown["question"].startswith("📍 Place\nКафе «Синица»")
        browser.client.headers["Accept-Language"] = "hu"
        assert '<span class="row-question" dir="auto">📍 Hely</span>' in (await browser.get("/desk")).text
    await anna.writes("/my")
    assert "📍 Место" in (await anna.hears()).text


async def test_a_contact_card_answers_a_phone_field(stage: Stage) -> None:
    anna = await begins(stage)
    await anna.writes("https://example.org/anna")
    assert (await anna.hears()).text == "Шаг 2 из 5. Телефон страницы?"
    await anna.writes("", **things(stage)["place"])
    assert (await anna.hears()).text == "Хорошо, добавили к вопросу.\nШаг 2 из 5. Телефон страницы?"
    await anna.writes("", **things(stage)["contact"])
    assert (await anna.hears()).text == "Шаг 3 из 5. Когда это случилось?"
    await anna.writes("хочу оператора")
    await anna.hears()
    (ticket,) = await stage.tickets()
    assert "Телефон страницы? +79123456789" in ticket.question.splitlines()


async def test_a_vk_video_is_shown_and_not_refused(backend: Backend) -> None:
    async with staged(backend, "vk") as stage:
        anna = await stage.contact("Анна")
        await anna.asks_a_person()
        await sends(stage, anna, "вот запись", **vk_things.THINGS["video"])
        await sends(stage, anna, "и песня", **vk_things.THINGS["audio"])
        await stage.settled()
        assert [message.text for message in anna.replies if "открыть" in message.text] == []


async def test_an_album_is_one_message(backend: Backend) -> None:
    """On Telegram, which tells of each picture by itself; VK tells of one message with all of them."""
    async with staged(backend, "telegram") as stage:
        anna = await stage.contact("Анна")
        await anna.asks_a_person()
        (ticket,) = await stage.tickets()
        assert isinstance(stage.simulator, TelegramSimulator)
        parts = [photo(stage, PNG + bytes([number])) for number in range(3)]
        await stage.simulator.sends_album(anna.person, "так это выглядит", *parts)
        await fetched(stage, 3)
        await stage.settled()
        assert [message.reaction for message in anna.chat if message.attachments] == ["👀", "", ""]
        (line,) = [line for line in await stage.thread_of(anna) if line.files]
        assert (line.text, line.ticket_id, len(line.files)) == ("так это выглядит", ticket.id, 3)
        forwarded = [part | telegram_things.forwarded_from("Зоя") for part in parts]
        await stage.simulator.sends_album(anna.person, "чужие снимки", *forwarded)
        await fetched(stage, 6)
        line = [line for line in await stage.thread_of(anna) if line.files][-1]
        assert ([file.state for file in line.files], line.own_files) == ([FileState.KEPT] * 3, ())
        (passage,) = line.contents
        assert (passage.kind, getattr(passage, "text", ""), getattr(passage, "files", ())) == (
            "passage", "чужие снимки", (0, 1, 2),
        )  # fmt: skip


async def refuses(stage: Stage, who: ContactOnStage, *parts: Json) -> list[FileView]:
    """Send an album in which everything is refused; its files."""
    if isinstance(stage.simulator, TelegramSimulator):
        await stage.simulator.sends_album(who.person, "", *parts)
    else:
        await who.writes("", attachments=[item for part in parts for item in part["attachments"]])
    await fetched(stage, len(parts))
    return [file for line in await stage.thread_of(who) for file in line.files]


@pytest.mark.parametrize("told", [True, False], ids=["by its size", "while it is fetched"])
async def test_an_album_is_refused_in_one_sentence(stage: Stage, *, told: bool) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    before = len(anna.replies)
    large = bytes(1024 * 1024 + 1)
    if told:
        parts = [document(stage, f"{number}.zip", b"x", 2 * 1024 * 1024) for number in range(3)]
        names = "«0.zip», «1.zip», «2.zip»"
    else:
        parts, names = [photo(stage, large + bytes([number])) for number in range(3)], "фото, фото, фото"
    files = await refuses(stage, anna, *parts)
    assert [(file.state, file.reason) for file in files] == [(FileState.REFUSED, "size")] * 3
    await stage.settled()
    said = [message.text for message in anna.replies[before:] if message.text.startswith("До нас не дошло")]
    assert said == [f"До нас не дошло: {names}. Мы принимаем файлы до 1 МБ; пришлите, пожалуйста, файл поменьше."]


async def test_a_name_that_cannot_be_read_has_a_stand_in(stage: Stage) -> None:
    anna = await stage.contact("\u3164\u200b\u202e")
    await anna.asks_a_person()
    line = await sends(stage, anna, "и ещё")
    (ticket,) = await stage.tickets()
    contact = ticket.contact_id
    async with doors(stage) as (browser, rest):
        page = (await browser.get(f"/desk/tickets/{ticket.id}")).text
        assert f'<span class="row-name" dir="auto">Contact {contact}</span>' in page
        assert f"Contact {contact} <span" in page
        assert f"Contact {contact}" in words_of(page, line)
        answer = (await rest.get(f"/tickets/{ticket.id}")).json()
        listed = (await rest.get("/tickets")).json()["items"][0]
    assert answer["contact"]["name"] == listed["contact"]["name"] == f"Contact {contact}"
    assert {one["author"] for one in answer["messages"] if one["kind"] == "incoming"} == {f"Contact {contact}"}


async def test_a_place_that_moves_is_shown_where_it_is_now(backend: Backend) -> None:
    """On Telegram, where a live location is updated by edits."""
    async with staged(backend, "telegram") as stage:
        anna = await stage.contact("Анна")
        await anna.asks_a_person()
        point = {"latitude": 55.0, "longitude": 37.0, "live_period": 900}
        line = await sends(stage, anna, "", location=point)
        sent = [message for message in anna.chat if message.mine][-1]
        update = {"message_id": sent.id, "date": 1, "edit_date": 2, "chat": {"id": anna.person, "type": "private"}}
        update |= {"from": {"id": anna.person, "is_bot": False, "first_name": "Анна"}}
        await stage.telegram.sends_raw({"edited_message": update | {"location": point | {"latitude": 56.5}}})
        await stage.until(lambda session: "56.5" in str(session.get_one(Message, line).contents))
