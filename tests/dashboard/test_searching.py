"""The search box of the desk: the list of hits, the marks, and their safety."""

import re

from handoff.models import Role
from tests.dashboard.test_queue import questions
from tests.office import Office


def excerpts(html: str) -> list[str]:
    return re.findall(r'<span class="row-excerpt" dir="auto">(.*?)</span>', html)


async def test_hits_are_listed_marked_and_keep_the_search(office: Office) -> None:
    olga = await office.agent("Olga")
    first = await office.asks("Where is my bicycle?")
    await office.asks("May I bring my dog?")
    await office.database.write(lambda session: office.desk.note(session, first, olga.id, "both bicycles were sold"))
    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?q=bicycle")).text
        assert excerpts(page) == ["both <mark>bicycles</mark> were sold"]
        assert "Where is my <mark>bicycle</mark>?" in page
        assert f'href="/desk/tickets/{first}?q=bicycle"' in page
        assert "May I bring" not in page
        opened = (await browser.get(f"/desk/tickets/{first}?q=bicycle")).text
        assert "both <mark>bicycles</mark> were sold</p>" in opened
        assert 'value="bicycle"' in opened


async def test_the_search_goes_with_the_filters(office: Office) -> None:
    olga = await office.agent("Olga")
    mine, _ = await office.asks("Where is my bicycle?"), await office.asks("A bicycle, please")
    await office.database.write(lambda session: office.desk.ownership.claim(session, mine, olga.id))
    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?show=mine&q=bicycle")).text
        assert page.count('class="row ') == 1
        assert (
            'href="/desk?show=late&amp;q=bicycle"' in page
            or 'href="/desk?show=mine&amp;show=late&amp;q=bicycle"' in page
        )
        assert '<input type="hidden" name="show" value="mine">' in page
        assert 'href="/desk?show=mine" aria-label="End the search"' in page


async def test_nothing_found_is_said(office: Office) -> None:
    olga = await office.agent("Olga")
    await office.asks("Where is my bicycle?")
    async with office.signed_in(olga) as browser:
        page = (await browser.get("/desk?q=unicorn")).text
        assert "Nothing was found for “unicorn”" in page
        assert questions(page) == []


async def test_searched_words_never_become_markup(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks('<img src=x onerror="alert(1)"> & amp script')
    async with office.signed_in(olga) as browser:
        for words in ("img", "amp", "script", "lt", "<script>", '"onerror'):
            page = await browser.client.get("/desk", params={"q": words})
            opened = await browser.client.get(f"/desk/tickets/{number}", params={"q": words})
            for html in (page.text, opened.text):
                assert "<img src=x" not in html
                assert "<script>" not in html
                assert "&<mark>" not in html


async def test_a_search_is_saved_as_a_view(office: Office) -> None:
    vera = await office.agent("Vera", Role.LEAD)
    await office.asks("Where is my bicycle?")
    async with office.signed_in(vera) as browser:
        await browser.sends("/desk/views", name="Bicycles", query="?q=bicycle")
        assert 'href="/desk?q=bicycle"' in (await browser.get("/desk")).text
