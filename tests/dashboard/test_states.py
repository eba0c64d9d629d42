"""Every state of the desk's pages, light and dark, on a phone and a wide screen: axe finds nothing, and all of it fits.

With `SCREENSHOTS=folder` in the environment each state is also kept as a picture: `make screenshots`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE
from handoff.canned_responses import responses
from handoff.canned_responses.responses import CannedDraft
from handoff.labels.labelling import Labelling
from handoff.lists.saved_views import save_view
from handoff.models import ChannelState, Contact, ContactIdentifier, DeliveryState, Role, Ticket
from handoff.people import contact_notes, linked_contacts
from handoff.people.agents import AgentProfile, AgentView
from handoff.people.invitations import Invitations
from handoff.people.second_factor import SecondFactor
from tests.dashboard.rig import IN_BROWSER, Rig, keep_picture
from tests.dashboard.test_settings_browser import faults, shown
from tests.office import PASSWORD

pytestmark = IN_BROWSER
QUESTION = "I cannot sign in: the code never arrives. It worked yesterday, and I changed nothing since."


@dataclass
class Tour:
    """Looks at states of a page one after the other."""

    page: Page
    name: str
    found: list[str] = field(default_factory=list)

    async def sees(self, state: str) -> None:
        """Let axe look at the page as it is now."""
        await expect(self.page.locator(".htmx-request")).to_have_count(0)
        await keep_picture(self.page, f"{state}-{self.name}")
        self.found += [f"{state}: {fault}" for fault in await faults(self.page)]

    async def opens(self, path: str, state: str) -> None:
        await self.page.goto(path)
        await self.sees(state)


async def furnish(rig: Rig) -> tuple[AgentView, dict[str, int]]:
    """A desk in the middle of a day; the lead who looks at it, and the numbers of its tickets."""
    office = rig.office
    lead, boris = await office.agent("Olga", Role.LEAD), await office.agent("Boris")
    numbers = {
        "open": await office.asks(QUESTION, name="Anna Karlova"),
        "similar": await office.asks("The sign-in code does not arrive", name="Pavel"),
        "hungarian": await office.asks("Hol van a csomagom?", name="Kiss Ágnes", language="hu"),
        "russian": await office.asks("Не приходит код, что делать?", name="Иван", language="ru"),
        "held": await office.asks("How do I get my money back?", name="Maria"),
        "failed": await office.asks("Where is my invoice?", name="Anna Karlova", account="telegram:main"),
        "solved": await office.asks("How do I change my name?", name="Zoe"),
    }

    def work(session: Session) -> None:
        desk, now = office.desk, office.clock()
        desk.reply(
            session, numbers["open"], lead.id, "Hello Anna, **which** phone do you use? See https://help.example/code"
        )
        desk.note(session, numbers["open"], lead.id, "Third case today, all with the same provider.")
        desk.reply(session, numbers["failed"], lead.id, "Your invoice is in your account, under Payments.")
        desk.reply(session, numbers["solved"], boris.id, "In your profile, under Name.")
        desk.resolve(session, numbers["solved"], boris.id)
        desk.ownership.claim(session, numbers["held"], boris.id)
        for number, tag in (("open", "sign-in"), ("open", "провайдер"), ("similar", "sign-in")):
            Labelling(desk.journal, desk.promises).add_tag(session, numbers[number], lead.id, tag)
        desk.snoozing.snooze(session, numbers["hungarian"], lead.id, None)
        for title, text in (("Greeting", "Hello {name}, thank you for writing."), ("Code", "Code for {part}?")):
            responses.create(session, CannedDraft(title, text, "Start", "en"), lead, now)
        contacts = {row.name + row.account: row.id for row in session.scalars(select(Contact))}
        anna, again = contacts["Anna Karlovavk:main"], contacts["Anna Karlovatelegram:main"]
        linked_contacts.link(session, anna, again)
        session.add_all(
            ContactIdentifier(contact_id=one, value="+79990001122") for one in (anna, contacts["Pavelvk:main"])
        )
        contact_notes.add_note(session, anna, lead.id, "Prefers short answers.", now)
        ticket = session.get_one(Ticket, numbers["solved"])
        ticket.rating, ticket.rating_comment = 4, "Quick!"
        session.add(ChannelState(account="vk:broken", problem="the token was refused", random_base=1, updated_at=now))

    await office.database.write(work)
    await office.delivery(numbers["failed"], DeliveryState.FAILED, "chat not found")
    await office.database.write(
        lambda session: save_view(session, lead, "Hungarian", "?language=hu", office.clock, shared=True)
    )
    return lead, numbers


@asynccontextmanager
async def touring(rig: Rig, agent: AgentView, width: int, scheme: str) -> AsyncIterator[Tour]:
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, agent)
        tour = Tour(page, f"{width}-{scheme}")
        yield tour
    assert tour.found == []


SCREENS = pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")])


@SCREENS
async def test_the_queue_and_a_ticket_in_every_state(rig: Rig, width: int, scheme: str) -> None:
    lead, numbers = await furnish(rig)
    async with touring(rig, lead, width, scheme) as tour:
        page = tour.page
        await tour.opens("/desk", "queue")
        await tour.opens("/desk?show=solved", "queue-solved")
        await tour.opens("/desk?language=hu", "queue-view")
        await tour.opens("/desk?show=snoozed", "queue-snoozed")
        await tour.opens("/desk?tag=sign-in", "queue-tag")
        await tour.opens("/desk?q=code", "search")
        await tour.opens("/desk?q=unicorns", "search-nothing")
        await page.goto("/desk")
        await page.evaluate("document.getElementById('select-rows').click()")  # hidden where a mouse hovers
        await page.locator(f"#row-{numbers['open']}").click()
        await expect(page.locator("#bulk")).to_be_visible()
        await tour.sees("bulk")
        await page.goto("/desk")
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        await tour.sees("keys")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+k")
        await expect(page.locator("#palette-search")).to_be_focused()
        await tour.sees("palette")
        for state in numbers:
            await tour.opens(f"/desk/tickets/{numbers[state]}", f"ticket-{state}")
        await page.goto(f"/desk/tickets/{numbers['open']}")
        if width < 1100:
            await page.locator(".contact-open").click()
            await tour.sees("contact")
            await page.keyboard.press("Escape")
        await page.locator("#snooze-menu summary").click()
        await tour.sees("snooze-menu")
        await page.keyboard.press("Escape")
        if width < 1100:
            await page.locator(".contact-open").click()
        await page.get_by_text("Change category or language").click()
        await page.locator("#write-first summary").click()
        await tour.sees("contact-forms")
        if width < 1100:
            await page.keyboard.press("Escape")
        await page.locator("#text").fill("It is **on its way**:\n- [track it](https://example.org/1)\n- or wait")
        await page.locator("#show-preview").click()
        await expect(page.locator(".preview-bubble")).to_be_visible()
        await tour.sees("preview")
        await page.goto(f"/desk/tickets/{numbers['failed']}")
        await page.get_by_role("link", name="delete").click()
        await expect(page.locator("#deletion")).to_be_visible()
        await tour.sees("deletion")
        await page.goto(f"/desk/tickets/{numbers['open']}")
        await page.locator(".canned-open").click()
        await expect(page.locator("#canned-options")).to_be_visible()
        await tour.sees("canned-list")
        await page.keyboard.press("Escape")
        await page.locator("label[for=mode-note]").click()
        await page.locator("#text").fill("A note for colleagues.")
        await tour.sees("note")
        await tour.opens(f"/desk/tickets/{numbers['open']}?similar=1", "similar")
        await tour.opens("/desk/tickets/9999", "no-ticket")
    rig.expects("404")


@SCREENS
async def test_the_pages_beside_the_queue(rig: Rig, width: int, scheme: str) -> None:
    lead, _ = await furnish(rig)
    responses_found = await rig.office.database.read(lambda session: responses.list_visible(session, lead.id))
    async with touring(rig, lead, width, scheme) as tour:
        await tour.opens("/desk/undelivered", "undelivered")
        await tour.opens("/desk/canned", "canned")
        await tour.opens(f"/desk/canned/{responses_found[0].id}", "canned-edited")
        await tour.opens("/desk/profile", "profile")
        await tour.opens("/desk/profile/pings", "pings")
        await tour.opens("/desk/password", "password")
        await tour.opens("/desk/nonsense", "no-page")
        await tour.opens("/desk/settings/agents", "forbidden")
    rig.expects("404", "403")


@SCREENS
async def test_the_pages_before_the_desk(rig: Rig, width: int, scheme: str) -> None:
    office = rig.office
    olga = await office.agent("Olga")
    eva = AgentProfile("eva@example.org", "Eva", Role.AGENT)
    invitations, factor = Invitations(office.staff, office.team, office.clock), SecondFactor(office.clock)

    def work(session: Session) -> str:
        factor.begin(session, olga.id)
        factor.confirm(session, olga.id, shown(office, factor.state(session, olga.id).secret), COMMAND_LINE)
        return invitations.invite(session, eva, COMMAND_LINE)[1]

    secret = await office.database.write(work)
    async with rig.page(width=width, scheme=scheme) as page:
        tour = Tour(page, f"{width}-{scheme}")
        await tour.opens("/desk/login", "sign-in")
        await page.get_by_label("E-mail").fill(olga.email)
        await page.get_by_label("Password").fill("wrong")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await tour.sees("sign-in-refused")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_label("Code of your app")).to_be_visible()
        await tour.sees("second-step")
        await tour.opens(f"/desk/invitation/{secret}", "invitation")
        await tour.opens("/desk/invitation/nonsense", "invitation-void")
        assert tour.found == []
    rig.expects("404", "403", "401", "422")
