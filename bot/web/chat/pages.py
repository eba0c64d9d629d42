"""The chat of the help page: the same dialogue as in other channels, for people without an account on a platform.

It consists of plain forms, so it works without scripts; with scripts it is live. Changes are accepted only from our own
pages (CSRF), with rate limits per visitor and per address.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from bot.channels import Inlet, RawEvent
from bot.channels.web import channel as web
from bot.web.chat.embedding import ISOLATED, EmbedScript
from bot.web.chat.uploads import MOST, NotTakenError, Uploads
from bot.web.chat.view import Talk, file_of, load_talk, mark_of, own_file_of
from bot.web.chat.visitors import Visitor, Visitors
from bot.web.page_frame import HelpFrame
from handoff.messages import files
from handoff.messages.files import Rules
from handoff.messages.values import Address
from infra.bus import Bus, Subscription
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from infra.storage.columns import LARGEST_ID
from infra.web.body_limits import client_address
from infra.web.security import CONTENT_POLICY, origin_of, same_site
from infra.web.slots import HeldStream, Slots
from infra.web.throttle import Throttle

log = logging.getLogger(__name__)

STORED = "Frontdesk-Stored"
"""Header of an answer to the page's script: the message is in the database."""
PROBLEMS: dict[str, int] = {
    "cookies": 400, "foreign": 403, "size": 413, "long": 422, "empty": 422, "email": 422, "pace": 429, "quota": 429,
    "failed": 503, "busy": 503, "offline": 0, "stalled": 0,
}  # fmt: skip
"""Reasons for a refusal with their status; the page's script detects the last two by itself."""
PROBLEM = "Frontdesk-Problem"
"""Header that names the problem to the page's script, which has its sentence."""
PER_VISITOR, PER_ADDRESS = 20, 60
"""Messages and button presses per minute."""
_STREAMS, STREAMS_PER_ADDRESS = 8, 32
"""Live pages per visitor and per address: each queries the database every second."""
_LOOK_EVERY, _HEARTBEAT = 1.0, 20.0
_PATIENCE = 3.0
"""Seconds that a browser without scripts waits for the reply to its message."""

Key = Annotated[str, Form(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Language = Annotated[str, Query(max_length=16)]
Embedded = Annotated[bool, Query()]


@dataclass(frozen=True, slots=True)
class ChatParts:
    """Dependencies of the chat."""

    database: Database
    files: FileStore
    rules: Rules
    bus: Bus
    clock: Clock
    frame: HelpFrame
    inlet: Inlet
    visitors: Visitors
    public_url: str | None
    embed_sites: tuple[str, ...]
    """Origins of the sites that may embed the chat."""


def chat_router(chat: "Chat") -> APIRouter:
    """Build the routes of `/help/chat` and `/help/embed.js`. The app also needs the `SecurityHeaders` middleware."""
    router, language = APIRouter(include_in_schema=False), chat.frame.language

    @router.get("/help/chat")
    async def page(request: Request, lang: Language = "", q: str = "", embedded: Embedded = False) -> Response:
        return await chat.page(
            chat.visitors.of(request), language(request, lang), q[: chat.uploads.characters], embedded=embedded
        )

    @router.get("/help/chat/thread")
    async def thread(request: Request, lang: Language = "", embedded: Embedded = False) -> Response:
        return await chat.thread(chat.visitors.of(request), language(request, lang), embedded=embedded)

    @router.post("/help/chat/messages")
    async def write(request: Request, lang: Language = "", embedded: Embedded = False) -> Response:
        speaks = language(request, lang)

        async def event(visitor: Visitor) -> RawEvent | None:
            given = await chat.uploads.read(request, visitor, _host(request))
            if not given.text.strip() and not given.files:
                return None
            return web.message_event(visitor.id, given.key, given.text, chat.clock(), speaks, given.files)

        return await chat.take(request, event, speaks, embedded=embedded)

    @router.post("/help/chat/presses")
    async def press(
        request: Request,
        key: Key,
        choice: Annotated[str, Form(max_length=40)],
        csrf: Annotated[str, Form(max_length=64)] = "",
        lang: Language = "",
        embedded: Embedded = False,
    ) -> Response:
        speaks = language(request, lang)

        async def event(visitor: Visitor) -> RawEvent:
            if not visitor.is_own_form(csrf):
                raise NotTakenError("foreign")
            return web.press_event(visitor.id, key, choice, chat.clock(), speaks)

        return await chat.take(request, event, speaks, embedded=embedded)

    @router.get("/help/chat/events")
    async def events(request: Request) -> Response:
        return chat.events(request, chat.visitors.of(request))

    @router.get("/help/chat/files/own/{number}")
    async def own_file(request: Request, number: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
        return await chat.own_file(chat.visitors.of(request), number)

    @router.get("/help/chat/files/{part}")
    async def file(request: Request, part: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
        return await chat.file(chat.visitors.of(request), part)

    @router.get("/help/embed.js")
    async def script(request: Request) -> Response:
        return chat.embed.answer(request)

    return router


class Chat:
    """The page of the conversation and the visitor's actions on it."""

    def __init__(self, parts: ChatParts) -> None:
        self.frame, self.visitors, self.clock = parts.frame, parts.visitors, parts.clock
        self._database, self._files = parts.database, parts.files
        self._bus, self._inlet = parts.bus, parts.inlet
        self.uploads = Uploads(parts.files, parts.rules, parts.clock)
        self.limits = {"most": MOST, "megabytes": parts.rules.megabytes, "characters": self.uploads.characters}
        self._origin = origin_of(parts.public_url) if parts.public_url else None
        self._visitor_pace = Throttle(PER_VISITOR, parts.clock)
        self._address_pace = Throttle(PER_ADDRESS, parts.clock)
        self._streams = Slots()
        self._closed = asyncio.Event()
        self.embed = EmbedScript(parts.embed_sites)
        sites = " ".join(parts.embed_sites) or "'none'"
        self._policy = CONTENT_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {sites}")

    async def page(
        self, visitor: Visitor, language: str, draft: str, *, embedded: bool, problem: str = "", status: int = 200
    ) -> Response:
        fresh = {"Cache-Control": "no-store"}
        if embedded:
            fresh["Content-Security-Policy"] = self._policy
            fresh |= ISOLATED
        held = await self._talk(visitor, needed=not problem)
        answer = self.frame.answer(
            "chat.html",
            language,
            status=status,
            headers=fresh,
            talk=held,
            draft=draft,
            new_key=new_key,
            csrf=visitor.form_token,
            embedded=embedded,
            problem=problem,
            problems=PROBLEMS,
            limits=self.limits,
        )
        if not visitor.known:
            self.visitors.remember(answer, visitor, embedded=embedded)
        return answer

    async def _talk(self, visitor: Visitor, *, needed: bool) -> Talk:
        """Read the conversation; if it is not `needed`, it is empty while the database cannot be read."""
        try:
            return await self._database.read(lambda session: load_talk(session, _address(visitor)))
        except Exception:
            if needed:
                raise
            return Talk(None, (), waiting=False)

    async def thread(self, visitor: Visitor, language: str, *, embedded: bool) -> Response:
        """Render the part of the page that changes."""
        held: Talk = await self._database.read(lambda session: load_talk(session, _address(visitor)))
        return self.frame.answer(
            "thread.html",
            language,
            headers={"Cache-Control": "no-store"},
            talk=held,
            new_key=new_key,
            csrf=visitor.form_token,
            embedded=embedded,
        )

    async def file(self, visitor: Visitor, part: int) -> Response:
        """Return a file that an agent sent to this visitor, as a download."""
        found = await self._database.read(lambda session: file_of(session, _address(visitor), part))
        if found is None:
            return Response(status_code=404)
        name, key = found
        return FileResponse(self._files.path(key), filename=name, headers=files.headers())

    async def own_file(self, visitor: Visitor, number: int) -> Response:
        """Return a file that this visitor sent; only a picture is shown in the page."""
        found = await self._database.read(lambda session: own_file_of(session, _address(visitor), number))
        if found is None or found.key is None:
            return Response(status_code=404)
        return FileResponse(
            self._files.path(found.key),
            media_type=found.media_type,
            filename=found.name or f"{found.kind}-{found.id}",
            content_disposition_type="inline" if found.is_image else "attachment",
            headers=files.headers(),
        )

    async def take(
        self, request: Request, event: Callable[[Visitor], Awaitable[RawEvent | None]], language: str, *, embedded: bool
    ) -> Response:
        """Store the visitor's action, then show the conversation; without scripts after a short wait for the reply."""
        visitor, by_script = self.visitors.of(request), request.headers.get("hx-request") == "true"
        try:
            stored = await self.store(request, visitor, event)
        except NotTakenError as error:
            return await self._not_taken(request, language, error, embedded=embedded)
        if by_script:
            answer = await self.thread(visitor, language, embedded=embedded)
            if stored:
                answer.headers[STORED] = "yes"
            return answer
        return await self.show_reply(visitor, language, embedded=embedded)

    async def show_reply(self, visitor: Visitor, language: str, *, embedded: bool = False) -> Response:
        """Redirect to the conversation, after a short wait for the reply."""
        await self._reply(visitor)
        inside = "&embedded=true" if embedded else ""
        return RedirectResponse(f"/help/chat?lang={language}{inside}#latest", 303)

    async def refuse(self, request: Request, problem: str) -> Response:
        """Answer a form whose body was not read."""
        language = self.frame.language(request, request.query_params.get("lang", ""))
        embedded = request.query_params.get("embedded") == "true"
        return await self._not_taken(request, language, NotTakenError(problem), embedded=embedded)

    async def _not_taken(self, request: Request, language: str, error: NotTakenError, *, embedded: bool) -> Response:
        """Report the reason: to the page's script as one sentence, else on the page with the visitor's text."""
        problem, status = error.problem, PROBLEMS[error.problem]
        if request.headers.get("hx-request") == "true":
            told = {PROBLEM: problem}
            return self.frame.answer(
                "problem.html", language, status=status, headers=told, problem=problem, limits=self.limits
            )
        visitor = self.visitors.of(request)
        return await self.page(visitor, language, error.text, embedded=embedded, problem=problem, status=status)

    def events(self, request: Request, visitor: Visitor) -> Response:
        """Open an event stream that reports each change of the conversation."""
        places = {f"visitor {visitor.id}": _STREAMS, f"address {_host(request)}": STREAMS_PER_ADDRESS}
        if not visitor.known or not self._streams.take(places):
            return Response(status_code=204)  # stops the browser's reconnecting
        fresh = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        changes = self._changes(request, visitor)
        return HeldStream(changes, self._streams, places, media_type="text/event-stream", headers=fresh)

    async def close(self) -> None:
        """End every stream, so that the web server can stop."""
        self._closed.set()

    async def store(
        self, request: Request, visitor: Visitor, event: Callable[[Visitor], Awaitable[RawEvent | None]]
    ) -> bool:
        """Store the event; returns whether there was one. Raises NotTakenError if it was not stored."""
        if problem := self._problem(request, visitor):
            raise NotTakenError(problem, await self.uploads.text_of(request))
        made = await event(visitor)
        if made is None:
            return False
        try:
            await self._inlet.store([made])
        except Exception as error:  # the visitor has to know about any failure
            log.warning("what a visitor sent could not be stored: %s", type(error).__name__)
            raise NotTakenError("failed", str(made.payload.get("text", ""))) from error
        return True

    def _problem(self, request: Request, visitor: Visitor) -> str:
        """Return why the visitor's messages are refused now; "" if they are accepted."""
        if not same_site(request, self._origin):
            return "foreign"
        if not visitor.known:
            return "cookies"
        return "" if self._address_pace.allows(_host(request)) and self._visitor_pace.allows(visitor.id) else "pace"

    async def _reply(self, visitor: Visitor) -> None:
        """Wait a short time for the reply."""
        with self._bus.subscribe(web.TOPIC) as notes:
            loop = asyncio.get_running_loop()
            until = loop.time() + _PATIENCE
            while (left := until - loop.time()) > 0:
                held = await self._database.read(lambda session: load_talk(session, _address(visitor)))
                if not held.waiting and held.bubbles and not held.bubbles[-1].mine:
                    return
                await notes.next(min(left, _LOOK_EVERY / 4))

    async def _changes(self, request: Request, visitor: Visitor) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        said, beat_at = "", loop.time()
        with self._bus.subscribe(web.TOPIC) as notes:
            while not self._closed.is_set() and not await request.is_disconnected():
                mark = await self._database.read(lambda session: mark_of(session, _address(visitor)))
                if mark != said:
                    said, beat_at = mark, loop.time()
                    yield "event: changed\ndata: .\n\n"
                elif loop.time() - beat_at > _HEARTBEAT:
                    beat_at = loop.time()
                    yield ": still here\n\n"
                await self._news(notes, visitor)

    async def _news(self, notes: Subscription, visitor: Visitor) -> None:
        """Wait for a hint about the visitor, or for the next query."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _LOOK_EVERY
        while (left := until - loop.time()) > 0 and not self._closed.is_set():
            if await notes.next(left) == visitor.id:
                return


def _host(request: Request) -> str:
    return client_address(request.scope)


def _address(visitor: Visitor) -> Address:
    return Address(web.ACCOUNT, visitor.id)


def new_key() -> str:
    """Make the key of one message or press, which makes sending a form idempotent."""
    return secrets.token_urlsafe(12)
