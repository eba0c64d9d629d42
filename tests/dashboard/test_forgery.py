"""Every route that changes something refuses a request that our own page did not make."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest

from handoff.dashboard.sessions.access import LEAST, Access
from handoff.models import MessageKind
from infra.web.security import CONTENT_POLICY
from tests.office import Office, routes_of

OPEN = {path.partition(" ")[2] for path, access in LEAST.items() if access is Access.ANYONE}
ANYTHING = {
    "{unknown:path}": "nonsense",
    "{change}": "enable",
    "{secret}": "none",
    "{key}": "no-key",
    "{language}": "en",
}


def changing(office: Office) -> Iterator[str]:
    for route in routes_of(office.app.routes):
        methods = route.methods or set()
        if route.path.startswith("/desk") and not methods <= {"GET", "HEAD"}:
            assert methods == {"POST"}, "a plain form can send nothing else"
            yield route.path


def filled(path: str) -> str:
    for name, value in ANYTHING.items():
        path = path.replace(name, value)
    return re.sub(r"{\w+}", "1", path)


async def test_no_change_without_the_token_from_elsewhere_or_signed_out(office: Office) -> None:
    olga = await office.agent("Olga")
    await office.asks("Where is my page?")
    paths = list(changing(office))
    assert len(paths) >= 13
    async with office.signed_in(olga) as browser, office.browser() as stranger:
        for template in paths:
            path = filled(template)
            form = {"csrf": browser.csrf, "text": "hello"}
            assert (await browser.client.post(path, data={"text": "hello"})).status_code == 403, path
            assert (await browser.client.post(path, data={**form, "csrf": "wrong"})).status_code == 403, path
            assert (await browser.client.post(path, data={**form, "csrf": ""})).status_code == 403, path
            for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                assert (await browser.client.post(path, data=form, headers=headers)).status_code == 403, path
            if template not in OPEN:
                signed_out = await stranger.client.post(path, data=form)
                assert (signed_out.status_code, signed_out.headers["location"]) == (303, "/desk/login"), path
        ticket = await browser.get("/desk/tickets/1")
    assert "Unclaimed" in ticket.text
    assert await office.texts(MessageKind.OUTGOING) == []


async def test_every_page_but_signing_in_is_closed_to_strangers(office: Office) -> None:
    await office.asks("Where is my page?")
    async with office.browser() as stranger:
        for route in routes_of(office.app.routes):
            if not route.path.startswith("/desk") or route.path in OPEN or "GET" not in (route.methods or ()):
                continue
            path = filled(route.path)
            answer = await stranger.get(path)
            assert answer.status_code == (401 if path == "/desk/events" else 303), path
            by_script = await stranger.client.get(path, headers={"HX-Request": "true"})
            assert (by_script.status_code, by_script.text) == (401, ""), path


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://desk.test"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
)
async def test_our_own_forms_pass(office: Office, headers: dict[str, str]) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        form = {"csrf": browser.csrf}
        claimed = await browser.client.post(f"/desk/tickets/{number}/claim", data=form, headers=headers)
        assert claimed.status_code == 303
        by_header = await browser.client.post(
            f"/desk/tickets/{number}/release", headers={**headers, "X-CSRF-Token": browser.csrf}
        )
        assert by_header.status_code == 303


async def test_a_form_from_before_a_new_session_keeps_its_text(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        browser.csrf = "that of a session long gone"
        page = await browser.sends(f"/desk/tickets/{number}/reply", kind="reply", text="A long <answer>", key="")
        assert page.status_code == 403
        assert "A long &lt;answer&gt;</textarea>" in page.text
        assert "This page was open for too long. Please try once more." in page.text


async def test_a_stale_form_for_a_number_that_no_ticket_can_have_is_refused(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        browser.csrf = "that of a session long gone"
        for number in (str(2**63), "9" * 5000):
            page = await browser.sends(f"/desk/tickets/{number}/reply", kind="reply", text="A long answer", key="")
            assert page.status_code == 403


async def test_a_body_is_refused_when_too_long_or_of_unknown_length(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:

        async def pieces() -> AsyncIterator[bytes]:
            yield b"csrf=x"

        for path in ("/desk/next", "/desk/login"):
            assert (await browser.sends(path, text="x" * 1_100_000)).status_code == 413
            assert (await browser.client.post(path, content=pieces())).status_code == 413


async def test_every_page_binds_the_browser(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        seen = [
            await browser.get(path)
            for path in ("/desk", f"/desk/tickets/{number}", "/desk/tickets/99", "/desk/queue", "/help", "/help/e/none")
        ]
        seen.append(await browser.sends("/desk/next", csrf="wrong"))
        static = await browser.get("/desk/static/desk.js")
    for page in seen:
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["content-security-policy"] == CONTENT_POLICY
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "style=" not in page.text
        assert "<style" not in page.text
        assert " onclick=" not in page.text
    assert static.headers["x-content-type-options"] == "nosniff"
