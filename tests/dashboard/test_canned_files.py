"""Files of canned responses: kept with them, inserted into the draft, sent with the reply."""

import pytest
from playwright.async_api import FilePayload, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.canned_responses import responses
from handoff.messages.orphan_files import AGE, Orphans
from handoff.models import CannedFile, Delivery, DraftFile, MessageKind
from handoff.people.agents import AgentView
from infra.files import Kept
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office

pytestmark = IN_BROWSER
MAP: FilePayload = {"name": "map.txt", "mimeType": "text/plain", "buffer": b"turn left"}
FORM: FilePayload = {"name": "form.txt", "mimeType": "text/plain", "buffer": b"name:"}


def keep(office: Office, content: bytes) -> Kept:
    with office.files.incoming(len(content)) as incoming:
        incoming.write(content)
        return incoming.keep()


async def have(office: Office, agent: AgentView, *contents: bytes) -> int:
    """A response with files."""

    def write(session: Session) -> int:
        made = responses.create(session, responses.CannedDraft("The way", "Look here."), agent, office.clock())
        files = [(f"{place}.txt", keep(office, content)) for place, content in enumerate(contents)]
        responses.add_files(session, made, agent, files, 1)
        return made

    return await office.database.write(write)


async def count(office: Office, rows: type[CannedFile | DraftFile]) -> int:
    return await office.database.read(lambda session: session.scalar(select(func.count()).select_from(rows))) or 0


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_files_are_kept_with_a_response_and_sent_with_the_reply(rig: Rig, script: bool) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is it?")
    async with rig.signed_in(olga, script=script) as page:
        await page.goto("/desk/canned")
        await page.get_by_label("Title").fill("The way")
        await page.get_by_label("Text").fill("Look here.")
        await page.locator("#canned-files").set_input_files([MAP, FORM])
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".chosen-name")).to_have_text(["map.txt", "form.txt"])
        await page.get_by_label("Text").fill("Look there.")
        await page.get_by_role("button", name="Remove form.txt").click()
        await expect(page.locator(".chosen-name")).to_have_text(["map.txt"])
        await expect(page.get_by_label("Text")).to_have_value("Look there.")  # what was typed stays
        await page.goto(f"/desk/tickets/{number}")
        await page.locator(".canned-open").click()
        await expect(page.locator(".canned-facts")).to_contain_text("1 file")
        if script:
            await expect(page.locator("#canned[data-loaded]")).to_be_attached()
        await page.locator(".canned-option").click()
        await expect(page.locator("#text")).to_have_value("Look here.")
        await expect(page.locator("#chosen .chosen-name")).to_have_text("map.txt")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .mark-queued")).to_have_count(2)
        await expect(page.locator(".line-ours .file")).to_contain_text("map.txt")
        await page.goto(f"/desk/tickets/{number}")
        await page.locator(".canned-open").click()
        if script:
            await expect(page.locator("#canned[data-loaded]")).to_be_attached()
        await page.locator(".canned-option").click()
        await page.get_by_role("button", name="Remove map.txt").click()  # a chip like any other
        await expect(page.locator("#chosen .chosen-name")).to_have_count(0)
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.locator(".line-ours .mark-queued")).to_have_count(3)
    assert await office.texts(MessageKind.OUTGOING) == ["Look here.", "Look here."]
    assert await count(office, DraftFile) == 0
    sent = await office.database.read(lambda session: list(session.scalars(select(Delivery.file))))
    assert [file["name"] for file in sent if file] == ["map.txt"]


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_the_limits_of_a_reply_hold_for_files_that_a_response_brings(rig: Rig, script: bool) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    number = await office.asks("Where is it?")
    await have(office, olga, *(b"%d" % place for place in range(10)))
    async with rig.signed_in(olga, script=script) as page:
        await page.goto(f"/desk/tickets/{number}")
        for _ in range(2):
            await page.locator(".canned-open").click()
            if script:
                await expect(page.locator("#canned[data-loaded]")).to_be_attached()
            await page.locator(".canned-option").click()
            await expect(page.locator("#chosen .chosen-name")).to_have_count(10)
        await expect(page.locator("#says")).to_contain_text("Attach at most 10 files of up to 1 MB each.")
        await expect(page.locator("#text")).to_have_value(
            "Look here.Look here." if script else "Look here.\n\nLook here."
        )
        await page.goto("/desk/canned/1")
        await page.locator("#canned-files").set_input_files(MAP)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_contain_text("Attach at most 10 files")
    assert await count(office, CannedFile) == 10
    rig.expects("413 (")


async def test_files_go_with_their_response_and_are_kept_while_it_lasts(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    made = await have(office, olga, b"a file of long ago")
    key = keep(office, b"a file of long ago").key
    office.clock.passes(days=30 * 365)  # the files' own times are real
    orphans = Orphans(office.database, office.files, office.clock)
    await orphans.sweep()
    assert office.files.path(key).is_file()
    await office.database.write(lambda session: responses.delete(session, made, olga))
    assert await count(office, CannedFile) == 0
    await orphans.sweep()
    assert not office.files.path(key).is_file()
    assert AGE.days == 1
