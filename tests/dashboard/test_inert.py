"""People's text is shown as written and never executed."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from infra.web.links import linkify
from tests.office import Office

HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    'https://example.org/"onmouseover=alert(1)',
    "https://example.org/'><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "%(name)s {agent} {0}",
    "[x](javascript:alert(1))",
    "<!-- --><iframe srcdoc='<script>alert(1)</script>'>",
    "\u202egnirts desrever",
    "data:text/html,<script>alert(1)</script>",
]


class Elements(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


@pytest.mark.parametrize("harmful", HARMFUL)
async def test_harmful_words_are_inert_on_every_surface(office: Office, harmful: str) -> None:
    olga = await office.agent("Olga")
    agent = await office.agent("Boris")
    plain = await office.asks("plain", name="plain")
    number = await office.asks(harmful, name=harmful, account="vk:main")
    await office.database.write(lambda session: office.desk.reply(session, number, olga.id, harmful))
    await office.database.write(lambda session: office.desk.note(session, number, olga.id, harmful))
    async with office.signed_in(agent) as browser:
        expected = await browser.get(f"/desk/tickets/{plain}")
        page = await browser.get(f"/desk/tickets/{number}")
        refused = await browser.sends(f"/desk/tickets/{number}/reply", kind="reply", text=harmful)
        login = await browser.get(f"/desk/login?next={harmful}")
        found = await browser.client.get("/help", params={"q": harmful})
    allowed = _elements(expected.text)
    for answer in (page, refused, login, found):
        seen = _elements(answer.text)
        assert seen.tags.count("script") <= allowed.tags.count("script")
        for tag in ("iframe", "img", "object", "embed", "style", "base"):
            assert seen.tags.count(tag) <= allowed.tags.count(tag)
        assert not [name for _, name, _ in seen.attributes if name.startswith("on") or name == "style"]
        links = [value for tag, name, value in seen.attributes if tag == "a" and name == "href"]
        assert not [link for link in links if not re.match(r"/|\?|https?://", link)]
    assert f"{escape(harmful)}</textarea>" in refused.text


def _elements(html: str) -> Elements:
    seen = Elements()
    seen.feed(html)
    return seen


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://vk.com/restore.", ["https://vk.com/restore"]),
        ("(https://en.wikipedia.org/wiki/A_(b))", ["https://en.wikipedia.org/wiki/A_(b)"]),
        ("HTTPS://EXAMPLE.ORG, ok", ["HTTPS://EXAMPLE.ORG"]),
        ("«https://пример.рф/путь»!", ["https://пример.рф/путь"]),
        ("http://a.b?c=d&e=f http://g", ["http://a.b?c=d&amp;e=f", "http://g"]),
        ("ftp://a.b javascript:alert(1) www.example.org", []),
    ],
)
def test_addresses_become_links(text: str, links: list[str]) -> None:
    assert re.findall(r'href="([^"]*)"', str(linkify(text))) == links


@given(st.text())
def test_linking_only_adds_links(text: str) -> None:
    seen = _elements(str(linkify(text)))
    assert set(seen.tags) <= {"a"}
    assert {name for _, name, _ in seen.attributes} <= {"href", "target", "rel"}


@given(st.text(alphabet="htps:/<>\"'&.a)( ", max_size=60))
def test_linking_keeps_every_character(text: str) -> None:
    assert unescape(re.sub(r"<[^>]*>", "", str(linkify(text)))) == text
