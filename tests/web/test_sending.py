"""Sending in the chat: over plain http, where browsers keep things back from scripts, and when something goes wrong."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import FilePayload, Page, Route, expect
from sqlalchemy import text

from bot.web.chat.pages import PROBLEMS
from bot.web.chat.uploads import Uploads
from tests.conftest import Backend
from tests.dashboard.rig import PROGRAM
from tests.web.counter import Counter, open_counter
from tests.web.test_browser import chromium, writes

browser_test = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium found: install one, e.g. `apt-get install chromium`"),
]
FAILED = {
    "en": "We could not take this just now. It is still here",
    "ru": "Сейчас мы не смогли это принять. Сообщение осталось здесь",
    "hu": "Most nem tudtuk fogadni. Az üzenet itt maradt",
}
OFFLINE = {
    "en": "There is no connection, so this was not sent.",
    "ru": "Нет связи, поэтому сообщение не отправлено.",
    "hu": "Nincs kapcsolat, ezért az üzenet nem ment el.",
}
SIZE = {
    "en": "That is more than we can take at once.",
    "ru": "Столько сразу мы принять не можем.",
    "hu": "Ennyit egyszerre",
}
STALLED = {"en": "This takes too long", "ru": "Отправка длится слишком долго", "hu": "A küldés túl sokáig tart"}


@asynccontextmanager
async def insecure_chat(browser: Chromium, folder: Path) -> AsyncIterator[tuple[Counter, Page]]:
    """The chat at a host name that is not this machine, by plain http: no secure context."""
    backend = Backend(f"sqlite:///{folder}/frontdesk.db", None)
    async with open_counter(backend) as counter:
        context = await browser.new_context(locale="en-GB")
        page = await context.new_page()
        await page.clock.install()
        await page.goto(counter.address.replace("127.0.0.1", "chat.example") + "/help/chat")
        assert not await page.evaluate("isSecureContext")
        yield counter, page
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium("--host-resolver-rules=MAP chat.example 127.0.0.1") as started:
        yield started


class TestInABrowser:
    pytestmark = browser_test

    async def test_every_message_arrives_though_the_context_is_not_secure(
        self, browser: Chromium, tmp_path: Path
    ) -> None:
        complaints: list[str] = []
        async with insecure_chat(browser, tmp_path) as (_, page):
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            mine = page.locator(".bubble.mine .words")
            for number, words in enumerate(
                ["I forgot my password", "no sound in the music", "no sound in the music"], 1
            ):
                await writes(page, words)
                await expect(mine).to_have_count(number)
                await expect(page.get_by_label("Your message")).to_have_value("")
            await page.reload()
            await expect(mine).to_have_text(["I forgot my password", "no sound in the music", "no sound in the music"])
        # That this header needs a secure context is no fault of the page's.
        assert [told for told in complaints if "Cross-Origin-Opener-Policy" not in told] == []

    async def test_a_failure_is_told_and_keeps_words_and_files(self, browser: Chromium, tmp_path: Path) -> None:
        async with insecure_chat(browser, tmp_path) as (_, page):
            box, files, problem = page.locator("#text"), page.locator("#files"), page.locator("#problem")
            receipt: FilePayload = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
            await box.fill("Where is my money?")
            await files.set_input_files([receipt])

            async def fails(sentence: str) -> None:
                await page.locator("#write button").click()
                await expect(problem).to_contain_text(sentence)
                await expect(box).to_have_value("Where is my money?")
                assert await files.evaluate("(input) => [...input.files].map((file) => file.name)") == ["receipt.pdf"]
                await expect(page.locator(".bubble")).to_have_count(0)

            for status, sentence in ((413, SIZE), (500, FAILED), (502, FAILED), (404, FAILED), (200, FAILED)):
                await page.route("**/messages*", answering(status), times=1)
                await fails(sentence["en"])
            await page.route("**/messages*", lambda route: route.abort("connectionreset"), times=1)
            await fails(OFFLINE["en"])
            hanging: list[Route] = []
            await page.route("**/messages*", keeping(hanging), times=1)
            await page.locator("#write button").click()
            await expect(page.locator("#write")).to_have_class(re.compile("htmx-request"))
            await page.clock.fast_forward(31_000)
            await expect(problem).to_contain_text(STALLED["en"])
            await expect(box).to_have_value("Where is my money?")
            await page.locator("#write button").click()  # what it kept can be sent as it stands
            await expect(page.locator(".bubble.mine .words")).to_have_text("Where is my money?")
            await expect(page.locator(".bubble.mine")).to_contain_text("receipt.pdf")
            await expect(problem).to_be_hidden()
            await expect(box).to_have_value("")

    async def test_a_button_that_could_not_be_pressed_says_so_and_works_later(
        self, browser: Chromium, tmp_path: Path
    ) -> None:
        async with insecure_chat(browser, tmp_path) as (_, page):
            await writes(page, "I forgot my password")
            helped = page.get_by_role("button", name="This helped")
            await page.route("**/presses*", answering(502), times=1)
            await helped.click()
            await expect(page.locator("#problem")).to_contain_text(FAILED["en"])
            await helped.click()
            await expect(helped).to_have_count(0)
            await expect(page.locator("#problem")).to_be_hidden()

    async def test_what_is_typed_while_a_message_is_sent_stays(self, browser: Chromium, tmp_path: Path) -> None:
        async with insecure_chat(browser, tmp_path) as (_, page):
            held: list[Route] = []
            await page.route("**/messages*", keeping(held), times=1)
            await writes(page, "I forgot my password")
            await expect(page.locator("#write")).to_have_class(re.compile("htmx-request"))
            await page.get_by_label("Your message").press_sequentially(" and my name")
            await held[0].continue_()
            await expect(page.locator(".bubble.mine .words")).to_have_text("I forgot my password")
            await expect(page.get_by_label("Your message")).to_have_value(" and my name")

    async def test_files_that_are_too_large_are_not_even_sent(self, browser: Chromium, tmp_path: Path) -> None:
        async with insecure_chat(browser, tmp_path) as (_, page):
            sent: list[str] = []
            page.on("request", lambda request: sent.append(request.method))
            one: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
            await page.locator("#files").set_input_files([one] * 6)
            await page.locator("#write button").click()
            await expect(page.locator("#problem")).to_contain_text(SIZE["en"])
            assert "POST" not in sent

    async def test_the_page_looks_again_when_the_stream_of_news_was_refused(
        self, browser: Chromium, tmp_path: Path
    ) -> None:
        async with insecure_chat(browser, tmp_path) as (counter, page):
            maria = await counter.agent("Maria")
            await writes(page, "I want a human agent: my money is gone")
            await expect(page.locator(".bubble.bot").last).to_contain_text("#1")
            async with page.expect_response("**/events"):
                await page.route("**/events", answering(502), times=1)
                await page.reload()
            await maria.replies(1, "It is back.")
            await expect(page.locator(".bubble.theirs")).to_have_count(0)
            await page.clock.fast_forward(11_000)
            await expect(page.locator(".bubble.theirs")).to_contain_text("It is back.")


def keeping(held: list[Route]) -> Callable[[Route], Awaitable[None]]:
    """A network that lets nothing through until it is opened."""

    async def keep(route: Route) -> None:
        held.append(route)

    return keep


def answering(status: int) -> Callable[[Route], Awaitable[None]]:
    """A proxy between us and the reader, with a page of its own."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=status, content_type="text/html", body="<h1>nginx</h1>")

    return answer


@pytest.mark.parametrize("language", ["en", "ru", "hu"])
async def test_the_page_brings_a_sentence_for_each_failure(counter: Counter, language: str) -> None:
    async with counter.visitor(language) as anna:
        page = re.sub(r">\s+", ">", await anna.opens())
    sentences = dict(re.findall(r'data-problem="(\w+)" data-status="\d+">([^<]+)<', page))
    for name, words in {"failed": FAILED, "offline": OFFLINE, "size": SIZE, "stalled": STALLED}.items():
        assert sentences[name].startswith(words[language])
    assert set(sentences) == set(PROBLEMS)


async def test_the_same_form_with_other_words_is_another_message(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.opens()
        for words in ("не помню пароль", "не помню пароль", "нет звука в музыке"):
            await anna.writes(words, key="one-form-key")
        await anna.hears(2)
        mine = [words for who, words in await anna.reads() if who == "mine"]
        assert mine == ["не помню пароль", "нет звука в музыке"]


async def test_what_cannot_be_stored_is_told_and_kept_on_the_page(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        csrf = await anna.csrf()
        await counter.app.db.write(lambda session: session.execute(text("ALTER TABLE inbox_event RENAME TO away")))
        try:
            form = {"key": "a-form-key", "text": "Where & why?", "csrf": csrf}
            plain = await anna.client.post("/help/chat/messages", data=form)
            live = await anna.client.post("/help/chat/messages", data=form, headers={"HX-Request": "true"})
        finally:
            await counter.app.db.write(lambda session: session.execute(text("ALTER TABLE away RENAME TO inbox_event")))
        assert (plain.status_code, live.status_code) == (503, 503)
        assert f'role="alert">{FAILED["en"]}' in re.sub(r">\s+", ">", plain.text)
        assert "Where &amp; why?</textarea>" in plain.text
        assert FAILED["en"] in live.text
        assert "frontdesk-stored" not in live.headers


async def test_a_text_at_the_limit_arrives_whole_and_a_longer_one_is_refused_and_kept(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        lines = "a\r\n" * (Uploads.characters // 2)  # a browser counts a line's end as one character and sends two
        assert (await anna.writes(lines + "\r\n")).status_code == 422
        refused = await anna.writes(lines + "b")
        assert "Please send at most 4000 characters" in refused.text
        assert "a\na\n" in refused.text
        await anna.writes(lines)
        await anna.hears(1)
        ((_, words),) = [line for line in await anna.reads() if line[0] == "mine"]
        assert words.count("a") == Uploads.characters // 2


async def test_refusals_keep_the_words_on_the_page(counter: Counter) -> None:
    async with counter.visitor("en", **{"Sec-Fetch-Site": "cross-site"}) as lured:
        await lured.opens()
        refused = await lured.client.post("/help/chat/messages", data={"key": "a-form-key", "text": "my words"})
        assert refused.status_code == 403
        assert "my words</textarea>" in refused.text
