"""The visitor's page "My questions": questions to agents, the private link, data export and erasure."""

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from bot.channels.web import channel as web
from bot.web.chat.visitors import Visitor, Visitors
from bot.web.page_frame import HelpFrame
from handoff.messages.content_sentences import question_words
from handoff.messages.threads import Line, thread
from handoff.messages.values import Address
from handoff.models import MessageKind
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import Forgotten, contact_at, forget
from handoff.people.private_links import LinkRules, link_of, open_link, replace_link
from handoff.tickets import queue
from handoff.tickets.queue import TicketPage, TicketView
from handoff.words import WORDS
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from infra.web.security import origin_of, same_site

log = logging.getLogger(__name__)

_PAGE = 20
_PRIVATE = {"Cache-Control": "no-store"}
"""Headers of pages with the private link: they are not cached; `SecurityHeaders` hides addresses from other sites.

`no-referrer` is not used: with it a browser hides a form's origin from us too, and every form would look foreign.
"""
Language = Annotated[str, Query(max_length=16)]
Token = Annotated[str, Form(max_length=64)]


@dataclass(frozen=True, slots=True)
class OwnParts:
    """Dependencies of the pages."""

    database: Database
    files: FileStore
    clock: Clock
    frame: HelpFrame
    visitors: Visitors
    public_url: str | None
    link_rules: LinkRules


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its messages."""

    ticket: TicketView
    said: tuple[Line, ...]
    news: bool
    """An agent has written since the visitor last read it in the chat or added to it."""


def own_router(parts: OwnParts) -> APIRouter:
    """Build the routes of `/help/my` and of the private link that leads to it."""
    own, router = OwnPages(parts), APIRouter(include_in_schema=False)

    @router.get("/help/my")
    async def questions(
        request: Request, lang: Language = "", page: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> Response:
        return await own.questions(request, parts.frame.language(request, lang), page)

    @router.get("/help/my/k/{secret}")
    async def come_back(request: Request, secret: str, lang: Language = "") -> Response:
        return await own.come_back(request, parts.frame.language(request, lang), secret)

    @router.post("/help/my/k/{secret}")
    async def take_over(request: Request, secret: str, csrf: Token = "", lang: Language = "") -> Response:
        return await own.take_over(request, parts.frame.language(request, lang), secret, csrf)

    @router.post("/help/my/link")
    async def new_link(request: Request, csrf: Token = "", lang: Language = "") -> Response:
        return await own.replace_link(request, parts.frame.language(request, lang), csrf)

    @router.get("/help/my/archive.zip")
    async def copy(request: Request) -> Response:
        return await own.copy(request)

    @router.post("/help/my/forget")
    async def forget_all(
        request: Request, sure: Annotated[str, Form(max_length=8)] = "", csrf: Token = "", lang: Language = ""
    ) -> Response:
        return await own.forget_all(request, parts.frame.language(request, lang), csrf, sure=sure == "yes")

    return router


class OwnPages:
    """The handlers of the pages."""

    def __init__(self, parts: OwnParts) -> None:
        self._parts = parts
        self._origin = origin_of(parts.public_url) if parts.public_url else None

    async def questions(self, request: Request, language: str, page: int) -> Response:
        visitor, now = self._parts.visitors.of(request), self._parts.clock()

        def read(session: Session) -> tuple[TicketPage, tuple[Line, ...], frozenset[int]] | None:
            contact = contact_at(session, _address(visitor))
            if contact is None:
                return None
            mine = queue.list_own(session, contact, now, page=page, size=_PAGE)
            return mine, thread(session, contact), queue.news(session, [ticket.id for ticket in mine.items])

        found = await self._parts.database.read(read)
        token = await self._parts.database.write(lambda session: self._link(session, visitor)) if found else ""
        tickets, lines, news = found or (TicketPage((), 0), (), frozenset())
        base = (self._parts.public_url or str(request.base_url)).rstrip("/")
        return self._parts.frame.answer(
            "my.html",
            language,
            headers=_PRIVATE,
            asked=[
                Asked(_named(ticket, language), _said(lines, ticket), ticket.id in news) for ticket in tickets.items
            ],
            link=f"{base}/help/my/k/{token}" if token else "",
            csrf=visitor.form_token,
            link_days=self._parts.link_rules.days,
            page=page,
            pages=max(1, -(-tickets.total // _PAGE)),
        )

    async def come_back(self, request: Request, language: str, token: str) -> Response:
        """Open a private link after asking: with another's link a visitor would write into another's conversation."""
        secret = await self._parts.database.read(lambda session: self._opened(session, token, use=False))
        if secret is None:
            return self._parts.frame.answer("link_expired.html", language, status=410, headers=_PRIVATE)
        visitor = self._parts.visitors.of(request)
        if secret == visitor.secret:
            return RedirectResponse("/help/my", 303, _PRIVATE)
        page = self._parts.frame.answer(
            "come_back.html", language, headers=_PRIVATE, secret=token, csrf=visitor.form_token
        )
        if not visitor.known:
            self._parts.visitors.remember(page, visitor)  # so that its form can be distinguished from another site's
        return page

    async def take_over(self, request: Request, language: str, token: str, csrf: str) -> Response:
        """Make the browser a browser of that visitor."""
        if not self._is_ours(request, csrf):
            return self._foreign(language)
        answer = RedirectResponse("/help/my", 303, _PRIVATE)
        secret = await self._parts.database.write(lambda session: self._opened(session, token, use=True))
        if secret is None:
            return self._parts.frame.answer("link_expired.html", language, status=410, headers=_PRIVATE)
        self._parts.visitors.remember(answer, Visitor(secret, known=True))
        return answer

    async def replace_link(self, request: Request, language: str, csrf: str) -> Response:
        """Create a new link for the visitor; the old one stops working."""
        if not self._is_ours(request, csrf):
            return self._foreign(language)
        visitor = self._parts.visitors.of(request)

        def work(session: Session) -> None:
            if contact_at(session, _address(visitor)) is not None:
                replace_link(session, _address(visitor), visitor.secret, self._parts.clock())

        await self._parts.database.write(work)
        return RedirectResponse("/help/my", 303, _PRIVATE)

    def _is_ours(self, request: Request, csrf: str) -> bool:
        return same_site(request, self._origin) and self._parts.visitors.of(request).is_own_form(csrf)

    def _foreign(self, language: str) -> Response:
        return self._parts.frame.answer("foreign.html", language, status=403, headers=_PRIVATE)

    def _link(self, session: Session, visitor: Visitor) -> str:
        return link_of(session, _address(visitor), visitor.secret, self._parts.clock(), self._parts.link_rules)

    def _opened(self, session: Session, token: str, *, use: bool) -> str | None:
        return open_link(session, token, self._parts.clock(), self._parts.link_rules, use=use)

    async def copy(self, request: Request) -> Response:
        """Return all data about the visitor."""
        visitor = self._parts.visitors.of(request)

        def read(session: Session) -> bytes | None:
            contact = contact_at(session, _address(visitor))
            return archive(session, contact) if contact is not None else None

        packed = await self._parts.database.read(read)
        if packed is None:
            return RedirectResponse("/help/my", 303)
        headers = {"Content-Disposition": 'attachment; filename="frontdesk.zip"', "Cache-Control": "no-store"}
        return Response(packed, media_type="application/zip", headers=headers)

    async def forget_all(self, request: Request, language: str, csrf: str, *, sure: bool) -> Response:
        """Ask for confirmation, then erase all data and the browser's cookie."""
        visitor = self._parts.visitors.of(request)
        if not self._is_ours(request, csrf):
            return self._foreign(language)
        if not sure:
            return self._parts.frame.answer(
                "forget.html", language, headers=_PRIVATE, done=False, csrf=visitor.form_token
            )

        def erase(session: Session) -> Forgotten | None:
            contact = contact_at(session, _address(visitor))
            return forget(session, contact, self._parts.clock) if contact is not None else None

        if forgotten := await self._parts.database.write(erase):
            for key in forgotten.files:
                self._parts.files.drop(key)
            await self._parts.database.purge()
            log.info("a visitor asked to be forgotten: %d rows were erased", forgotten.rows)
        answer = self._parts.frame.answer("forget.html", language, headers=_PRIVATE, done=True)
        self._parts.visitors.forget(answer)
        return answer


def _named(ticket: TicketView, language: str) -> TicketView:
    """Return the ticket; a question without words is named by its kind of content, in the visitor's language."""
    return replace(ticket, question=question_words(ticket.question, partial(WORDS.text, language)))


def _said(lines: tuple[Line, ...], ticket: TicketView) -> tuple[Line, ...]:
    """Return the messages of the visitor and the agents about the question."""
    return tuple(
        line
        for line in lines
        if line.ticket_id == ticket.id
        and line.text not in {"", ticket.question}
        and (line.kind is MessageKind.INCOMING or (line.kind is MessageKind.OUTGOING and line.by_agent))
    )


def _address(visitor: Visitor) -> Address:
    return Address(web.ACCOUNT, visitor.id)
