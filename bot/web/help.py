"""The help page: the published knowledge base in a browser, with or without scripts."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from bot.web.page_frame import QUESTION_LENGTH, HelpFrame
from infra.clock import Clock, utc_now
from infra.database import Database
from infra.storage.columns import LARGEST_ID
from infra.web.assets import ANSWER
from infra.web.body_limits import client_address
from infra.web.slots import Slots
from infra.web.throttle import Throttle
from knowledge.entries.repository import (
    EntryFilter,
    EntryView,
    categories,
    entries,
    entries_by_id,
    entry,
    entry_named,
    search_words,
)
from knowledge.languages import LANGUAGES
from knowledge.live.library import Library
from knowledge.matching import keep_plausible

SEARCHES_PER_ADDRESS = 240
"""Searches per minute: typing causes two or three a second, and a whole school may share one address."""
_AT_ONCE_PER_ADDRESS, _AT_ONCE = 8, 32
_RESULTS = 8
_OFTEN = 5
_SHELF = 100
_WORTH_SHOWING = 0.1
"""Confidence below which an entry is shown only if it contains the words themselves."""

Question = Annotated[str, Query(max_length=QUESTION_LENGTH)]
Language = Annotated[str, Query(max_length=16)]


@dataclass(frozen=True, slots=True)
class HelpParts:
    """Dependencies of the help page."""

    database: Database
    library: Library
    frame: HelpFrame
    clock: Clock = utc_now


def help_router(parts: HelpParts) -> APIRouter:
    """Build the routes of `/help`. The app that includes them also needs the `SecurityHeaders` middleware."""
    help_page, frame, router = HelpPage(parts), parts.frame, APIRouter(include_in_schema=False)

    @router.get("/help")
    async def home(request: Request, q: Question = "", lang: Language = "") -> Response:
        return await help_page.home(request, frame.language(request, lang), q.strip())

    @router.get("/help/search")
    async def search(request: Request, q: Question = "", lang: Language = "") -> Response:
        return await help_page.results(request, frame.language(request, lang), q.strip())

    @router.get("/help/c/{category}")
    async def shelf(
        request: Request,
        category: str,
        lang: Language = "",
        page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    ) -> Response:
        return await help_page.shelf(frame.language(request, lang), "" if category == "-" else category, page)

    @router.get("/help/e/{name}")
    async def entry_page(request: Request, name: str, lang: Language = "", voted: Language = "") -> Response:
        return await help_page.entry(frame.language(request, lang), name, asked=lang, voted=voted)

    @router.get("/help/static/{name}")
    async def file(request: Request, name: str) -> Response:
        return frame.assets.answer(request, name)

    return router


class HelpPage:
    """The handlers of the pages."""

    def __init__(self, parts: HelpParts) -> None:
        self._parts = parts
        self._answer = parts.frame.answer
        self._pace = Throttle(SEARCHES_PER_ADDRESS, parts.clock)
        self._searching = Slots()

    async def home(self, request: Request, language: str, question: str) -> Response:
        shelves = await self._parts.database.read(lambda session: categories(session, language))
        often = await self._parts.database.read(
            lambda session: entries(session, EntryFilter(lang=language), order="asked", size=_OFTEN).items
        )
        found = await self._searched(request, language, question)
        status = 200 if found is not None else 429
        return self._answer(
            "home.html", language, status=status, question=question, shelves=shelves, often=often, found=found
        )

    async def results(self, request: Request, language: str, question: str) -> Response:
        found = await self._searched(request, language, question)
        answer = self._answer(
            "results.html", language, status=200 if found is not None else 429, question=question, found=found
        )
        answer.headers[ANSWER] = "results"
        return answer

    async def shelf(self, language: str, category: str, page: int) -> Response:
        found = await self._parts.database.read(
            lambda session: entries(session, EntryFilter(category, language), page=page, size=_SHELF)
        )
        shelves = await self._parts.database.read(lambda session: categories(session, language))
        shelf = next((shelf for shelf in shelves if shelf.key == category), None)
        if shelf is None:
            return self._missing(language)
        return self._answer("shelf.html", language, shelf=shelf, page=found)

    async def entry(self, language: str, name: str, *, asked: str, voted: str = "") -> Response:
        view, others, near = await self._parts.database.read(lambda session: _look_up(session, name, language, asked))
        if view is None:
            return self._missing(language)
        shown_in = view.lang if view.lang in LANGUAGES else language
        return self._answer("entry.html", shown_in, view=view, others=others, near=near, voted=voted)

    async def _searched(self, request: Request, language: str, question: str) -> tuple[EntryView, ...] | None:
        """Search; returns None if the address exceeds its limit, or too many searches run at once."""
        if not question:
            return ()
        address = client_address(request.scope)
        places = {f"address {address}": _AT_ONCE_PER_ADDRESS, "all": _AT_ONCE}
        if not self._searching.take(places):
            return None
        try:
            return await self._search(language, question) if self._pace.allows(address) else None
        finally:
            self._searching.release(places)

    async def _search(self, language: str, question: str) -> tuple[EntryView, ...]:
        """Return candidate entries, best first: the matcher's candidates, then entries that contain the words."""
        if not question:
            return ()
        match = await asyncio.to_thread(
            self._parts.library.matcher.match, question, languages=(language,), limit=_RESULTS, rivals=True
        )
        ids = [found.entry_id for found in keep_plausible(match.candidates) if found.confidence >= _WORTH_SHOWING]

        def read(session: Session) -> tuple[EntryView, ...]:
            known = entries_by_id(session, ids)
            likely = [known[number] for number in ids if number in known and known[number].status == "published"]
            also = search_words(session, question, language, _RESULTS) if len(likely) < _RESULTS else ()
            by_key: dict[str, EntryView] = {}
            for view in (*likely, *also):
                if view.key not in by_key or (view.lang == language != by_key[view.key].lang):
                    by_key[view.key] = view
            return tuple(by_key.values())[:_RESULTS]

        return await self._parts.database.read(read)

    def _missing(self, language: str) -> Response:
        return self._answer("missing.html", language, status=404)


def _look_up(
    session: Session, name: str, language: str, asked: str
) -> tuple[EntryView | None, dict[str, EntryView], tuple[EntryView, ...]]:
    """Return the entry, its translations, and its neighbours in the category.

    An id denotes one language, which only a language in the address overrides; a key denotes the entry in the reader's
    language, or in any that exists.
    """
    view = entry(session, int(name)) if name.isdecimal() and len(name) < 19 and int(name) <= LARGEST_ID else None
    by_id = view is not None and view.status == "published"
    key = view.key if view is not None and by_id else name
    found = ((code, entry_named(session, key, code)) for code in LANGUAGES)
    others = {code: other for code, other in found if other is not None and other.status == "published"}
    if not by_id or (asked and asked in others):
        view = others.get(language) or next(iter(others.values()), None)
    if view is None:
        return None, {}, ()
    shelf = entries(session, EntryFilter(view.category or "", view.lang), size=_OFTEN + 1).items
    return view, others, tuple(near for near in shelf if near.id != view.id)[:_OFTEN]
