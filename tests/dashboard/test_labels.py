"""Tags, category and language on the pages: chips, filter, suggestions, several rows at once, and inert names."""

import re

import pytest

from handoff.models import Ticket
from tests.dashboard.test_queue import questions
from tests.office import Office


@pytest.mark.parametrize("script", [False, True])
async def test_a_tag_is_added_shown_filtered_and_removed(office: Office, script: bool) -> None:
    olga = await office.agent("Olga")
    number, other = await office.asks("Where is my page?"), await office.asks("And mine?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        added = await browser.sends(f"{path}/tags", script=script, tag="Refund")
        assert added.status_code == (200 if script else 303)
        page = (await browser.get(path)).text
        assert '<a href="/desk?tag=Refund" dir="auto">Refund</a>' in page
        assert "Olga added the tag “Refund”" in page
        assert '<span class="tag" dir="auto">Refund</span>' in page.partition('class="rows"')[2]
        assert '<option value="Refund"></option>' in (await browser.get(f"/desk/tickets/{other}")).text
        filtered = (await browser.get("/desk?tag=refund")).text
        assert questions(filtered) == ["Where is my page?"]
        assert 'name="tag" value="refund"' in filtered  # a search stays under the filter
        assert questions((await browser.get("/desk?tag=nothing")).text) == []
        await browser.sends("/desk/views", name="Refunds", query="?tag=Refund")
        assert re.search(r'href="/desk\?tag=Refund"[^>]*>.*?Refunds</span> <b>1</b>', page := (
            await browser.get("/desk")).text, re.DOTALL), page  # fmt: skip
        await browser.sends(f"{path}/tags/remove", script=script, tag="Refund")
        page = (await browser.get(path)).text
        assert "Olga removed the tag “Refund”" in page
        assert 'href="/desk?tag=Refund" dir="auto"' not in page


@pytest.mark.parametrize("script", [False, True])
async def test_what_is_no_tag_is_one_sentence(office: Office, script: bool) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        for text in ("", " # ", "x" * 41):
            answer = await browser.sends(f"/desk/tickets/{number}/tags", script=script, tag=text)
            assert answer.status_code == 422
            assert "A tag has 1 to 40 characters, and a question at most 20 tags." in answer.text
        assert (await browser.sends("/desk/tickets/99/tags", tag="x")).status_code == 404


async def test_a_name_is_inert_wherever_it_stands(office: Office) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    evil = """"><img src=x onerror=1>&'"""
    async with office.signed_in(olga) as browser:
        await browser.sends(f"/desk/tickets/{number}/tags", tag=evil)
        for path in (f"/desk/tickets/{number}", "/desk", "/desk?tag=%22%3E%3Cimg%20src%3Dx%20onerror%3D1%3E%26%27"):
            page = (await browser.get(path)).text
            assert questions(page) == ["Where is my page?"]
            assert "<img src=x" not in page
            assert "&lt;img src=x onerror=1&gt;" in page
        await browser.sends(f"/desk/tickets/{number}/tags/remove", tag=evil)
        assert "&lt;img" not in (await browser.get("/desk")).text


async def test_several_rows_are_tagged_at_once(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    numbers = [await office.asks(f"question {count}") for count in range(3)]
    await office.database.write(lambda session: office.desk.ownership.claim(session, numbers[0], boris.id))
    async with office.signed_in(olga) as browser:

        async def bulk(**form: str | list[str]) -> str:
            data = {"csrf": browser.csrf, "action": "tag", **form}
            return (await browser.client.post("/desk/bulk", data=data, headers={"HX-Request": "true"})).text

        page = await bulk(ticket=[str(number) for number in numbers], tag="Outage")
        assert "3 tagged." in page
        assert page.count('<span class="tag" dir="auto">Outage</span>') == 3
        assert "A tag has 1 to 40 characters" in await bulk(ticket=[str(numbers[0])], tag=" ")
        assert "Select what it is about first." in await bulk(tag="Outage")
        page = (await browser.get("/desk")).text
        assert '<datalist id="bulk-tags"><option value="Outage"></option></datalist>' in page
        assert page.index('value="tag"') < page.index('value="take"')  # Enter in the field tags


@pytest.mark.parametrize("script", [False, True])
async def test_category_and_language_are_changed_on_the_page(office: Office, script: bool) -> None:
    olga, number = await office.agent("Olga"), await office.asks("Where is my page?")
    path = f"/desk/tickets/{number}"
    async with office.signed_in(olga) as browser:
        page = (await browser.get(path)).text
        key, title = re.findall(r'<option value="([^"]+)">([^<]+)</option>', page.partition('id="label-category"')[2])[
            0
        ]
        await browser.sends(f"{path}/labels", script=script, category=key, language="hu")
        page = (await browser.get(path)).text
        assert f"<dt>Category</dt><dd>{title}</dd>" in page
        assert f"Olga changed the category to “{title}”" in page
        assert "Olga changed the language to Magyar" in page
        row = await office.database.read(lambda session: session.get_one(Ticket, number).category)
        assert row == key
        await browser.sends(f"{path}/labels", script=script, category="", language="hu")
        page = (await browser.get(path)).text
        assert "Olga took the question out of its category" in page
        assert (await browser.sends(f"{path}/labels", category="nothing", language="hu")).status_code == 404
        assert (await browser.sends(f"{path}/labels", category="", language="xx")).status_code == 404
