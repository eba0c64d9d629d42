import re

import pytest

from bot.web.entry_html import as_html
from tests.office import Office


def listed(html: str) -> list[str]:
    return re.findall(r'<a href="/help/e/\d+"[^>]*><span>([^<]*)</span>', html)


async def test_home_offers_search_categories_and_what_is_often_asked(office: Office) -> None:
    async with office.browser() as browser:
        page = (await browser.get("/help")).text
        assert '<html lang="en">' in page
        assert re.findall(r"<span>([^<]*)</span><b>(\d+)</b>", page) == [
            ("Signing in", "1"),
            ("Music", "1"),
            ("Everything else", "1"),
        ]
        assert 'name="q"' in page
        assert "secret draft" not in page


@pytest.mark.parametrize("asked", ["how to reset my password", "lost password", "passw", "ghbdtn lost password"])
async def test_search_finds_by_meaning_and_by_letters(office: Office, asked: str) -> None:
    async with office.browser() as browser:
        whole = (await browser.client.get("/help", params={"q": asked})).text
        fragment = (await browser.client.get("/help/search", params={"q": asked, "lang": "en"})).text
    assert listed(fragment)[0] == "Forgot your password?"
    assert listed(whole)[0] == "Forgot your password?"
    assert "<html" not in fragment


async def test_nothing_found_says_what_to_do(office: Office) -> None:
    async with office.browser() as browser:
        page = (await browser.client.get("/help", params={"q": "zzzzzz <b>"})).text
        assert "There is no ready answer to this" in page
        assert 'value="zzzzzz &lt;b&gt;"' in page
        assert (await browser.client.get("/help", params={"q": "x" * 501})).status_code == 422
        assert listed((await browser.client.get("/help/search", params={"q": " "})).text) == []
        for odd in ("\x00", "%", "_", "\U0001f600" * 200, "\u202e", "'; drop table entry; --"):
            assert (await browser.client.get("/help/search", params={"q": odd})).status_code == 200


async def test_a_category_lists_its_entries(office: Office) -> None:
    async with office.browser() as browser:
        assert listed((await browser.get("/help/c/music?lang=en")).text) == ["How do I download music?"]
        assert listed((await browser.get("/help/c/-?lang=en")).text) == ["What are your opening hours?"]
        assert (await browser.get("/help/c/music?lang=hu")).status_code == 404
        assert (await browser.get("/help/c/nothing")).status_code == 404


async def test_an_entry_by_key_speaks_the_readers_language(office: Office) -> None:
    async with office.browser("hu") as browser:
        hungarian = (await browser.get("/help/e/forgot-password")).text
        assert '<html lang="hu">' in hungarian
        assert "Elfelejtette a jelszavát?" in hungarian
        assert "Forgot your password?" in (await browser.get("/help/e/forgot-password?lang=en")).text
        only = (await browser.get("/help/e/download-music")).text
        assert "How do I download music?" in only
        assert '<html lang="en">' in only


async def test_an_entry_offers_the_languages_it_exists_in(office: Office) -> None:
    async with office.browser() as browser:
        page = (await browser.get("/help/e/forgot-password")).text
        switch = re.findall(r'<a href="(/help/e/\d+)" lang="(\w+)"', page)
        assert [code for _, code in switch] == ["ru", "en", "hu"]
        russian = (await browser.get(switch[0][0])).text
        assert "Забыли пароль?" in russian
        assert '<html lang="ru">' in russian
        only = (await browser.get("/help/e/download-music")).text
        assert re.findall(r'<a href="/help/e/\d+" lang="(\w+)"', only) == ["en"]


@pytest.mark.parametrize("name", ["hidden", "nothing", "999", "0", "9" * 40, "%00", "..%2f..%2fetc"])
async def test_what_is_not_published_is_not_there(office: Office, name: str) -> None:
    async with office.browser() as browser:
        page = await browser.get(f"/help/e/{name}")
        assert page.status_code == 404
        assert "draft" not in page.text


async def test_an_answer_is_formatted_and_inert(office: Office) -> None:
    async with office.browser() as browser:
        page = (await browser.get("/help/e/forgot-password")).text
    answer = page[page.index('<div class="answer">') : page.index("</article>")]
    assert "<strong>form</strong>" in answer
    assert '<a href="https://example.org/restore" rel="noopener noreferrer">here</a>' in answer
    assert ">https://example.org/help</a>." in answer
    assert "&lt;script&gt;" in answer
    assert "<script" not in answer
    assert 'href="javascript' not in answer


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a\nb", "<p>a<br />\nb</p>\n"),
        ("[https://a.b](https://c.d)", '<p><a href="https://c.d" rel="noopener noreferrer">https://a.b</a></p>\n'),
        ("![x](https://evil.example/x.png)",
         "<p><a href=\"https://evil.example/x.png\" rel=\"noopener noreferrer\">x</a></p>\n"),
        ("<b onclick=x>", "<p>&lt;b onclick=x&gt;</p>\n"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>\n"),
    ],
)  # fmt: skip
def test_markdown(source: str, html: str) -> None:
    assert as_html(source) == html


async def test_a_result_in_another_language_says_so(office: Office) -> None:
    async with office.browser("ru") as browser:
        found = (await browser.client.get("/help/search", params={"q": "download music", "lang": "ru"})).text
        assert '<span>How do I download music? <i lang="ru">(на английском)</i></span>' in found
        own = (await browser.client.get("/help/search", params={"q": "download music", "lang": "en"})).text
        assert "<span>How do I download music?</span>" in own
