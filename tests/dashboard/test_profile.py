"""Agents manage their own profile, sessions and second factor; signing in takes the code."""

import re
from html import unescape

import httpx
import pytest

from handoff.dashboard.sessions.devices import device_words
from handoff.models import Role
from handoff.people.agents import AgentView
from handoff.people.second_factor import STEP, code_at
from tests.office import PASSWORD, Browser, Office, field

PROFILE, FACTOR, CODE = "/desk/profile", "/desk/profile/second-factor", "/desk/login/code"


def shown(office: Office, secret: str) -> str:
    return code_at(secret, int(office.clock().timestamp()) // STEP)


async def enrol(office: Office, browser: Browser) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    assert (await browser.sends(FACTOR)).headers["location"] == FACTOR
    page = (await browser.get(FACTOR)).text
    found = re.search(r'class="secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert found is not None
    secret = found.group(1).replace(" ", "")
    assert f"secret={secret}" in page
    assert '<svg class="qr" viewBox="0 0 ' in page
    done = await browser.sends(f"{FACTOR}/confirm", code=shown(office, secret))
    assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
    codes = re.findall(r"<li>([a-z2-7-]{19})</li>", done.text)
    assert len(codes) == 10
    office.clock.passes(seconds=STEP)
    return secret, codes


async def type_code(browser: Browser, code: str) -> httpx.Response:
    page = await browser.get(CODE)
    assert page.status_code == 200
    form = {"csrf": field(page.text, "csrf"), "next": field(page.text, "next"), "code": code}
    answer = await browser.client.post(CODE, data=form)
    if answer.status_code == 303 and answer.headers["location"].startswith("/desk"):
        desk = await browser.get("/desk")
        browser.csrf = field(desk.text, "csrf") if desk.status_code == 200 else ""
    return answer


async def give_password(browser: Browser, agent: AgentView, to: str = "") -> httpx.Response:
    page = await browser.client.get("/desk/login", params={"next": to} if to else None)
    form = {"csrf": field(page.text, "csrf"), "next": field(page.text, "next"), "email": agent.email}
    return await browser.client.post("/desk/login", data={**form, "password": PASSWORD})


async def test_name_and_language_are_the_agent_s_own(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga, "en") as browser:
        assert f'href="{PROFILE}"' in (await browser.get("/desk")).text
        done = await browser.sends(PROFILE, name=" Olga P. ", language="hu")
        page = unescape((await browser.get(done.headers["location"])).text)
        assert "A profilja elmentve." in page
        assert 'value="Olga P."' in page
        assert "Kérdések" in (await browser.get("/desk")).text
        assert (await browser.sends(PROFILE, name="Olga", language="xx")).status_code == 303
        assert "Questions" in (await browser.get("/desk")).text
        refused = await browser.sends(PROFILE, name="  ", language="ru")
        assert refused.status_code == 422
        assert "An agent needs a name" in refused.text
        assert "Questions" in (await browser.get("/desk")).text


async def test_a_refusal_speaks_the_chosen_language(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga"), "en") as browser:
        await browser.sends(PROFILE, name="Olga", language="ru")
        assert "Это доступно администраторам." in (await browser.get("/desk/settings/audit")).text
        assert "Такой страницы нет." in (await browser.get("/desk/nonsense")).text


async def test_sessions_are_listed_in_words_and_end_one_by_one(office: Office) -> None:
    olga = await office.agent("Olga")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    async with (
        office.signed_in(olga) as here,
        office.browser(**{"User-Agent": firefox}) as there,
        office.signed_in(olga) as elsewhere,
    ):
        await there.signs_in(olga.email)
        page = unescape((await here.get(PROFILE)).text)
        assert "Firefox · Linux" in page
        assert firefox not in page
        assert page.count('name="key"') == 2
        row = page[page.index("Firefox · Linux") :]
        done = await here.sends(f"{PROFILE}/sessions/end", key=field(row, "key"))
        assert "The session has ended." in (await here.get(done.headers["location"])).text
        assert [(await browser.get("/desk")).status_code for browser in (here, there, elsewhere)] == [200, 303, 200]
        done = await here.sends(f"{PROFILE}/sessions/end-others")
        assert "Everywhere else you are signed out." in (await here.get(done.headers["location"])).text
        assert [(await browser.get("/desk")).status_code for browser in (here, elsewhere)] == [200, 303]


async def test_signing_in_takes_the_code_once_it_is_set_up(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as here, office.browser() as there:
        secret, _ = await enrol(office, here)
        assert "Signing in takes your password and a code" in (await here.get(PROFILE)).text
        asked = await give_password(there, olga, f"/desk/tickets/{number}")
        assert asked.headers["location"] == f"{CODE}?next=%2Fdesk%2Ftickets%2F{number}"
        assert (await there.get("/desk")).status_code == 303  # the password alone opens nothing
        page = await there.get(asked.headers["location"])
        form = {"csrf": field(page.text, "csrf"), "next": field(page.text, "next")}
        wrong = await there.client.post(CODE, data={**form, "code": "000000"})
        assert wrong.status_code == 401
        assert "The code is wrong or was used already." in wrong.text
        right = await there.client.post(CODE, data={**form, "code": shown(office, secret)})
        assert (right.status_code, right.headers["location"]) == (303, f"/desk/tickets/{number}")
        assert (await there.get("/desk")).status_code == 200
        assert (await there.get(CODE)).headers["location"] == "/desk/login"
        # A known device gives the code, too, and the same code opens no second session.
        await here.sends("/desk/logout")
        await give_password(here, olga)
        assert (await type_code(here, shown(office, secret))).status_code == 401


async def test_five_wrong_codes_lead_back_to_the_password(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as here, office.browser() as there:
        secret, _ = await enrol(office, here)
        await give_password(there, olga)
        for _ in range(5):
            assert (await type_code(there, "000000")).status_code == 401
        assert (await there.get(CODE)).headers["location"] == "/desk/login"
        await give_password(there, olga)
        limited = await type_code(there, shown(office, secret))
        assert limited.status_code == 429  # a new step does not reset the limit
        assert int(limited.headers["retry-after"]) > 0
        office.clock.passes(seconds=61)
        assert (await type_code(there, shown(office, secret))).status_code == 303


async def test_a_recovery_code_signs_in_once(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as here, office.browser() as there:
        _, codes = await enrol(office, here)
        await give_password(there, olga)
        assert (await type_code(there, codes[0].upper())).status_code == 303
        assert "9 recovery codes are left" in (await there.get(FACTOR)).text
        await there.sends("/desk/logout")
        await give_password(there, olga)
        assert (await type_code(there, codes[0])).status_code == 401


async def test_every_change_of_the_factor_takes_a_code(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        await browser.sends(FACTOR)
        assert (await browser.sends(f"{FACTOR}/confirm", code="12")).status_code == 422
        secret, codes = await enrol(office, browser)
        assert secret not in (await browser.get(FACTOR)).text
        for change in ("codes", "off"):
            assert (await browser.sends(f"{FACTOR}/{change}", code="000000")).status_code == 422
        renewed = await browser.sends(f"{FACTOR}/codes", code=codes[0])
        assert renewed.status_code == 200
        assert codes[1] not in renewed.text
        done = await browser.sends(f"{FACTOR}/off", code=shown(office, secret))
        assert "The second factor is switched off." in (await browser.get(done.headers["location"])).text
        await browser.sends("/desk/logout")
        assert (await give_password(browser, olga)).headers["location"] == "/desk"


async def test_guessing_at_an_open_desk_is_stopped(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as browser:
        secret, _ = await enrol(office, browser)
        tried = [(await browser.sends(f"{FACTOR}/off", code="000000")).status_code for _ in range(6)]
        assert tried == [422] * 5 + [429]
        office.clock.passes(seconds=61)
        assert (await browser.sends(f"{FACTOR}/off", code=shown(office, secret))).status_code == 303


async def test_an_admin_helps_who_lost_the_device(office: Office) -> None:
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    async with office.signed_in(ada) as admin, office.signed_in(olga) as agent:
        await enrol(office, agent)
        assert "with a second factor" in (await admin.get("/desk/settings/agents")).text
        done = await admin.sends(f"/desk/settings/agents/{olga.id}/factor-off")
        assert "Olga signs in without a code from now on" in (await admin.get(done.headers["location"])).text
        assert (await agent.get("/desk")).status_code == 303
        assert (await give_password(agent, olga)).headers["location"] == "/desk"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 YaBrowser/25.8 Safari/537.36", "Yandex Browser · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Safari · macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Safari/604.1", "Chrome · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_devices_in_words(header: str, words: str) -> None:
    assert device_words(header) == words
