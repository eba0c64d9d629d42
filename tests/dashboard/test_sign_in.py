from pathlib import Path

import pytest

from handoff.dashboard.security import local_path
from handoff.models import Role
from tests.office import PASSWORD, Office, field, open_office


async def test_a_stranger_is_led_to_sign_in_and_back_to_where_they_wanted(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.browser() as browser:
        led = await browser.get(f"/desk/tickets/{number}?show=mine")
        assert led.status_code == 303
        to = led.headers["location"]
        assert to == f"/desk/login?next=%2Fdesk%2Ftickets%2F{number}%3Fshow%3Dmine"
        back = await browser.signs_in(olga.email, to=f"/desk/tickets/{number}?show=mine")
        assert (back.status_code, back.headers["location"]) == (303, f"/desk/tickets/{number}?show=mine")
        assert "Where is my page?" in (await browser.get(f"/desk/tickets/{number}")).text


async def test_a_wrong_password_and_an_unknown_address_read_the_same(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.browser() as browser:
        wrong = await browser.signs_in(olga.email, "not the password")
        unknown = await browser.signs_in("nobody@example.org", "not the password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    plain = [page.text.replace(olga.email, "").replace("nobody@example.org", "") for page in (wrong, unknown)]
    assert "The e-mail or the password is wrong." in wrong.text
    assert plain[0] == plain[1]


async def test_guessing_is_stopped_before_any_password_is_checked(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.browser() as browser:
        answers = [(await browser.signs_in(olga.email, "guess")).status_code for _ in range(7)]
        assert answers == [401] * 5 + [429] * 2
        assert (await browser.signs_in(olga.email)).status_code == 429
        office.clock.passes(seconds=61)
        assert (await browser.signs_in(olga.email)).status_code == 303


async def test_guessing_over_many_accounts_is_stopped_by_address(office: Office) -> None:
    agents = [await office.agent(f"Agent{n}") for n in range(25)]
    async with office.browser() as browser:
        answers = [(await browser.signs_in(agent.email, "guess")).status_code for agent in agents]
    assert answers == [401] * 20 + [429] * 5


async def test_the_cookie_is_closed_to_scripts_and_bound_to_https(office: Office, tmp_path: Path) -> None:
    olga = await office.agent("Olga")
    async with office.browser() as browser:
        cookie = (await browser.signs_in(olga.email)).headers.get_list("set-cookie")[0]
    assert cookie.startswith("frontdesk=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    (tmp_path / "secure").mkdir()
    async with open_office(tmp_path / "secure", public_url="https://help.example.org") as secure:
        olga = await secure.agent("Olga")
        async with secure.browser() as browser:
            browser.client.base_url = "https://help.example.org"
            cookie = (await browser.signs_in(olga.email)).headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-frontdesk=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_a_session_ends_with_signing_out_idleness_and_age(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        stolen = browser.client.cookies["frontdesk"]
        assert (await browser.sends("/desk/logout")).headers["location"] == "/desk/login"
        browser.client.cookies.set("frontdesk", stolen)
        assert (await browser.get("/desk")).status_code == 303
    async with office.signed_in(olga) as browser:
        office.clock.passes(hours=8, seconds=1)
        assert (await browser.get("/desk")).status_code == 303
    async with office.signed_in(olga) as browser:
        for _ in range(23):
            office.clock.passes(hours=7)
            assert (await browser.get("/desk")).status_code == 200
        office.clock.passes(hours=7)
        assert (await browser.get("/desk")).status_code == 303


async def test_each_sign_in_is_a_new_session(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as browser:
        first = browser.client.cookies["frontdesk"]
        browser.client.cookies.delete("frontdesk")
        await browser.signs_in(olga.email)
        assert browser.client.cookies["frontdesk"] != first


async def test_an_api_token_is_no_password(office: Office) -> None:
    token = await office.token("crm", Role.ADMIN)
    async with office.browser() as browser:
        assert (await browser.signs_in("token:crm", token)).status_code == 401
        assert (await browser.signs_in("token:crm", "")).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/desk\\@evil", "/desk\n/x", "javascript:alert(1)", "", "/desk/login"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(path: str) -> None:
    assert local_path(path, "/desk") == "/desk"


async def test_the_sign_in_form_is_refused_without_its_token(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.browser() as browser:
        page = await browser.get("/desk/login")
        form = {"email": olga.email, "password": PASSWORD}
        assert (await browser.client.post("/desk/login", data=form)).status_code == 403
        assert (await browser.client.post("/desk/login", data={**form, "csrf": "x"})).status_code == 403
        form["csrf"] = field(page.text, "csrf")
        foreign = await browser.client.post("/desk/login", data=form, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert (await browser.client.post("/desk/login", data=form)).status_code == 303
