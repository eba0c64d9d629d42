"""Files of contacts at the desk: pictures are shown, anything else is saved, and strangers see neither."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.messages import files
from handoff.messages.files import MessageRef, Rules
from handoff.messages.values import Attachment
from handoff.models import FileRow, Message, MessageKind, Role
from infra.files import FileStore, TooBigError
from tests.api.test_access import client
from tests.office import Office

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
RULES = Rules(1, frozenset({"photo", "document"}))


async def attach(office: Office, store: FileStore, *given: tuple[Attachment, bytes]) -> list[int]:
    """Give the only message of a contact these files, fetched as the bot fetches them."""

    def write(session: Session) -> list[int]:
        message = session.scalars(select(Message).where(Message.kind == MessageKind.INCOMING)).one()
        message.attachments = [{"kind": attachment.kind} for attachment, _ in given]
        named = [attachment for attachment, _ in given]
        files.want(session, MessageRef(message.id, message.contact_id, "vk:main"), named, RULES, office.clock())
        session.flush()
        rows = list(session.scalars(select(FileRow).order_by(FileRow.id)))
        for row, (_, content) in zip(rows, given, strict=True):
            if content:
                with store.incoming(RULES.bytes) as incoming:
                    incoming.write(content)
                    files.mark_kept(session, row.id, incoming.keep(), office.clock())
        return [row.id for row in rows]

    return await office.database.write(write)


async def test_pictures_are_shown_and_the_rest_is_saved(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    hostile = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    picture, page, awaited, video = await attach(
        office,
        office.files,
        (Attachment("photo", source="a"), PNG),
        (Attachment("photo", 'x".svg\r\nSet-Cookie: a=b', source="b"), hostile),
        (Attachment("document", "later.pdf", source="c"), b""),
        (Attachment("video", "clip"), b""),
    )
    async with office.signed_in(olga) as browser, office.browser() as stranger:
        shown = (await browser.get(f"/desk/tickets/{number}")).text
        assert f'<img class="thumb" src="/desk/files/{picture}"' in shown
        assert f'src="/desk/files/{page}"' not in shown
        assert f'href="/desk/files/{page}" download' in shown
        assert "later.pdf ·\n" in shown
        assert "is being fetched" in shown
        assert "cannot be opened; the contact was notified" in shown
        image, other = await browser.get(f"/desk/files/{picture}"), await browser.get(f"/desk/files/{page}")
        assert (image.content, image.headers["content-type"]) == (PNG, "image/png")
        assert (other.content, other.headers["content-type"]) == (hostile, "application/octet-stream")
        assert other.headers["content-disposition"].startswith("attachment;")
        assert "set-cookie" not in other.headers
        for answer in (image, other):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        for missing in (awaited, video, 999):
            assert (await browser.get(f"/desk/files/{missing}")).status_code == 404
        assert (await stranger.get(f"/desk/files/{picture}")).status_code == 303
    async with client(office, await office.token("crm", Role.AGENT)) as crm:
        last = (await crm.get(f"/tickets/{number}")).json()["messages"][0]
        assert [(one["kind"], one["state"]) for one in last["files"]] == [
            ("photo", "kept"), ("photo", "kept"), ("document", "wanted"), ("video", "refused"),
        ]  # fmt: skip
        answer = await crm.get(f"/files/{picture}")
        assert (answer.status_code, answer.content) == (200, PNG)
        assert (await crm.get(f"/files/{awaited}")).status_code == 404


def test_nothing_of_a_file_that_is_too_big_stays(office: Office) -> None:
    folder = office.files.path("0" * 64).parent.parent
    with pytest.raises(TooBigError), office.files.incoming(3) as incoming:  # noqa: PT012 - the second piece is too much
        incoming.write(b"ab")
        incoming.write(b"cd")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    for _ in range(2):
        with office.files.incoming(3) as incoming:
            incoming.write(b"abc")
            incoming.keep()
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [b"abc"]
    with pytest.raises(ValueError, match="not the key"):
        office.files.path("../../etc/passwd")


async def test_a_reply_with_files_by_the_plain_form_and_by_rest(office: Office) -> None:
    olga = await office.agent("Olga")
    number = await office.asks("Where is my page?")
    async with office.signed_in(olga) as browser:
        assert 'enctype="multipart/form-data"' in (await browser.get(f"/desk/tickets/{number}")).text
        address, form = f"/desk/tickets/{number}/reply", {"csrf": browser.csrf, "kind": "reply", "text": "See here."}
        large = [("files", ("a.bin", bytes((1 << 20) + 1)))]
        refused = await browser.client.post(address, data=form, files=large)
        assert (refused.status_code, "See here.</textarea>" in refused.text) == (413, True)
        assert "Attach at most 10 files of up to 1 MB each." in refused.text
        both = [("files", ("a.png", PNG)), ("files", ("b.txt", b"b"))]
        assert (await browser.client.post(address, data=form, files=both)).status_code == 303
        page = (await browser.get(f"/desk/tickets/{number}")).text
        assert page.count("○ queued") == 3
        assert 'class="thumb"' in page
        nothing = [("files", ("", b""))]
        assert (await browser.client.post(address, data={**form, "text": ""}, files=nothing)).status_code == 422
    async with client(office, await office.token("crm", Role.ADMIN)) as crm:
        await office.database.write(lambda session: office.desk.ownership.release(session, number, olga.id))
        path, one = f"/tickets/{number}/reply-with-files", [("files", ("c.txt", b"c"))]
        answers = [await crm.post(path, data={"key": "key-12345"}, files=one) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
        assert (await crm.post(path, files=large)).json()["error"]["code"] == "too_large"
