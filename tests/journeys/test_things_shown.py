"""Contents besides text and files: agents get them completely, at the desk, over REST and in the contact's export."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.program.site_parts import site_parts
from bot.simulator.phone import Json
from bot.simulator.telegram import contents as telegram_things
from bot.simulator.vk import contents as vk_things
from bot.web.site import build_site
from handoff.audit.log import COMMAND_LINE
from handoff.messages.contents import RAW_LIMIT
from handoff.models import Contact, FileRow, FileState, Message, MessageKind, Role
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import forget
from tests.journeys.stage import ContactOnStage, Stage
from tests.office import Browser, employ

_PLACE = "https://www.openstreetmap.org/?mlat=55.751244&mlon=37.618423#map=17/55.751244/37.618423"
_CHANNEL = "https://t.me/frontdesk_news"

SHOWN: dict[str, dict[str, tuple[str, ...]]] = {
    "both": {
        "place": ("Place", "55.751244, 37.618423", _PLACE),
        "venue": ("Place", "Кафе «Синица»", "ул. Ленина, 1", _PLACE),
        "contact": ("Contact card", "Пётр Иванов", "Phone: +79123456789"),
        "poll": ("Poll", "Когда встречаемся?", "○ В пятницу", "○ В субботу"),
    },
    "telegram": {
        "checklist": ("Checklist", "Переезд", "☑ Собрать коробки", "☐ Отдать ключи"),
        "dice": ("🎯", "Dice: 5"),
        "game": ("Game", "Башня", "Стройте выше"),
        "story": ("Story", "Новости сообщества", f"{_CHANNEL}/s/12"),
        "gift": ("Gift", "🎂", "С праздником", "15 ⭐"),
        "invoice": ("Invoice", "Взнос за май", "Членский взнос", "500.00 RUB"),
        "payment": ("Payment", "25 ⭐"),
        "paid_media": ("Paid photos or videos", "40 ⭐"),
        "giveaway": ("Giveaway", "Новости сообщества", "Книги с подписью"),
        "users": ("Contact card", "Зоя", "https://t.me/zoya"),
        "chat": ("Group or channel", "Соседи по дому"),
        "app": ("Data sent by an app", "Открыть заказ", '{"order": 17}'),
        "call": ("Call", "Length: 1:15"),
    },
    "vk": {
        "story": ("Story", "https://vk.com/story5_456239019"),
        "gift": ("Gift",),
        "video": ("Video", "Как войти в кабинет", "По шагам", "Length: 2:05", "https://vk.com/video-22822305_456239017"),
        "link": ("Link", "Правила", "О чём можно писать", "https://example.org/rules"),
        "article": ("Article", "Как устроен архив", "Коротко", "Сообщество", "https://vk.com/@club64-archive"),
        "product": ("Product", "Кружка", "С гербом", "Price: 1 500 ₽", "https://vk.com/product-64_77"),
        "products": ("Album", "Посуда", "https://vk.com/market-64?section=album_4"),
        "album": ("Album", "Поход", "Лето", "https://vk.com/album5_282"),
        "money": ("Money transfer", "за билеты", "1 200 ₽"),
        "call": ("Call", "reached", "Length: 1:15"),
        "podcast": ("Podcast", "Выпуск 3", "Радио двора", "https://vk.com/podcast-64_8"),
        "playlist": ("Playlist", "Дорога", "https://vk.com/music/playlist/-64_6"),
        "audio": ("Audio", "Кино – Пачка сигарет", "https://vk.com/audio5_2"),
        "app": ("App", "Опросник", "Ответы за минуту", "https://vk.com/app7362"),
        "post": ("Post by club64", "Переносим встречу", "https://vk.com/wall-64_500",
                 "Зал закрыт на ремонт", "Правила"),
        "comment": ("Comment by id9", "И где билеты?", "https://vk.com/wall-64_500?reply=31"),
    },
}  # fmt: skip
"""What the desk says, in English, of one of each kind."""
KINDS = {
    "place": "place", "venue": "place", "contact": "contact", "users": "contact", "poll": "poll",
    "checklist": "checklist",
    "dice": "dice", "post": "passage", "comment": "passage",
}  # fmt: skip
"""The kind that REST gives, where it is not `card`."""


def things(stage: Stage) -> dict[str, Json]:
    return telegram_things.THINGS if stage.platform == "telegram" else vk_things.THINGS


@asynccontextmanager
async def doors(stage: Stage) -> AsyncIterator[tuple[Browser, httpx.AsyncClient]]:
    """An agent's browser, in English, and a program with a token."""

    def admit(session: Session) -> str:
        employ(session, "olga@example.org", "Ольга", Role.AGENT, stage.app.clock())
        return stage.app.staff.add_token(session, "crm", Role.ADMIN, COMMAND_LINE)

    site, token = build_site(site_parts(stage.app), None), await stage.app.db.write(admit)
    transport, english = httpx.ASGITransport(site.asgi), {"Accept-Language": "en"}
    bearer = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=english) as pages,
        httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/v1", headers=bearer) as rest,
    ):
        browser = Browser(pages)
        await browser.signs_in("olga@example.org")
        yield browser, rest
    await site.hang_up()


async def sends(stage: Stage, who: ContactOnStage, text: str, **extra: Any) -> int:  # noqa: ANN401 - any part of a message
    """Send something and wait until it is in the thread; its id there."""
    number = str(await who.writes(text, **extra))
    wanted = select(Message.id).where(Message.platform_id == number, Message.kind == MessageKind.INCOMING)
    await stage.until(lambda session: session.scalar(wanted) is not None)
    return await stage.app.db.read(lambda session: session.scalars(wanted).one())


def words_of(page: str, line: int) -> str:
    """The words and addresses of one line of a thread, as a reader has them."""
    html = page.partition(f'id="line-{line}"')[2].partition('<li class="')[0]
    shown = re.sub(r"<[^>]*>", "", re.sub(r'<a [^>]*href="([^"]*)"[^>]*>', r" \1 ", html))
    return unescape(re.sub(r"\s+", " ", shown))


async def contact_of(stage: Stage, who: ContactOnStage) -> int:
    wanted = select(Contact.id).where(Contact.user_id == str(who.person))
    return await stage.app.db.read(lambda session: session.scalars(wanted).one())


async def test_each_kind_is_shown_with_what_it_holds(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    expected = SHOWN["both"] | SHOWN[stage.platform]
    assert expected.keys() == things(stage).keys()
    lines = {name: await sends(stage, anna, "", **things(stage)[name]) for name in expected}
    async with doors(stage) as (browser, rest):
        page = (await browser.get(f"/desk/tickets/{ticket.id}")).text
        answer = (await rest.get(f"/tickets/{ticket.id}")).json()
    messages = {message["id"]: message for message in answer["messages"]}
    for name, words in expected.items():
        shown = words_of(page, lines[name])
        assert not [word for word in words if word not in shown], (name, shown)
        (content,) = messages[lines[name]]["contents"]
        assert content["kind"] == KINDS.get(name, "card"), name
        assert messages[lines[name]]["ticket_id"] == ticket.id
    assert "secret" not in page + json.dumps(answer)

    anna_id = await contact_of(stage, anna)
    packed = await stage.app.db.read(lambda session: archive(session, anna_id))
    assert packed is not None
    export = ZipFile(BytesIO(packed))
    exported = unescape(export.read("frontdesk.html").decode())
    for word in ("Место", "55.751244, 37.618423", "Телефон: +79123456789", "○ В пятницу"):
        assert word in exported
    assert "Пётр Иванов" in export.read("frontdesk.json").decode()
    await stage.settled()
    await stage.app.db.write(lambda session: forget(session, anna_id, stage.app.clock))
    left = await stage.app.db.read(lambda session: session.scalar(select(func.count()).select_from(Message)))
    assert left == 0


async def test_forwards_come_with_author_words_and_files_also_nested(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    png = b"\x89PNG\r\n\x1a\n" + bytes(50)
    held = stage.simulator.holds_file("a.png", png)
    if stage.platform == "telegram":
        size = {"file_id": held, "file_unique_id": "u", "width": 9, "height": 9, "file_size": len(png)}
        forward = telegram_things.forwarded_from("Зоя", username="zoya")
        line = await sends(stage, anna, "Смотрите, ошибка", photo=[size], **forward)
        hidden = await sends(stage, anna, "От скрытого", **telegram_things.forwarded_from_hidden("Аноним"))
        posted = await sends(stage, anna, "Объявление", **telegram_things.forwarded_from_channel())
        expected = {
            line: ("Forwarded message from Зоя", "https://t.me/zoya", "Смотрите, ошибка"),
            hidden: ("Forwarded message from Аноним", "От скрытого"),
            posted: ("Новости сообщества, Редактор", "https://t.me/frontdesk_news/77", "Объявление"),
        }
    else:
        body = {"id": 1, "owner_id": 5, "album_id": -3, "date": 1, "text": ""}
        picture = {"type": "photo", "photo": body | {"sizes": [{"type": "w", "url": held, "width": 9, "height": 9}]}}
        deepest = vk_things.foreign(909, "Самое первое", attachments=[picture], geo=vk_things.THINGS["place"]["geo"])
        middle = vk_things.foreign(-77, "Ответ группы", fwd_messages=[deepest])
        quoting = vk_things.foreign(anna.person, "Моё прежнее", reply_message=vk_things.foreign(808, "На что ответ"))
        line = await sends(stage, anna, "", **vk_things.with_forwards(middle, quoting))
        expected = {
            line: (
                "Forwarded message from club77", "Ответ группы", "Forwarded message from id909", "https://vk.com/id909",
                "Самое первое", "55.751244, 37.618423", "Forwarded message from the contact", "Моё прежнее",
                "In answer to id808", "На что ответ",
            ),
        }  # fmt: skip

    await stage.until(lambda session: FileState.KEPT in session.scalars(select(FileRow.state)).all())
    async with doors(stage) as (browser, rest):
        page = (await browser.get(f"/desk/tickets/{ticket.id}")).text
        messages = {one["id"]: one for one in (await rest.get(f"/tickets/{ticket.id}")).json()["messages"]}
    for number, words in expected.items():
        shown = words_of(page, number)
        assert not [word for word in words if word not in shown], shown
    (file,) = messages[line]["files"]
    assert (file["kind"], file["state"]) == ("photo", "kept")
    assert page.count(f'<img class="thumb" src="/desk/files/{file["id"]}"') == 1
    passage = messages[line]["contents"][0]
    assert messages[line]["text"] == ""
    if stage.platform == "vk":
        passage = passage["contents"][0]
        assert (passage["text"], passage["contents"][0]["kind"]) == ("Самое первое", "place")
    assert (passage["role"], passage["files"]) == ("forward", [0])


async def test_quotes_show_the_quoted_words_and_links_their_address(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person("какая завтра погода в казани")
    (ticket,) = await stage.tickets()
    offer = anna.replies[-1].id
    ours = await sends(stage, anna, "это мне?", reply_to=offer)
    text, url = "Вот 😀 тут описано", "https://example.org/page?id=7"
    made = telegram_things.link if stage.platform == "telegram" else vk_things.link
    linked = await sends(stage, anna, text, **made(text, "тут", url))
    expected = {
        ours: ("In answer to the community", f"Вопрос №{ticket.id} передан", "это мне?"),
        linked: (text, "Link behind words", "тут", url),
    }
    if stage.platform == "telegram":
        reply = telegram_things.reply_elsewhere("сбор в семь")
        expected[await sends(stage, anna, "а можно позже", **reply)] = (
            "In answer to Новости сообщества", "https://t.me/frontdesk_news/78", "сбор в семь", "а можно позже",
        )  # fmt: skip
        chosen = {"quote": {"text": "передан агенту", "position": 12, "is_manual": True}}
        expected[await sends(stage, anna, "точно?", reply_to=offer, **chosen)] = ("передан агенту", "точно?")
    async with doors(stage) as (browser, _):
        page = (await browser.get(f"/desk/tickets/{ticket.id}")).text
    for number, words in expected.items():
        shown = words_of(page, number)
        assert not [word for word in words if word not in shown], shown
    assert f'<a href="{url}" target="_blank" rel="noopener noreferrer nofollow"' in page


async def test_an_unknown_kind_is_folded_and_nothing_in_it_does_anything(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    harmful = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    body = {
        "caption": harmful, "file_id": "AgAC-secret", "access_key": "secret",
        "deep": {"token": "secret", "say": "слово"},
        "url": "https://vk.com/x?access_key=secret&id=5", "long": ["x" * 900] * 40,
    }  # fmt: skip
    odd = {"hologram": body} if stage.platform == "telegram" else vk_things.with_attachment("hologram", body)
    line = await sends(stage, anna, "", **odd)
    # What is known but not of the promised shape is shown just so.
    broken = {"location": {"latitude": "north"}} if stage.platform == "telegram" else {"geo": {"coordinates": "north"}}
    shapeless = await sends(stage, anna, "", **broken)
    evil = {"words": "тут", "url": "javascript:alert(1)"}
    made = telegram_things.link if stage.platform == "telegram" else vk_things.link
    linked = await sends(stage, anna, "см. тут", **made("см. тут", **evil))
    async with doors(stage) as (browser, rest):
        page = (await browser.get(f"/desk/tickets/{ticket.id}")).text
        messages = {one["id"]: one for one in (await rest.get(f"/tickets/{ticket.id}")).json()["messages"]}
    shown = words_of(page, line)
    assert "Something of a kind we do not know: hologram" in shown
    assert harmful in shown
    assert "слово" in shown
    assert '"north"' in words_of(page, shapeless)
    assert "javascript:" not in page
    assert messages[linked]["contents"] == []
    (content,) = messages[line]["contents"]
    assert (content["kind"], content["name"]) == ("unknown", "hologram")
    assert len(content["raw"]) <= RAW_LIMIT
    assert "secret" not in page + content["raw"]
    assert "<script>alert" not in page
    assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", page)
    assert '<pre class="raw" dir="ltr">' in page
