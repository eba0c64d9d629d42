import asyncio
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from httpx import Response

from handoff.dashboard.sessions.security import local_path
from handoff.models import Role
from handoff.people.passwords import MOST_UNTRUSTED, Passwords, create_hasher
from tests.office import PASSWORD, Office, SlowHasher, field, open_office


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


async def test_signing_in_renews_a_hash_of_another_cost(office: Office) -> None:
    olga = await office.agent("Olga")

    async def stored() -> str:
        return (await office.database.read(lambda session: office.staff.credentials(session, olga.email))).password_hash

    costlier = PasswordHasher(time_cost=1, memory_cost=40 * 1024).hash(PASSWORD)
    await office.database.write(lambda session: office.staff.replace_hash(session, olga.id, costlier))
    async with office.browser() as browser:
        assert (await browser.signs_in(olga.email, "not the password")).status_code == 401
        assert await stored() == costlier
        assert (await browser.signs_in(olga.email)).status_code == 303
        assert not create_hasher().check_needs_rehash(await stored())
        await browser.sends("/desk/logout")
        assert (await browser.signs_in(olga.email)).status_code == 303


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


async def test_wrong_tries_from_elsewhere_lock_nobody_out(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.browser(host="203.0.113.66") as thief, office.browser(host="203.0.113.1") as browser:
        assert [(await thief.signs_in(olga.email, "guess")).status_code for _ in range(6)] == [401] * 5 + [429]
        assert (await browser.signs_in(olga.email)).status_code == 303


async def test_a_device_that_is_known_is_let_in_while_many_addresses_guess(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")

    async def guesses(email: str) -> list[int]:
        answers = []
        for n in range(20):
            async with office.browser(host=f"198.51.100.{n}") as thief:
                answers.append((await thief.signs_in(email, "guess")).status_code)
        return answers

    async with office.browser(host="203.0.113.1") as known, office.browser(host="203.0.113.2") as unknown:
        await known.signs_in(olga.email)
        cookie = known.client.cookies["frontdesk_device"]
        await known.sends("/desk/logout")
        assert (await guesses(olga.email)) == [401] * 15 + [429] * 5
        refused = await unknown.signs_in(olga.email)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert (await known.signs_in(olga.email)).status_code == 303
        assert known.client.cookies["frontdesk_device"] == cookie
        # It is a device of this agent only, and no way round the limits for one who guesses.
        await known.sends("/desk/logout")
        assert (await guesses(boris.email))[-1] == 429
        assert (await known.signs_in(boris.email)).status_code == 429
        assert [(await known.signs_in(olga.email, "guess")).status_code for _ in range(6)] == [401] * 5 + [429]
        office.clock.passes(days=366)
        assert (await known.signs_in(olga.email)).status_code == 303
        assert known.client.cookies["frontdesk_device"] != cookie


async def test_one_device_may_be_known_to_several_agents(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    async with office.browser(host="203.0.113.1") as shared:
        for agent in (olga, boris):
            await shared.signs_in(agent.email)
            await shared.sends("/desk/logout")
        secret = shared.client.cookies["frontdesk_device"]
    for agent in (olga, boris):
        assert await office.database.read(
            lambda session, email=agent.email: office.staff.knows_device(session, email, secret)  # type: ignore[misc]
        )


async def test_too_many_at_once_are_told_when_to_try_again(tmp_path: Path) -> None:
    hasher = SlowHasher()
    async with open_office(tmp_path, passwords=Passwords(hasher)) as office:
        olga = await office.agent("Olga")

        async def tries(n: int) -> Response:
            async with office.browser(host=f"198.51.100.{n}") as browser:
                return await browser.signs_in(olga.email if n == 0 else f"agent{n}@example.org")

        trying = [asyncio.create_task(tries(n)) for n in range(25)]
        while len([task for task in trying if task.done()]) < 25 - MOST_UNTRUSTED:
            await asyncio.sleep(0.01)
        async with office.browser() as visitor:
            assert (await visitor.get("/help")).status_code == 200  # a page that reads the database
        hasher.may.set()
        answers = await asyncio.gather(*trying)
        busy = [answer for answer in answers if answer.status_code == 503]
        assert len(busy) == 25 - MOST_UNTRUSTED
        assert {answer.headers["retry-after"] for answer in busy} == {"5"}
        assert "Too many people are signing in at this moment. Please try again in a few seconds." in busy[0].text
        assert len(hasher.checked) == MOST_UNTRUSTED


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
