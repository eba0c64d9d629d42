"""The picture of an agent: set in the profile, shown to colleagues, small and without metadata."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import FilePayload, expect

from handoff.dashboard.account.picture import SIDE
from handoff.messages.orphan_files import Orphans
from handoff.people.agents import AgentView
from infra.images import NotAnImageError, portrait
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.office import Office

pytestmark = IN_BROWSER


def photo(width: int = 600, height: int = 400) -> bytes:
    """A photo that says where it was taken."""
    image, written = Image.new("RGB", (width, height), "teal"), BytesIO()
    image.save(written, "JPEG", comment=b"taken in Kazan")
    return written.getvalue()


def payload(content: bytes) -> FilePayload:
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}


async def test_a_portrait_is_a_small_square_of_pixels_alone() -> None:
    small = portrait(BytesIO(photo()), SIDE)
    with Image.open(BytesIO(small)) as image:
        assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))
    assert b"Kazan" not in small
    with pytest.raises(NotAnImageError):
        portrait(BytesIO(b"no picture"), SIDE)


async def picture_of(office: Office, agent: AgentView) -> str | None:
    found = await office.database.read(office.staff.people)
    return next(one.picture for one in found if one.id == agent.id)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "forms"])
async def test_colleagues_see_the_picture_and_initials_without_one(rig: Rig, script: bool) -> None:
    olga, boris = await rig.office.agent("Olga"), await rig.office.agent("Boris")
    number = await rig.office.asks("Where is my page?")
    await rig.office.database.write(lambda session: rig.office.desk.reply(session, number, olga.id, "Here."))
    line = ".line-ours .line-author"
    async with rig.signed_in(boris, script=script) as his:
        await his.goto(f"/desk/tickets/{number}")
        await expect(his.locator(f"{line} span.face")).to_have_text("O")
        async with rig.signed_in(olga, script=script) as hers:
            await hers.goto("/desk/profile")
            await hers.locator("input[type=file]").set_input_files(payload(photo()))
            await hers.get_by_role("button", name="Save picture").click()
            await expect(hers.get_by_text("Your profile is saved.")).to_be_visible()
            await expect(hers.locator(".portrait img.face")).to_be_visible()
            assert await hers.locator(".portrait img").evaluate("image => image.naturalWidth") == SIDE
            await his.reload()
            await expect(his.locator(f"{line} img.face")).to_be_visible()
            await expect(his.locator(line)).to_contain_text("Olga")
            if script:
                await hers.goto(f"/desk/tickets/{number}")
                await expect(his.locator(".present img.face")).to_be_visible()
                await hers.goto("/desk/profile")
            await hers.get_by_role("button", name="Remove picture").click()
            await expect(hers.locator(".portrait span.face")).to_have_text("O")
    assert await picture_of(rig.office, olga) is None


async def test_what_is_no_picture_or_too_large_is_refused_in_words(rig: Rig) -> None:
    olga = await rig.office.agent("Olga")
    async with rig.signed_in(olga) as page:
        for content, words in ((b"words", "This is no picture"), (bytes((1 << 20) + 1), "The picture is too large")):
            await page.goto("/desk/profile")
            await page.locator("input[type=file]").set_input_files(payload(content))
            await page.get_by_role("button", name="Save picture").click()
            await expect(page.get_by_role("alert")).to_contain_text(words)
    assert await picture_of(rig.office, olga) is None


async def test_the_picture_is_kept_as_long_as_it_is_used(rig: Rig) -> None:
    office, olga = rig.office, await rig.office.agent("Olga")
    with office.files.incoming(9) as incoming:
        incoming.write(b"a picture")
        key = incoming.keep().key
    office.clock.passes(days=30 * 365)  # the files' own times are real
    for used in (key, None):
        await office.database.write(lambda session, used=used: office.staff.change_picture(session, olga.id, used))  # type: ignore[misc]
        await Orphans(office.database, office.files, office.clock).sweep()
        assert office.files.path(key).is_file() == (used is not None)
