"""An admin invites an agent, who sets a password and a second factor and signs in: in a real browser."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE
from handoff.models import DeliveryState, InboxState, Role
from handoff.people.second_factor import STEP, SecondFactor, code_at
from handoff.wording.models import WordingOverride
from handoff.wording.wordbook import key_of
from tests.dashboard.rig import IN_BROWSER, Rig, keep_picture
from tests.dashboard.test_channel_tests import link, move, serve
from tests.dashboard.test_channels import receive
from tests.office import Office
from tests.web.test_accessibility import RULES

pytestmark = IN_BROWSER
AHEAD = "{count} question is ahead of it."
NEW = "plum orbit canyon velvet"


async def change_wording(office: Office) -> None:
    """One text that contacts read, one that does not fit, and one of a sentence that is gone."""
    ahead, at = key_of(AHEAD), office.clock()

    def write(session: Session) -> None:
        for key, language, forms in (
            (ahead, "en", ["{count} before you.", "{count} before you."]),
            (ahead, "ru", ["{number} before you."]),
            ("gone-123456", "en", ["Once upon a time."]),
        ):
            session.add(WordingOverride(key=key, language=language, sentence=AHEAD, forms=forms, changed_at=at))

    await office.database.write(write)


def shown(office: Office, secret: str) -> str:
    return code_at(secret, int(office.clock().timestamp()) // STEP)


async def test_from_the_invitation_to_a_session_with_a_second_factor(rig: Rig) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    async with rig.signed_in(ada) as admin, rig.page() as guest:
        await admin.get_by_role("link", name="Settings").click()
        form = admin.get_by_role("region", name="Invite an agent")
        await form.get_by_label("E-mail").fill("olga@example.org")
        await form.get_by_label("Name").fill("Olga")
        await form.get_by_label("Role").select_option("lead")
        await form.get_by_role("button", name="Invite").click()
        link = await admin.locator(".secret").inner_text()

        await guest.goto(link)
        await expect(guest.get_by_label("E-mail")).to_have_value("olga@example.org")
        await guest.get_by_label("Your name").fill("Olga P.")
        await guest.get_by_label("New password").fill(NEW)
        await guest.get_by_role("button", name="Set the password").click()
        await expect(guest.get_by_role("status")).to_contain_text("Your password is set.")
        await guest.get_by_label("E-mail").fill("olga@example.org")
        await guest.get_by_label("Password").fill(NEW)
        await guest.get_by_role("button", name="Sign in").click()

        await guest.locator(".rail-me > summary").click()
        await guest.get_by_role("link", name="Profile").click()
        await guest.get_by_role("link", name="Set up a second factor").click()
        await guest.get_by_role("button", name="Set up a second factor").click()
        secret = (await guest.locator(".secret").inner_text()).replace(" ", "")
        await guest.get_by_label("The six digits").fill(shown(rig.office, secret))
        await guest.get_by_role("button", name="Switch on").click()
        await expect(guest.locator(".codes li")).to_have_count(10)
        await guest.get_by_role("link", name="I have kept them").click()
        await expect(guest.get_by_text("Signing in takes your password and a code of your app.")).to_be_visible()

        await guest.locator(".rail-me > summary").click()
        await guest.locator(".rail-me").get_by_role("button", name="Sign out").click()
        await guest.get_by_label("E-mail").fill("olga@example.org")
        await guest.get_by_label("Password").fill(NEW)
        await guest.get_by_role("button", name="Sign in").click()
        await expect(guest.get_by_label("Code of your app")).to_be_focused()
        rig.office.clock.passes(seconds=STEP)
        await guest.get_by_label("Code of your app").fill(shown(rig.office, secret))
        await guest.get_by_role("button", name="Sign in").click()
        await expect(guest).to_have_url(f"{rig.address}/desk")
        await expect(guest.get_by_role("link", name="Settings")).to_have_count(0)  # a lead

        await admin.goto("/desk/settings/audit")
        await expect(admin.locator("tbody tr").first).to_contain_text("Second factor switched on")


async def test_a_token_is_revoked_by_typing_its_name(rig: Rig) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    await rig.office.token("crm", Role.AGENT)
    async with rig.signed_in(ada) as page:
        await page.goto("/desk/settings/tokens")
        await page.locator("summary", has_text="Revoke").click()
        await page.get_by_label("Type “crm” to confirm").fill("crm")
        await page.get_by_role("button", name="Revoke").click()
        await expect(page.get_by_role("status")).to_contain_text("The token is revoked.")
        await expect(page.get_by_text("No program has access")).to_be_visible()


async def test_a_sentence_is_changed_with_a_preview_as_one_types(rig: Rig) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    async with rig.signed_in(ada) as page:
        await page.goto("/desk/settings/wording")
        await page.wait_for_load_state()
        await page.get_by_label("Search the sentences").fill("ahead of it")
        await page.get_by_role("button", name="Search").click()
        await page.get_by_role("link", name="{count} questions are ahead of it.").click()
        await page.wait_for_load_state()
        english = page.get_by_role("region", name="English")
        preview = english.get_by_role("group", name="Preview")
        await english.get_by_label("For 2, 3, 4…").fill("Ahead of you: {count} <img src=x onerror=window.harmed=1>")
        await expect(preview.get_by_text("Ahead of you: 4 <img src=x onerror=window.harmed=1>")).to_have_count(3)
        await english.get_by_label("For 2, 3, 4…").fill("Ahead of you: {coun")
        await expect(preview.get_by_role("status")).to_contain_text("“{coun” is no placeholder")
        await english.get_by_role("button", name="Save").click()
        await expect(english.get_by_role("alert")).to_contain_text("“{coun” is no placeholder")
        await expect(english.get_by_label("For 2, 3, 4…")).to_have_value("Ahead of you: {coun")
        assert await faults(page) == []
        rig.expects("422")
        await english.get_by_label("For 2, 3, 4…").fill("Ahead of you: {count}")
        await english.get_by_role("button", name="Save").click()
        await expect(english.get_by_role("status")).to_contain_text("Contacts read this text from now on.")
        await english.get_by_role("button", name="Back to the built-in text").click()
        await expect(english.get_by_role("status")).to_contain_text("Contacts read the built-in text again.")
        await expect(english.get_by_label("For 2, 3, 4…")).to_have_value(AHEAD.replace("question is", "questions are"))
        assert await page.evaluate("window.harmed") is None


@pytest.mark.parametrize("width", [360, 1440])
async def test_a_test_message_of_a_channel_is_followed_until_it_is_sent(rig: Rig, width: int) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    await serve(rig.office, "vk:main", "telegram:main", "web:help")
    await link(rig.office, ada, "Ada K.")
    async with rig.signed_in(ada, width=width) as page:
        await page.goto("/desk/settings/channels")
        await page.wait_for_load_state()
        vk = page.get_by_role("region", name="vk:main")
        await vk.get_by_role("button", name="Send a test message").click()
        await expect(vk.get_by_role("status")).to_contain_text("queued")
        await expect(vk.get_by_role("button", name="Send a test message")).to_be_disabled()
        assert await faults(page) == []
        await move(rig.office, DeliveryState.REFUSED, "blocked the community")
        await expect(vk.get_by_role("status")).to_contain_text("refused: blocked the community")
        await expect(vk.get_by_role("button", name="Send a test message")).to_be_enabled()
        await keep_picture(page, f"settings/channels-test-{width}")
        assert await faults(page) == []
        await vk.get_by_role("button", name="Send a test message").click()
        await expect(vk.get_by_role("status")).to_contain_text("queued")
        await move(rig.office, DeliveryState.SENT)
        await expect(vk.get_by_role("status")).to_contain_text("sent")
        await expect(page.get_by_role("link", name="Link an account")).to_have_count(1)


MISPLACED = """() => {
    const scrolls = (one) => one.checkVisibility() && ["auto", "scroll"].includes(getComputedStyle(one).overflowY);
    const name = (one) => `${one.tagName}.${one.className} "${one.textContent.trim().slice(0, 40)}"`;
    const places = [...document.querySelectorAll("body *")].filter(scrolls);
    const wide = places.filter((one) => one.scrollWidth > one.clientWidth + 1)
        .filter((one) => !one.matches("nav, nav *, [tabindex]"));
    const escaping = [...document.querySelectorAll("body *")].filter((one) => {
        if (getComputedStyle(one).position !== "absolute" || !one.getClientRects().length) return false;
        const place = places.findLast((other) => other !== one && other.contains(one));
        return place !== undefined && !(one.offsetParent && place.contains(one.offsetParent));
    });
    return [
        ...(document.documentElement.scrollWidth > innerWidth ? ["the page is wider than the screen"] : []),
        ...wide.map((one) => `wider than its place: ${name(one)}`),
        ...escaping.map((one) => `makes the page longer, not the place that scrolls: ${name(one)}`),
    ];
}"""
"""What does not fit: into the screen, into an area that scrolls, or lies outside the area that it belongs to."""


async def faults(page: Page) -> list[str]:
    """Return what axe finds, and what does not fit."""
    found = await Axe().run(page, options=RULES)
    assert found.response["passes"], "axe has looked at nothing"
    return [f"{page.url}: {fault}" for fault in await page.evaluate(MISPLACED)] + [
        f"{page.url}: {violation['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(rig: Rig, width: int, scheme: str) -> None:
    office = rig.office
    ada, olga = await office.agent("Ada", Role.ADMIN), await office.agent("Olga")
    await office.token("crm", Role.AGENT)
    await change_wording(office)
    await serve(office, "telegram:main")
    await receive(office, "telegram:main", InboxState.DONE)
    await office.database.write(lambda session: office.team.disable(session, olga.id, COMMAND_LINE))
    factor = SecondFactor(office.clock)
    async with rig.page(width=width, scheme=scheme) as page:
        await rig.signs_in(page, ada)
        found: list[str] = []
        for path in (
            "/desk/settings/agents",
            f"/desk/settings/agents/{ada.id}",
            f"/desk/settings/agents/{olga.id}?done=disable",
            "/desk/settings/tokens",
            "/desk/settings/channels",
            "/desk/settings/categories",
            "/desk/settings/hours",
            "/desk/settings/wording",
            "/desk/settings/wording?show=changed",
            f"/desk/settings/wording/{key_of(AHEAD)}?language=en&done=saved",
            "/desk/settings/audit",
            "/desk/settings/audit?action=contact_erased",
            "/desk/profile?done=saved",
            "/desk/profile/second-factor",
            "/desk/profile/pings",
        ):
            await page.goto(path)
            await keep_picture(page, f"{path.removeprefix('/desk/')}-{width}-{scheme}")
            found += await faults(page)
        await page.goto("/desk/settings/tokens")
        await page.locator("summary", has_text="Revoke").click()
        found += await faults(page)
        await page.goto("/desk/profile/second-factor")
        await page.get_by_role("button", name="Set up a second factor").click()
        found += await faults(page)
        state = await office.database.read(lambda session: factor.state(session, ada.id))
        await page.get_by_label("The six digits").fill(shown(office, state.secret))
        await page.get_by_role("button", name="Switch on").click()
        await expect(page.locator(".codes")).to_be_visible()
        found += await faults(page)
        await page.goto("/desk/profile/second-factor")
        found += await faults(page)
    assert found == []


async def test_the_agent_s_menu_stays_on_a_narrow_screen_with_long_words(rig: Rig) -> None:
    ada = await rig.office.agent("Ada", Role.ADMIN)
    await rig.office.database.write(lambda session: rig.office.staff.change_profile(session, ada.id, "Ada", "ru"))
    async with rig.page(width=360) as page:
        await rig.signs_in(page, ada)
        for path in ("/desk", "/desk/settings/agents"):
            await page.goto(path)
            await expect(page.locator(".rail-me > summary")).to_be_in_viewport(ratio=1)
