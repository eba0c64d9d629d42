"""The chat of the help page, by plain forms: the same dialogue as on the platforms, on both databases."""

import asyncio
import re
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx

from bot.web.chat.pages import PER_VISITOR, STREAMS_PER_ADDRESS
from tests.conftest import Backend
from tests.web.counter import Counter, open_counter


async def test_a_known_question_is_answered_on_the_page(counter: Counter) -> None:
    async with counter.visitor() as anna:
        page = (await anna.writes("не помню пароль")).text  # the reply is waited for, so it stands there at once
        assert "Забыли пароль — как войти?" in page
        assert '<a href="https://help.example.org/password"' in page
        assert [who for who, _ in await anna.reads()] == ["mine", "bot"]
        assert await anna.buttons() == ["Это помогло", "Это не решает мою проблему"]
        await anna.presses("Это помогло")
        assert "Это помогло" not in await anna.buttons()
        assert (await anna.hears(2)).startswith("Отлично!")


async def test_a_question_to_a_person_is_answered_on_the_page_and_found_again_by_the_private_link(
    counter: Counter,
) -> None:
    maria = await counter.agent("Мария")
    async with counter.visitor() as anna, counter.visitor() as elsewhere:
        await anna.writes("соедините с оператором, у меня пропали деньги")
        ticket = int(re.findall(r"№(\d+)", await anna.hears(1))[0])
        await maria.replies(ticket, "Деньги вернутся завтра.")
        assert "Деньги вернутся завтра." in await anna.hears(2)
        assert ("theirs", f"Отвечает Мария (вопрос №{ticket}):\nДеньги вернутся завтра.") in await anna.reads()
        own = await anna.opens("/help/my")
        assert "пропали деньги" in own
        assert "💬" in own
        assert "есть новый ответ" in own
        (link,) = re.findall(r'<a href="(http[^"]+/help/my/k/[^"]+)"', own)
        assert "пропали деньги" not in await elsewhere.opens("/help/my")
        asked = await elsewhere.client.get(link)
        assert "только если ссылка ваша" in asked.text  # a link of somebody else's is not followed blindly
        assert "пропали деньги" not in await elsewhere.opens("/help/my")
        await elsewhere.client.post(link, headers={"Sec-Fetch-Site": "cross-site"})
        assert "пропали деньги" not in await elsewhere.opens("/help/my")
        (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', asked.text)
        await elsewhere.client.post(link)
        assert "пропали деньги" not in await elsewhere.opens("/help/my")
        found = await elsewhere.client.post(link, data={"csrf": csrf})
        assert "пропали деньги" in found.text
        assert found.headers["referrer-policy"] == "same-origin"
        await elsewhere.writes("спасибо, жду")
        assert "есть новый ответ" not in await elsewhere.opens("/help/my")
        assert ("mine", "спасибо, жду") in await anna.reads()


async def test_a_private_link_can_be_replaced(counter: Counter) -> None:
    async with counter.visitor() as anna, counter.visitor() as elsewhere:
        await anna.writes("соедините с оператором, у меня пропали деньги")
        await anna.hears(1)
        pattern = r'<a href="(http[^"]+/help/my/k/[^"]+)"'
        (old,) = re.findall(pattern, await anna.opens("/help/my"))
        assert anna.client.cookies["frontdesk_chat"] not in old
        csrf = await anna.csrf()
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await anna.client.post("/help/my/link", data={"csrf": csrf}, headers=foreign)).status_code == 403
        assert re.findall(pattern, await anna.opens("/help/my")) == [old]
        (new,) = re.findall(pattern, (await anna.client.post("/help/my/link", data={"csrf": csrf})).text)
        assert new != old
        theirs = {"csrf": await elsewhere.csrf()}
        for refused in (await elsewhere.client.get(old), await elsewhere.client.post(old, data=theirs)):
            assert refused.status_code == 410
            assert "Эта ссылка больше не действует" in refused.text
            assert "пропали деньги" not in refused.text
        assert "пропали деньги" not in await elsewhere.opens("/help/my")
        assert "пропали деньги" in (await elsewhere.client.post(new, data=theirs)).text


async def test_the_visitor_is_told_no_name_where_none_shall_be_told(backend: Backend) -> None:
    async with open_counter(backend, show_agent_name=False) as counter, counter.visitor() as anna:
        maria = await counter.agent("Мария")
        await anna.writes("соедините с оператором, у меня пропали деньги")
        ticket = int(re.findall(r"№(\d+)", await anna.hears(1))[0])
        await maria.replies(ticket, "Деньги вернутся завтра.")
        await anna.hears(2)
        assert ("theirs", f"Вопрос №{ticket}:\nДеньги вернутся завтра.") in await anna.reads()
        chat, own = await anna.opens("/help/chat"), await anna.opens("/help/my")
        assert "Поддержка:" in chat
        assert "<b>Поддержка</b> <span>Деньги вернутся завтра.</span>" in own
        packed = await anna.client.get("/help/my/archive.zip")
        with ZipFile(BytesIO(packed.content)) as pack:
            page, data = pack.read("frontdesk.html").decode(), pack.read("frontdesk.json").decode()
        assert "Поддержка" in page
        assert "Деньги вернутся завтра." in data
        assert "Мария" not in chat + own + page + data


async def test_a_file_of_an_agents_reaches_its_visitor_and_nobody_else(counter: Counter) -> None:
    maria = await counter.agent("Мария")
    async with counter.visitor() as anna, counter.visitor() as boris:
        await anna.writes("соедините с оператором, пришлите чек")
        ticket = int(re.findall(r"№(\d+)", await anna.hears(1))[0])
        await maria.replies_with(ticket, "Вот он.", ("чек.pdf", b"%PDF-1.7 paid"))
        await anna.hears(2)
        async with asyncio.timeout(60):
            while not (links := re.findall(r'href="(/help/chat/files/\d+)"', await anna.opens("/help/chat/thread"))):
                await asyncio.sleep(0.05)
        got = await anna.client.get(links[0])
        assert (got.content, got.headers["x-content-type-options"]) == (b"%PDF-1.7 paid", "nosniff")
        assert got.headers["content-disposition"].startswith("attachment")
        await boris.opens()
        assert (await boris.client.get(links[0])).status_code == 404


async def test_the_same_form_twice_is_one_message(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.opens()
        for _ in range(2):
            await anna.writes("не помню пароль", key="one-form-key")
        await anna.writes("нет звука в музыке")
        await anna.hears(2)
        assert [words for who, words in await anna.reads() if who == "mine"] == [
            "не помню пароль",
            "нет звука в музыке",
        ]


async def test_visitors_do_not_see_each_other(counter: Counter) -> None:
    async with counter.visitor() as anna, counter.visitor("en") as boris:
        await anna.writes("не помню пароль")
        await boris.writes("I forgot my password")
        await anna.hears(1)
        assert "I forgot my password" in await boris.hears(1)
        assert len(await anna.reads()) == len(await boris.reads()) == 2


async def test_who_writes_too_much_is_told_so_and_nothing_more_is_taken(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        csrf = await anna.csrf()
        for number in range(PER_VISITOR):
            live = {"HX-Request": "true"}
            form = {"key": f"key-{number:04}", "text": "thanks", "csrf": csrf}
            assert "a lot at once" not in (await anna.client.post("/help/chat/messages", data=form, headers=live)).text
        refused = await anna.writes("one more", key="the-last-key")
        assert refused.status_code == 429
        assert "Please wait a minute" in refused.text
        assert ("mine", "one more") not in await anna.reads()


async def test_an_address_keeps_so_many_pages_current_and_no_more(counter: Counter) -> None:
    cookies = [{"Cookie": f"frontdesk_chat={number:043}"} for number in range(STREAMS_PER_ADDRESS + 1)]
    async with AsyncExitStack() as stack, httpx.AsyncClient(base_url=counter.address, timeout=60) as client:
        statuses, streams = [], []
        for cookie in cookies:
            opened = await stack.enter_async_context(client.stream("GET", "/help/chat/events", headers=cookie))
            if opened.status_code == 200:  # counted once it has begun
                streams.append(opened.aiter_lines())
                await anext(streams[-1])
            statuses.append(opened.status_code)
    assert statuses == [200] * STREAMS_PER_ADDRESS + [204]


async def test_nothing_is_taken_from_another_site_or_from_a_browser_that_forgets(counter: Counter) -> None:
    form = {"key": "some-form-key", "text": "забыла пароль"}
    async with counter.visitor() as anna, counter.visitor(**{"Sec-Fetch-Site": "cross-site"}) as lured:
        assert (await anna.client.post("/help/chat/messages", data=form)).status_code == 400
        await lured.opens()
        assert (await lured.client.post("/help/chat/messages", data=form)).status_code == 403
        assert await lured.reads() == []


async def test_a_form_without_the_visitor_s_token_changes_nothing(counter: Counter) -> None:
    """A browser that sends neither `Origin` nor `Sec-Fetch-Site`, on another site's page."""
    async with counter.visitor("en") as anna, counter.visitor("en") as other:
        await anna.writes("нет звука в музыке или не помню пароль")
        await anna.hears(1)
        before, label = await anna.reads(), (await anna.buttons())[0]
        page = await anna.opens()
        choice = re.findall(r'name="choice" value="([^"]+)"', page)[0]
        link = re.findall(r'<a href="(http[^"]+/help/my/k/[^"]+)"', await anna.opens("/help/my"))[0]
        stranger = await other.csrf()
        for csrf in ({}, {"csrf": ""}, {"csrf": "ü"}, {"csrf": stranger}):
            for path, form in (
                ("/help/chat/messages", {"key": "some-form-key", "text": "my words"}),
                ("/help/chat/presses", {"key": "some-form-key", "choice": choice}),
                ("/help/my/forget", {"sure": "yes"}),
                ("/help/my/link", {}),
                (link.removeprefix(counter.address), {}),
            ):
                answer = await anna.client.post(path, data={**form, **csrf})
                assert answer.status_code == 403, (path, csrf)
                if "text" in form:
                    assert "my words</textarea>" in answer.text
        assert await anna.reads() == before
        assert label in await anna.buttons()
        assert link in await anna.opens("/help/my")


async def test_the_visitor_takes_their_data_along_and_is_forgotten(counter: Counter) -> None:
    async with counter.visitor() as anna:
        assert (await anna.client.get("/help/my/archive.zip")).headers["content-type"].startswith("text/html")
        await anna.writes("не помню пароль")
        await anna.hears(1)
        packed = await anna.client.get("/help/my/archive.zip")
        assert packed.headers["content-type"] == "application/zip"
        csrf = await anna.csrf()
        asked = await anna.client.post("/help/my/forget", data={"csrf": csrf})
        assert "Отменить это нельзя" in asked.text
        assert len(await anna.reads()) == 2
        done = await anna.client.post("/help/my/forget", data={"sure": "yes", "csrf": csrf})
        assert "Ваши данные удалены" in done.text
        assert await anna.reads() == []


async def test_only_sites_that_are_named_may_show_the_chat(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    async with open_counter(backend, embed_sites="https://shop.example.org") as counter, counter.visitor() as anna:
        plain, inside = await anna.client.get("/help/chat"), await anna.client.get("/help/chat?embedded=true")
        assert "frame-ancestors 'none'" in plain.headers["content-security-policy"]
        assert "frame-ancestors https://shop.example.org;" in inside.headers["content-security-policy"]
    async with open_counter(backend) as closed, httpx.AsyncClient(base_url=closed.address) as stranger:
        first = await stranger.get("/help/chat?embedded=true")
        assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
        (cookie,) = first.headers.get_list("set-cookie")
        assert {"HttpOnly", "Secure", "SameSite=None", "Partitioned"} <= set(cookie.split("; "))
        script = await stranger.get("/help/embed.js")
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
