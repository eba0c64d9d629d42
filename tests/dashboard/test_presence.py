"""Presence: who else looks at a question and who types, live, until they leave or fall silent."""

from playwright.async_api import expect

from handoff.dashboard.live.presence import STAYS, TYPES, Doing, Presence, Present, report
from infra.bus import open_bus
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Clock, Office
from tests.servers.valkey import Valkey


def test_agents_are_present_until_they_leave_or_fall_silent() -> None:
    clock = Clock()
    presence = Presence(clock)
    assert presence.hear(report(12, 7, "Olga the First", Doing.LOOKS)) == 12
    assert presence.hear(report(12, 7, "Olga the First", Doing.LOOKS)) is None  # nothing new
    assert presence.hear(report(12, 8, "Boris", Doing.TYPES)) == 12
    olga, boris = Present(7, "Olga the First"), Present(8, "Boris", is_typing=True)
    assert presence.at(12) == (boris, olga)
    assert presence.at(12, besides=8) == (olga,)
    assert presence.at(13) == ()
    clock.passes(seconds=TYPES.total_seconds())
    assert presence.expire() == {12}
    assert presence.expire() == set()
    assert presence.at(12) == (Present(8, "Boris"), olga)
    assert presence.hear(report(12, 7, "Olga the First", Doing.LEFT)) == 12
    clock.passes(seconds=STAYS.total_seconds())
    assert presence.at(12) == ()
    assert presence.expire() == {12}
    for nonsense in ("", "12", "12 7", "x 7 looks Olga", "12 7 dances Olga"):
        assert presence.hear(nonsense) is None


async def test_a_report_reaches_other_processes_by_redis(valkey: Valkey) -> None:
    here, there = await open_bus(valkey.url), await open_bus(valkey.url)
    presence = Presence(Clock())
    with there.subscribe("presence") as notes:
        while (note := await notes.next(1)) is None:  # until the subscription holds
            here.publish("presence", report(12, 7, "Olga", Doing.LOOKS))
    assert presence.hear(note) == 12
    for bus in (here, there):
        await bus.close()


async def test_only_known_reports_are_taken(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        path = f"/desk/tickets/{number}/presence"
        assert (await browser.sends(path, doing="looks")).status_code == 204
        assert (await browser.sends(path, doing="dances")).status_code == 404
        assert (await browser.get(path)).status_code == 200


class TestInABrowser:
    pytestmark = IN_BROWSER

    async def test_a_colleague_is_shown_typing_and_gone(self, rig: Rig) -> None:
        olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
        number = await rig.office.asks("Where is my page?")
        other = await rig.office.asks("Another question")
        async with rig.signed_in(olga) as hers, rig.signed_in(boris) as his:
            await hers.goto(f"/desk/tickets/{number}")
            await his.goto(f"/desk/tickets/{number}")
            await expect(hers.locator("#presence .present-name")).to_have_text("Boris")
            await expect(his.locator("#presence .present-name")).to_have_text("Olga")
            await expect(hers.locator("#typing")).to_be_hidden()
            await his.locator("label[for=mode-note]").click()
            await his.locator("#text").fill("a note for Olga")
            await his.locator("label[for=mode-reply]").click()
            await his.locator("#text").fill("Dear Anna")
            await expect(hers.locator("#typing")).to_have_text("Boris is typing a reply")
            await hers.locator("#text").press_sequentially("me too")
            await expect(his.locator("#typing")).to_contain_text("Olga is typing a reply")
            rig.office.clock.passes(seconds=TYPES.total_seconds())
            await expect(hers.locator("#typing")).to_be_hidden()
            await his.get_by_role("link", name="Another question").click()
            await expect(hers.locator("#presence li")).to_have_count(0)
            await hers.goto(f"/desk/tickets/{other}")
            await expect(his.locator("#presence .present-name")).to_have_text("Olga")
            await hers.close()
            await expect(his.locator("#presence li")).to_have_count(0)
        rig.expects("htmx:")  # what was on its way when a page closed
