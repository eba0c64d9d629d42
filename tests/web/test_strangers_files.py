"""Visitors' files: limited in number, pictures re-encoded, names safe, and no file without an owner."""

import asyncio
import os
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.web.chat.upload_quota import IN_ALL, PER_ADDRESS, PER_VISITOR, UploadQuota
from handoff.messages.files import file_name
from handoff.messages.orphan_files import AGE
from infra.images import NotAnImageError, reencode
from tests.conftest import Backend
from tests.office import Clock
from tests.web.counter import Counter, open_counter
from tests.web.pictures import picture
from tests.web.test_files import kept, own_files, says

SECRET = b"geo:47.4979,19.0402"
SCRIPT = b"<script>alert(1)</script>"


def with_a_place(turned: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = turned, SECRET.decode()
    return picture("JPEG", exif=exif, comment=SECRET)


async def test_a_picture_is_made_anew_and_keeps_only_its_pixels(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("соедините с оператором, у меня пропали деньги")
        await anna.hears(1)
        polyglot = picture("PNG") + SCRIPT
        await anna.sends("вот", ("a.jpg", with_a_place(6), "image/jpeg"), ("b.png", polyglot, "text/html"))
        pictures = [(await anna.client.get(link)).content for link in await own_files(anna, 2)]
    assert not any(SECRET in content or SCRIPT in content for content in pictures)
    assert [Image.open(BytesIO(content)).size for content in pictures] == [(6, 8), (8, 6)]  # the first is upright now
    assert not any(SECRET in path.read_bytes() or SCRIPT in path.read_bytes() for path in kept(counter))


async def test_what_only_begins_like_a_picture_is_named_and_not_kept(counter: Counter) -> None:
    async with counter.visitor("en") as anna:
        await anna.writes("I want a human agent: my money is gone")
        await anna.hears(1)
        await anna.sends("here", ("a.png", b"\x89PNG\r\n\x1a\n" + SCRIPT, "image/png"))
        await says(anna, "We could not open this: “a.png”.")
    assert kept(counter) == []


@pytest.mark.parametrize("format_name", ["PNG", "GIF", "WEBP"])
def test_an_animation_stays_one(format_name: str) -> None:
    again = Image.open(BytesIO(reencode(BytesIO(picture(format_name, frames=3)))))
    assert (again.format, getattr(again, "n_frames", 1)) == (format_name, 3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_can_be_made_anew(mode: str) -> None:
    written = BytesIO()
    Image.new(mode, (4, 4)).save(written, "JPEG" if mode == "CMYK" else "PNG")
    assert Image.open(BytesIO(reencode(BytesIO(written.getvalue())))).size == (4, 4)


def test_what_would_not_fit_into_memory_is_not_decoded() -> None:
    bomb = picture("PNG", (1, 1)).replace(b"IHDR" + bytes([0, 0, 0, 1]) * 2, b"IHDR" + bytes([0, 0, 200, 0]) * 2)
    film = picture("GIF", (1, 1), frames=2).replace(bytes([1, 0, 1, 0]), bytes([0, 100, 0, 100]))
    for source in (bomb, film, b"", b"GIF89a", picture("JPEG")[:40], picture("BMP"), picture("TIFF")):
        with pytest.raises(NotAnImageError):
            reencode(BytesIO(source))


def test_quotas_of_a_visitor_of_an_address_and_of_all() -> None:
    clock = Clock()
    hour, day = timedelta(hours=1), timedelta(days=1)
    quota = UploadQuota(1000, clock)
    for _ in range(PER_VISITOR[hour].files):
        assert quota.take("anna", "192.0.2.1", 1, 1)
    assert not quota.take("anna", "192.0.2.9", 1, 1)  # wherever she comes from
    assert quota.take("boris", "192.0.2.1", 1, 1)
    assert quota.take("anna's bytes", "192.0.2.8", 1, PER_VISITOR[hour].largest_files * 1000)
    assert not quota.take("anna's bytes", "192.0.2.8", 1, 1)
    clock.passes(hours=1, seconds=1)
    assert quota.take("anna", "192.0.2.9", 1, 1)
    for number in range(PER_ADDRESS[hour].files):
        assert quota.take(f"visitor {number}", "192.0.2.2", 1, 1)
    assert not quota.take("somebody else", "192.0.2.2", 1, 1)
    clock.passes(days=1, seconds=1)
    most = IN_ALL[hour].largest_files
    for number in range(most):
        assert quota.take(f"visitor {number}", f"address {number}", 1, 1000)
    assert not quota.take("somebody else", "somewhere else", 1, 1)
    assert PER_VISITOR[day].files > PER_VISITOR[hour].files


async def test_over_the_quota_it_is_said(tmp_path: Path) -> None:
    backend = Backend(f"sqlite:///{tmp_path}/frontdesk.db", None)
    async with open_counter(backend, attachment_mb=1) as counter, counter.visitor("en") as anna:
        csrf = await anna.csrf()
        bulk = counter.app.attachments.rules.bytes
        statuses = []
        for number in range(PER_VISITOR[timedelta(hours=1)].largest_files // 5 + 1):
            form = {"key": f"a-form-key-{number}", "text": "my words", "csrf": csrf}
            files = [("files", (f"{number}.bin", os.urandom(bulk), "application/zip"))] * 5
            answer = await anna.client.post(
                "/help/chat/messages", data=form, files=files, headers={"HX-Request": "true"}
            )
            statuses.append(answer.status_code)
        assert statuses == [200, 200, 429]
        assert answer.headers["frontdesk-problem"] == "quota"
        assert "more than we can take today" in answer.text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u200b\u2066b\ufeff.pdf", "ab.pdf"),
        ("..\\..\\etc/passwd", "passwd"),
        ("line\nbreak\x00\x1f.txt", "line break.txt"),
        ("\ud800счёт  №5.pdf", "\ufffdсчёт №5.pdf"),
        ("\u202e", ""),
    ],
)
def test_names_show_what_they_are(given: str, shown: str) -> None:
    assert file_name(given) == shown


async def test_files_that_no_message_holds_are_removed_after_a_day(counter: Counter) -> None:
    store, clock = counter.app.files, counter.app.clock
    async with counter.visitor("en") as anna:
        await anna.writes("I want a human agent: my money is gone")
        await anna.hears(1)
        await anna.sends("here", ("receipt.pdf", b"%PDF held", "application/pdf"))
        await own_files(anna, 1)

    def keeps(content: bytes) -> Path:
        with store.incoming(100) as incoming:
            incoming.write(content)
            return store.path(incoming.keep().key)

    old, fresh = keeps(b"orphan"), keeps(b"unclaimed yet")
    half = counter.app.settings.files_dir / "incoming-half"
    half.write_bytes(b"ha")
    before = (clock() - AGE).timestamp() - 60
    for path in (*kept(counter),):
        if path != fresh:
            os.utime(path, (before, before))
    assert await counter.app.orphans.sweep() == 1
    assert (old.exists(), fresh.exists(), half.exists()) == (False, True, False)
    assert sorted(path.read_bytes() for path in kept(counter)) == [b"%PDF held", b"unclaimed yet"]
    assert await counter.app.orphans.sweep() == 0


async def test_a_file_kept_again_meanwhile_is_not_removed(counter: Counter) -> None:
    store = counter.app.files
    with store.incoming(100) as incoming:
        incoming.write(b"the same")
        key = incoming.keep().key
    assert not await asyncio.to_thread(store.drop_older, key, 1.0)
    assert store.path(key).read_bytes() == b"the same"
    assert not re.search("incoming", " ".join(map(str, kept(counter))))
