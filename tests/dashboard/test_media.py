"""Pictures open over the page, sounds and films play in it, and everything else can only be saved."""

import pytest
from playwright.async_api import expect

from handoff.messages.files import OTHER, media_type
from handoff.messages.values import Attachment
from tests.dashboard.rig import IN_BROWSER, Rig
from tests.dashboard.test_attached import attach
from tests.office import Office
from tests.web.pictures import picture

OGG = b"OggS" + bytes(40)
FILM = bytes(4) + b"ftypisom" + bytes(40)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (OGG, "audio/ogg"),
        (b"ID3\x04" + bytes(12), "audio/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", OTHER),
        (FILM, "video/mp4"),
        (bytes(4) + b"ftypM4A " + bytes(4), "audio/mp4"),
        (b"\x1a\x45\xdf\xa3" + bytes(12), "video/webm"),
        (b"<svg xmlns='http", OTHER),
        (b"<!doctype html><", OTHER),
        (b"%PDF-1.7", OTHER),
        (b"", OTHER),
    ],
)
def test_the_type_is_that_of_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head[:16]) == kind


async def test_sounds_and_films_play_in_the_page_and_run_nothing(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    voice, film, page = await attach(
        office,
        office.files,
        (Attachment("photo", source="a"), OGG),
        (Attachment("document", "film.mp4", source="b"), FILM),
        (Attachment("document", "voice.ogg", source="c"), b"<script>alert(1)</script>"),
    )
    async with office.signed_in(olga) as browser:
        shown = (await browser.get(f"/desk/tickets/{number}")).text
        assert f'<audio class="player" controls preload="none" src="/desk/files/{voice}"' in shown
        assert f'<video class="player" controls preload="none" src="/desk/files/{film}"' in shown
        assert f'src="/desk/files/{page}"' not in shown
        for number_of, kind, way in (
            (voice, "audio/ogg", "inline"),
            (film, "video/mp4", "inline"),
            (page, OTHER, "attachment"),
        ):
            answer = await browser.get(f"/desk/files/{number_of}")
            assert answer.headers["content-type"] == kind
            assert answer.headers["content-disposition"].startswith(f"{way};")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        part = await browser.client.get(f"/desk/files/{film}", headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")


class TestInABrowser:
    pytestmark = IN_BROWSER

    async def test_a_picture_opens_over_the_page(self, rig: Rig) -> None:
        olga = await rig.office.agent("Olga")
        number = await rig.office.asks("Where is my page?")
        first, second = await attach(
            rig.office,
            rig.office.files,
            (Attachment("photo", source="a"), picture("PNG")),
            (Attachment("photo", source="b"), picture("JPEG")),
        )
        async with rig.signed_in(olga) as page:
            await page.goto(f"/desk/tickets/{number}")
            await page.locator("a[data-picture]").first.focus()
            await page.keyboard.press("Enter")
            await expect(page.locator("#picture")).to_be_visible()
            await expect(page.locator("#picture img")).to_have_attribute("src", f"{rig.address}/desk/files/{first}")
            await page.keyboard.press("ArrowRight")
            await expect(page.locator("#picture img")).to_have_attribute("src", f"{rig.address}/desk/files/{second}")
            await page.keyboard.press("Escape")
            await expect(page.locator("#picture")).to_be_hidden()
            await expect(page.locator("a[data-picture]").first).to_be_focused()
            await expect(page).to_have_url(f"{rig.address}/desk/tickets/{number}")
