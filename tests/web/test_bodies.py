"""Bodies that are too large, compressed, with too many parts or too many at once: refused before they are read."""

import asyncio
import json
import logging
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from bot.program.site_parts import site_parts
from bot.web.site import body_rules, build_site
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from infra.web.body_limits import BodyLimits, BodyRule, Refusal, Spool
from tests.conftest import Backend
from tests.office import routes_of
from tests.web.counter import Counter, open_counter
from tests.web.wire import Answer, wire

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIB = 1 << 20
BOUNDARY = "here"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def counter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    folder = tmp_path_factory.mktemp("bodies")
    async with open_counter(Backend(f"sqlite:///{folder}/frontdesk.db", None), attachment_mb=1) as opened:
        yield opened


JSON_LIMIT = [("POST", path) for path in ("/api/v1/entries", "/api/v1/tickets/1/reply", "/api/v1/tickets/1/claim")]
PLAIN_LIMIT = [("POST", "/hooks/vk/main"), ("POST", "/hooks/telegram/main"), ("POST", "/healthz")]
PAGE_LIMIT = [("POST", "/desk/login"), ("POST", "/help/chat/presses"), ("POST", "/help/my/forget"), ("GET", "/help")]
WITH_FILES = [
    ("POST", "/help/chat/messages"),
    ("POST", "/help/ask"),
    ("POST", "/desk/tickets/1/reply"),
    ("POST", "/api/v1/tickets/1/reply-with-files"),
    ("POST", "/api/v1/entries/import?format=yaml"),
]
LARGEST = 6 * MIB
"""More than any route takes here, where a file has 1 MiB at most."""


def speaks(answer: Answer, path: str) -> bool:
    """Whether the answer says why in the form that the route speaks, in the reader's language where people read it."""
    if path.startswith("/api/"):
        return bool(json.loads(answer.body)["error"]["message"])
    if path.startswith(("/help", "/desk")):
        return (
            answer.headers["content-type"].startswith("text/html") and re.search("[а-яё]{4}", answer.body) is not None
        )
    return answer.headers["content-type"].startswith("text/plain") and answer.body.endswith(".")


@pytest.mark.parametrize(("method", "path"), [*JSON_LIMIT, *PLAIN_LIMIT, *PAGE_LIMIT, *WITH_FILES])
async def test_a_body_that_announces_too_much_is_refused_unread(counter: Counter, method: str, path: str) -> None:
    kind = FORM if (method, path) in WITH_FILES else "application/json"
    async with wire(counter) as client:
        await client.asks(method, path, Content_Length=str(250 * MIB), Content_Type=kind, Accept_Language="ru")
        answer = await client.hears()  # nothing of the body was sent
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert speaks(answer, path)
    assert "x-content-type-options" in answer.headers


@pytest.mark.parametrize(("method", "path"), [*JSON_LIMIT[:1], *PAGE_LIMIT[:2], WITH_FILES[0], *WITH_FILES[2:]])
async def test_a_body_that_announces_nothing_is_counted_while_it_comes(
    counter: Counter, method: str, path: str
) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'.encode()
    filler = bytes(LARGEST)
    kind = "application/x-www-form-urlencoded" if (method, path) in PAGE_LIMIT else "application/json"
    kind = FORM if (method, path) in WITH_FILES else kind
    headers = {"Authorization": f"Bearer {await token(counter)}", "Cookie": f"frontdesk_chat={'a' * 43}"}
    async with wire(counter) as client:
        await client.asks(method, path, Transfer_Encoding="chunked", Content_Type=kind, Accept_Language="ru", **headers)
        chunk = head + filler
        sending = asyncio.create_task(client.sends(f"{len(chunk):x}\r\n".encode(), chunk))
        answer = await client.hears()
        sending.cancel()
    assert (answer.status, speaks(answer, path)) == (413, True)


async def token(counter: Counter) -> str:
    name = f"robot {secrets.token_hex(4)}"
    return await counter.app.db.write(
        lambda session: counter.app.staff.add_token(session, name, Role.LEAD, COMMAND_LINE)
    )


@pytest.mark.parametrize(("method", "path"), [*JSON_LIMIT[:1], *PLAIN_LIMIT[:1], *PAGE_LIMIT[:2]])
async def test_files_are_not_even_received_where_none_are_taken(counter: Counter, method: str, path: str) -> None:
    async with wire(counter) as client:
        await client.asks(method, path, Content_Length="30000", Content_Type=FORM, Accept_Language="ru")
        answer = await client.hears()
    assert (answer.status, speaks(answer, path)) == (415, True)


@pytest.mark.parametrize("path", ["/api/v1/entries", "/hooks/vk/main", "/help/chat/messages", "/desk/login"])
async def test_compressed_bodies_are_refused(counter: Counter, path: str) -> None:
    async with wire(counter) as client:
        await client.asks("POST", path, Content_Length="100", Content_Encoding="gzip", Accept_Language="ru")
        answer = await client.hears()
    assert (answer.status, speaks(answer, path)) == (415, True)


async def test_a_form_in_too_many_parts_is_refused(counter: Counter) -> None:
    headers = {"Authorization": f"Bearer {await token(counter)}"}
    async with httpx.AsyncClient(base_url=counter.address, headers=headers) as program:
        for files, fields in ((11, 0), (1, 11)):
            given = [("files", (f"{number}.txt", b"a")) for number in range(files)]
            form = {f"field{number}": "a" for number in range(fields)}
            refused = await program.post("/api/v1/tickets/1/reply-with-files", files=given, data=form)
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid")
        lines = "".join(f"X-{number}: a\r\n" for number in range(20))
        part = (
            f'--{BOUNDARY}\r\n{lines}Content-Disposition: form-data; name="files"; filename="a"'
            f"\r\n\r\na\r\n--{BOUNDARY}--"
        )
        for path in ("/api/v1/tickets/1/reply-with-files", "/api/v1/entries/import"):
            refused = await program.post(path, content=part, headers={"Content-Type": FORM})
            assert refused.status_code in {400, 422}
            assert refused.json()["error"]["message"]


async def test_headers_about_a_body_that_is_not_there_hinder_nothing(counter: Counter) -> None:
    """Clients that follow a redirect keep them."""
    async with counter.visitor() as anna:
        for kept in (
            {"Content-Type": FORM},
            {"Content-Encoding": "gzip"},
            {"Content-Type": FORM, "Content-Length": "0"},
        ):
            assert (await anna.client.get("/help/chat", headers=kept)).status_code == 200
        assert (await anna.client.post("/desk/login", content=b"a", headers={"Content-Type": FORM})).status_code == 415


async def test_who_has_no_token_sends_no_files(counter: Counter) -> None:
    async with wire(counter) as client:
        await client.asks(
            "POST", "/api/v1/tickets/1/reply-with-files", Content_Length="1000", Content_Type=FORM, Connection="close"
        )
        answer = await client.hears()
    assert answer.status == 401


@dataclass
class Sender:
    """A request whose body comes when the test says so."""

    address: str
    pieces: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    statuses: list[int] = field(default_factory=list)

    async def sends(self, size: int, *, last: bool = False) -> None:
        await self.pieces.put({"type": "http.request", "body": bytes(size), "more_body": not last})
        for _ in range(10):
            await asyncio.sleep(0)

    async def hears(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])

    def goes_through(self, limits: BodyLimits) -> "asyncio.Task[None]":
        scope = {
            "type": "http", "method": "POST", "path": "/files", "headers": [], "client": (self.address, 1),
        }  # fmt: skip
        return asyncio.create_task(limits(scope, self.pieces.get, self.hears))


async def test_what_is_being_received_is_bounded_in_all_and_by_address() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async for _ in Request(scope, receive).stream():
            pass
        await PlainTextResponse("taken")(scope, receive, send)

    async def answer(_scope: Scope, refusal: Refusal) -> PlainTextResponse:
        return PlainTextResponse(str(refusal), refusal.status)

    spool = Spool(limit=300, limit_per_address=200)
    limits = BodyLimits(application, [BodyRule(re.compile("/files"), 150, files=True)], 10, spool, answer)
    first, second, third, fourth = Sender("192.0.2.1"), Sender("192.0.2.1"), Sender("192.0.2.1"), Sender("192.0.2.2")
    fifth = Sender("192.0.2.3")
    async with asyncio.TaskGroup() as tasks:
        for sender in (first, second, third, fourth, fifth):
            tasks.create_task(asyncio.wait_for(sender.goes_through(limits), 20))
        await first.sends(100)
        await second.sends(100)
        await third.sends(1)  # the address has sent what it may
        assert (third.statuses, spool.total) == ([503], 200)
        await fourth.sends(100)
        await fifth.sends(1)  # and so have all together
        assert (fifth.statuses, spool.total) == ([503], 300)
        await first.sends(0, last=True)
        await second.sends(51)  # longer than one request may be
        await fourth.sends(50, last=True)
    assert (first.statuses, second.statuses, fourth.statuses) == ([200], [413], [200])
    assert (spool.total, dict(spool.by_address)) == (0, {})


async def test_a_sender_who_vanishes_leaves_nothing_in_the_log(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for path in ("/help/chat/messages", "/hooks/vk/main", "/api/v1/entries", "/desk/login"):
            async with wire(counter) as client:
                kind = FORM if path == "/help/chat/messages" else "application/x-www-form-urlencoded"
                await client.asks(
                    "POST", path, Content_Length="1000", Content_Type=kind, Cookie=f"frontdesk_chat={'b' * 43}"
                )
                await client.sends(b"--here")
        async with httpx.AsyncClient(base_url=counter.address) as anybody:
            assert (await anybody.get("/healthz")).status_code == 200
        await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("path", ["/nope", "/healthz", "/hooks/vk/main", "/help/chat/messages", "/api/v1/tickets"])
@pytest.mark.parametrize("rest", [b"ZZ\r\n", b"5\r\nhelloX", b"-1\r\n", b"f" * 30 + b"\r\n"])
async def test_a_body_in_broken_chunks_leaves_nothing_in_the_log(
    counter: Counter, caplog: pytest.LogCaptureFixture, path: str, rest: bytes
) -> None:
    async with wire(counter) as whole, wire(counter) as parted:
        head = f"POST {path} HTTP/1.1\r\nHost: help.example\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        await whole.sends(head + rest)
        assert (await whole.ends()).startswith(b"HTTP/1.1 4")
        await parted.sends(head, rest)
        assert (await parted.ends()).startswith(b"HTTP/1.1 4")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_every_route_has_a_bound_and_few_take_files(counter: Counter) -> None:
    rules = body_rules(5 * MIB)
    site = build_site(site_parts(counter.app), None).asgi
    api = next(route.app for route in site.routes if isinstance(route, Mount) and route.path == "/api/v1")
    assert isinstance(api, FastAPI)
    paths = [route.path for route in routes_of(site.routes)]
    paths += [f"/api/v1{route.path}" for route in routes_of(api.routes)]
    assert len(paths) > 60
    found = {}
    for path in paths:
        example = re.sub(r"{[^}]+}", "1", path)
        rule = next((rule for rule in rules if rule.path.match(example)), None)
        found[path] = (rule.limit, rule.files) if rule else (1 << 16, False)
    assert {path for path, (_, files) in found.items() if files} == {
        "/help/chat/messages",
        "/help/ask",
        "/desk/tickets/{ticket_id}/reply",
        "/desk/tickets/{ticket_id}/note",
        "/desk/tickets/{ticket_id}/insert",
        "/desk/tickets/{ticket_id}/preview",
        "/desk/tickets/{ticket_id}/answer-all",
        "/desk/tickets/{ticket_id}/draft",
        "/desk/tickets/{ticket_id}/draft/files",
        "/desk/tickets/{ticket_id}/draft/files/{file_id}/remove",
        "/desk/profile/picture",
        "/desk/canned",
        "/desk/canned/{response_id}",
        "/desk/canned/{response_id}/files/{file_id}/remove",
        "/api/v1/tickets/{ticket_id}/reply-with-files",
        "/api/v1/entries/import",
    }
    assert max(limit for limit, files in found.values() if not files) == MIB
