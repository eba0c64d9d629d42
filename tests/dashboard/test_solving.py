"""After a question is solved: the next of the same list opens, and for some seconds it can be taken back."""

from playwright.async_api import expect

from handoff.models import MessageKind
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office


async def test_the_next_question_of_the_same_list_opens(office: Office) -> None:
    olga, boris = await office.agent("Olga"), await office.agent("Boris")
    first, second, held, hungarian = [
        await office.asks(f"Question {place}", language=language)
        for place, language in enumerate(("en", "en", "en", "hu"))
    ]
    await office.database.write(lambda session: office.desk.ownership.claim(session, held, boris.id))
    async with office.signed_in(olga) as browser:
        answer = await browser.sends(f"/desk/tickets/{first}/resolve?language=en")
        assert answer.headers["location"] == f"/desk/tickets/{second}?language=en&closed={first}"
        assert (
            f'action="/desk/tickets/{first}/undo?language=en"' in (await browser.get(answer.headers["location"])).text
        )
        by_script = await browser.sends(f"/desk/tickets/{second}/resolve?language=en", script=True)
        assert "hx-redirect" not in by_script.headers  # only Boris's is left
        assert by_script.headers["frontdesk-solved"] == str(second)
        stay = await browser.sends("/desk/after-solving", after="stay", at=str(hungarian))
        assert stay.headers["location"] == f"/desk/tickets/{hungarian}"
        more = await office.asks("One more")
        answer = await browser.sends(f"/desk/tickets/{hungarian}/resolve")
        assert answer.headers["location"] == f"/desk/tickets/{hungarian}?closed={hungarian}"
        await browser.sends("/desk/after-solving", after="next", at=str(more))
        last = await office.asks("The last one")
        answer = await browser.sends(
            f"/desk/tickets/{more}/reply", script=True, kind="reply", text="Here.", then="resolve"
        )
        assert answer.headers["hx-redirect"] == f"/desk/tickets/{last}"
        refused = await browser.sends(f"/desk/tickets/{held}/resolve", script=True)
        assert (refused.status_code, "frontdesk-solved" in refused.headers) == (409, False)


async def test_it_is_taken_back_by_a_plain_form_until_it_is_too_late(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        await browser.sends(f"/desk/tickets/{number}/resolve")
        back = await browser.sends(f"/desk/tickets/{number}/undo")
        assert back.headers["location"] == f"/desk/tickets/{number}"
        page = (await browser.get(back.headers["location"])).text
        assert "You hold it" in page
        assert "Olga took back that the question is solved" in page
        late = await browser.sends(f"/desk/tickets/{number}/undo")
        assert (late.status_code, "It is too late to undo this" in late.text) == (409, True)
    assert await office.texts(MessageKind.OUTGOING) == []


class TestInABrowser:
    pytestmark = IN_BROWSER

    async def test_the_offer_to_undo_stands_beside_the_next_question(self, rig: Rig) -> None:
        olga = await rig.office.agent("Olga")
        first, second = await rig.office.asks("Where is my page?"), await rig.office.asks("Another question")
        async with rig.signed_in(olga) as page:
            await page.goto(f"/desk/tickets/{first}")
            await page.locator("#text").fill("Here it is.")
            await page.locator("#send-resolve").click()
            await expect(page).to_have_url(f"{rig.address}/desk/tickets/{second}")
            await expect(page.locator("#undo")).to_contain_text(f"#{first} is solved")
            await page.get_by_role("button", name="Undo").click()
            await expect(page).to_have_url(f"{rig.address}/desk/tickets/{first}")
            await expect(page.locator("#ticket-head")).to_contain_text("You hold it")
            await expect(page.locator("#undo form")).to_have_count(0)
        assert await rig.office.texts(MessageKind.OUTGOING) == ["Here it is."]
