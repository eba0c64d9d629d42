"""Agents change their own password at the desk."""

import pytest

from handoff.people.password_rules import LENGTH, TOO_SHORT
from infra.web.assets import ANSWER
from tests.office import PASSWORD, Browser, Office

NEW = "plum orbit canyon velvet"


async def changes(browser: Browser, current: str = PASSWORD, new: str = NEW) -> tuple[int, str]:
    answer = await browser.sends("/desk/password", current=current, new=new)
    return answer.status_code, answer.text


async def test_a_changed_password_ends_every_other_session(office: Office) -> None:
    olga = await office.agent("Olga")
    boris = await office.agent("Boris")
    async with office.signed_in(olga) as here, office.signed_in(olga) as elsewhere, office.signed_in(boris) as other:
        assert "/desk/password" in (await here.get("/desk")).text
        answer = await here.sends("/desk/password", current=PASSWORD, new=NEW)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/password?changed")
        assert "Your password is changed." in (await here.get("/desk/password?changed")).text
        assert (await here.get("/desk")).status_code == 200
        assert (await elsewhere.get("/desk")).status_code == 303
        assert (await other.get("/desk")).status_code == 200
        assert (await elsewhere.signs_in(olga.email)).status_code == 401
        assert (await elsewhere.signs_in(olga.email, NEW)).status_code == 303


async def test_the_device_of_the_change_stays_known_and_others_do_not(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as here, office.signed_in(olga) as elsewhere:
        assert (await changes(here))[0] == 303
        kept, lost = (browser.client.cookies["frontdesk_device"] for browser in (here, elsewhere))

    assert await office.database.read(lambda session: office.staff.knows_device(session, olga.email, kept))
    assert not await office.database.read(lambda session: office.staff.knows_device(session, olga.email, lost))


@pytest.mark.parametrize(
    ("current", "new", "status", "says"),
    [
        ("wrong", NEW, 403, "The current password is wrong."),
        ("", NEW, 403, "The current password is wrong."),
        (PASSWORD, "", 422, TOO_SHORT),
        (PASSWORD, "short", 422, TOO_SHORT),
        (PASSWORD, "password1234", 422, "The password is easy to guess"),
        (PASSWORD, "olga@example.org", 422, "The password is easy to guess"),
        (PASSWORD, PASSWORD, 422, "This is the password that you have"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    office: Office, current: str, new: str, status: int, says: str
) -> None:
    olga = await office.agent("Olga")
    async with office.signed_in(olga) as here, office.signed_in(olga) as elsewhere:
        code, text = await changes(here, current, new)
        assert code == status
        assert says in text
        assert PASSWORD not in text
        assert (await elsewhere.get("/desk")).status_code == 200


@pytest.mark.parametrize(("language", "says"), [("ru", "Пароль слишком короткий"), ("hu", "A jelszó túl rövid")])
async def test_the_rules_are_told_in_the_reader_s_language(office: Office, language: str, says: str) -> None:
    async with office.signed_in(await office.agent("Olga"), language) as here:
        assert says in (await changes(here, new="short"))[1]


def test_the_sentence_names_the_length_of_the_rule() -> None:
    assert str(LENGTH) in TOO_SHORT


async def test_guessing_at_an_open_desk_is_stopped(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as here:
        assert [(await changes(here, "guess"))[0] for _ in range(6)] == [403] * 5 + [429]
        assert (await changes(here))[0] == 429
        office.clock.passes(seconds=61)
        assert (await changes(here))[0] == 303


async def test_a_stranger_and_another_site_change_nothing(office: Office) -> None:
    olga = await office.agent("Olga")
    async with office.browser() as stranger, office.signed_in(olga) as here:
        page = await stranger.get("/desk/password")
        assert (page.status_code, page.headers["location"]) == (303, "/desk/login?next=%2Fdesk%2Fpassword")
        assert (await changes(stranger))[0] == 303
        here.csrf = "forged"
        assert (await changes(here))[0] == 403
        assert (await stranger.signs_in(olga.email)).status_code == 303


async def test_the_page_is_whole_and_kept_by_no_cache(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga")) as here:
        page = await here.get("/desk/password")
    assert page.headers["cache-control"] == "no-store"
    assert ANSWER not in page.headers
