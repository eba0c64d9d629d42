"""The page with the two phones: what it serves, and that a visitor can write, read and tap."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import async_playwright, expect
from starlette.staticfiles import StaticFiles

from bot.simulator.phones import CONTENT_POLICY, GUEST, STATIC, news, router
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from tests.simulator.conftest import BotClient, CommunityClient

KEYBOARD = {"inline_keyboard": [[{"text": "Это помогло", "callback_data": "yes"}]]}


def application(telegram: TelegramSimulator, vk: VkSimulator) -> FastAPI:
    app = FastAPI()
    login = ("maria@example.org", "a-demo-password")
    app.include_router(router(telegram, vk, login=login, language_of=lambda accepted: accepted[:2]))
    app.mount("/demo/static", StaticFiles(directory=STATIC))
    return app


@pytest.fixture
async def visitor(telegram: TelegramSimulator, vk: VkSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(telegram, vk))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
        yield client


async def test_the_page_has_the_login_and_nothing_inline(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/")
    assert page.headers["content-security-policy"] == CONTENT_POLICY
    assert "maria@example.org" in page.text
    assert "a-demo-password" in page.text
    assert [mark for mark in ("<style", "style=", "onclick", "https://", "//cdn") if mark in page.text] == []
    for name in ("phones.css", "phones.js", "icon.svg"):
        assert f"/demo/static/{name}" in page.text
        assert (await visitor.get(f"/demo/static/{name}")).status_code == 200


@pytest.mark.parametrize(
    ("language", "said", "alphabet"),
    [
        ("ru", "Рабочее место агента", r"[А-Яа-яЁё]"),
        ("en", "Behind the counter", r"[A-Za-z]"),
        ("hu", "A munkatársak felülete", r"[A-Za-zÁÉÍÓÖŐÚÜŰáéíóöőúüű]"),
        ("fr", "Behind the counter", r"[A-Za-z]"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    visitor: httpx.AsyncClient, language: str, said: str, alphabet: str
) -> None:
    page = (await visitor.get("/", headers={"Accept-Language": f"{language}-XX,en;q=0.5"})).text
    assert said in page
    words = re.findall(r"[^\W\d_]+", re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]*>", " ", page, flags=re.DOTALL))
    names = {"F", "Frontdesk", "VK", "Telegram", "JavaScript", "maria", "example", "org", "a", "demo", "password"}
    foreign = [word for word in words if word not in names and not re.fullmatch(f"{alphabet}+", word)]
    assert foreign == []
    assert f'<html lang="{language if language != "fr" else "en"}">' in page


async def test_the_guest_has_the_visitors_language_until_they_write(visitor: httpx.AsyncClient, bot: BotClient) -> None:
    await visitor.get("/", headers={"Accept-Language": "hu"})
    await visitor.post("/demo/telegram/start")
    await visitor.get("/", headers={"Accept-Language": "en"})
    await visitor.post("/demo/telegram/messages", json={"text": "szia"})
    updates = await bot.result("getUpdates")
    assert [update["message"]["from"]["language_code"] for update in updates] == ["hu", "hu"]


async def test_what_the_visitor_writes_reaches_the_bot_and_back(visitor: httpx.AsyncClient, bot: BotClient) -> None:
    assert (await visitor.post("/demo/telegram/start")).status_code == 204
    assert (await visitor.post("/demo/telegram/messages", json={"text": " привет "})).status_code == 204
    updates = await bot.result("getUpdates")
    assert [update["message"]["text"] for update in updates] == ["/start", "привет"]
    sent = await bot.result("sendMessage", chat_id=GUEST, text="ответ", reply_markup=KEYBOARD)
    pressing = {"message_id": sent["message_id"], "data": "yes"}
    assert (await visitor.post("/demo/telegram/press", json=pressing)).status_code == 204
    query = (await bot.result("getUpdates"))[-1]["callback_query"]
    await bot.result("answerCallbackQuery", callback_query_id=query["id"], text="Спасибо")
    chat = (await visitor.get("/demo/telegram/chat")).json()
    assert (chat["notice"], chat["answered"]) == ("Спасибо", 1)
    answer = chat["messages"][2]
    assert (answer["mine"], answer["text"]) == (False, "ответ")
    assert answer["buttons"] == [[{"label": "Это помогло", "data": "yes", "kind": "callback"}]]


async def test_nonsense_is_refused(visitor: httpx.AsyncClient, vk: VkSimulator) -> None:
    for body in ({"text": "  "}, {"text": "я" * 4097}, {}):
        assert (await visitor.post("/demo/vk/messages", json=body)).status_code == 422
    assert (await visitor.post("/demo/vk/press", json={"message_id": 1, "data": "x"})).status_code == 404
    assert (await visitor.get("/demo/icq/chat")).status_code == 422
    assert vk.chat(GUEST) == []


async def test_news_come_at_once_after_a_change_and_as_a_heartbeat(
    telegram: TelegramSimulator, vk: VkSimulator
) -> None:
    router(telegram, vk)
    stream = news(telegram, vk, heartbeat=0.01)

    def revisions(event: str) -> dict[str, int]:
        shown: dict[str, int] = json.loads(event.removeprefix("data: "))
        return shown

    before = revisions(await anext(stream))
    assert before == {"vk": vk.revision, "telegram": telegram.revision}
    assert await anext(stream) == ": still here\n\n"
    await vk.writes(GUEST, "привет")
    assert revisions(await anext(stream)) == before | {"vk": before["vk"] + 1}
    await stream.aclose()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1, ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_conversation_in_the_browser(bot: BotClient, community: CommunityClient, width: int) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or run .ci/run as root")
    app = application(bot.telegram, community.vk)
    async with served(app) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": 800}, locale="ru-RU")
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(address)

        vk_phone = page.locator(".phone-vk")
        await vk_phone.get_by_role("textbox").fill("<b>пароль</b>")
        await vk_phone.get_by_role("button", name="Отправить").click()
        await expect(vk_phone.locator(".mine .text")).to_have_text("<b>пароль</b>")
        bold = {"version": 1, "items": [{"type": "bold", "offset": 2, "length": 5}]}
        await community.response(
            "messages.send", peer_id=GUEST, random_id=1, message="🙂Ответ", format_data=json.dumps(bold)
        )
        await expect(vk_phone.locator(".theirs strong")).to_have_text("Ответ")

        if width < 720:
            await page.get_by_role("button", name="Telegram").click()
        telegram_phone = page.locator(".phone-telegram")
        await telegram_phone.get_by_role("button", name="как заблокировать человека").click()
        await expect(telegram_phone.locator(".mine .text")).to_have_text("как заблокировать человека")
        await bot.result("sendMessage", chat_id=GUEST, text="ответ", reply_markup=KEYBOARD)
        [question] = await bot.result("getUpdates")
        await telegram_phone.get_by_role("button", name="Это помогло").click()
        [tap] = await bot.result("getUpdates", offset=question["update_id"] + 1, timeout=10)
        query = tap["callback_query"]["id"]
        await bot.result("answerCallbackQuery", callback_query_id=query, text="Спасибо")
        await expect(telegram_phone.locator(".notice")).to_have_text("Спасибо")
        await bot.result(
            "editMessageText", chat_id=GUEST, message_id=bot.telegram.chat(GUEST)[-1].id, text="рады помочь"
        )
        await expect(telegram_phone.locator(".theirs .text")).to_have_text("рады помочь")
        await expect(telegram_phone.locator(".keyboard")).to_have_count(0)

        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
        await browser.close()
    assert complaints == []
