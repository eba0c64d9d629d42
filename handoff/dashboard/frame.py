"""Code that every guarded page shares: the access check, the reader's language, and the complete page."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from handoff.dashboard import views
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.queue_board import Board
from handoff.dashboard.reply_box import Draft, Mode, blank, draft_in
from handoff.dashboard.sessions.security import Gate, Visitor, changes_something, too_big
from handoff.dashboard.suggestions import Suggestion, Suggestions
from handoff.dashboard.uploads import MOST
from handoff.dashboard.views import SHOWS, Place, ThreadView
from handoff.dashboard.wording import Words
from handoff.errors import TooLargeError
from handoff.people.agents import AgentView
from infra.storage.columns import LARGEST_ID
from infra.web.assets import ANSWER
from infra.web.locale import preferred_language
from knowledge.languages import LANGUAGES

_REFRESHES_AT_ONCE = 1
"""Lock that serialises live refreshes, so that the event loop handles other work between any two of them."""
WRITES = "write"
"""Query parameter of a ticket's address for the mode of an empty box, for browsers without scripts."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """Limits of one reply's files: their number and the size of each."""

    most: int
    megabytes: int


class Frame:
    """Response builder for one agent at one place of the desk."""

    def __init__(self, parts: DeskParts, pages: Pages, gate: Gate) -> None:
        self.parts = parts
        self._pages = pages
        self.gate = gate
        self._database = parts.database.for_pages()
        self._board = Board(parts, pages)
        self._suggestions = Suggestions(self._database, parts.library)
        self._refreshing = asyncio.Semaphore(_REFRESHES_AT_ONCE)

    async def check(self, request: Request) -> Response | None:
        """Admit agents only, and forms only from our own pages."""
        if changes_something(request) and too_big(request):
            return self._too_large(request)
        if changes_something(request) and not self.gate.same_site(request):
            return self._refusal(request)
        visitor = await self.gate.session(request)
        if visitor is None:
            return self._to_sign_in(request)
        request.state.visitor = visitor
        try:
            own = not changes_something(request) or await self.gate.own_form(request, visitor)
        except HTTPException:
            return self._too_large(request)
        return None if own else await self._stale_form(request)

    def visitor(self, request: Request) -> Visitor:
        visitor: Visitor = request.state.visitor
        return visitor

    def agent(self, request: Request) -> AgentView:
        agent = self.visitor(request).agent
        assert agent is not None, "the check lets in agents only"  # noqa: S101 - for the type checker
        return agent

    def words(self, request: Request) -> Words:
        return Words(
            preferred_language(request.headers.get("accept-language", ""), self.parts.default_language, LANGUAGES)
        )

    def place(self, request: Request, ticket_id: int | None = None) -> Place:
        """Read the agent's place from the address; invalid values mean the whole queue."""
        show, page = request.query_params.get("show", ""), request.query_params.get("page", "")
        number = int(page) if page.isdecimal() and len(page) < 6 else 1
        return Place(show if show in SHOWS else "all", max(number, 1), ticket_id)

    async def page(
        self,
        request: Request,
        place: Place,
        *,
        status: int = 200,
        problem: str = "",
        draft: Draft | None = None,
    ) -> Response:
        """Render the whole page: the queue and, if the place has one, the ticket."""
        agent, parts, now = self.agent(request), self.parts, self.parts.clock()
        ticket_id = place.ticket_id
        queue = await self._board.now(place, agent, self.words(request))
        thread = None
        if ticket_id is not None:
            thread = await self._database.read(
                lambda session: views.thread(session, parts.staff, ticket_id, agent, now)
            )
            if thread is None:
                status, problem = (
                    404,
                    problem or self.words(request).t("There is no question №{number}.", number=ticket_id),
                )
        return self.answer(
            request,
            "desk.html",
            status=status,
            place=place,
            queue=queue,
            thread=thread,
            near=await self._near(thread),
            problem=problem,
            draft=draft or blank(Mode.NOTE if request.query_params.get(WRITES) == Mode.NOTE else Mode.REPLY),
        )

    async def fragments(
        self,
        request: Request,
        place: Place,
        *,
        status: int = 200,
        problem: str = "",
        draft: Draft | None = None,
    ) -> Response:
        """Render the parts of the page that an action may have changed; the reply box only if `draft` is given.

        A live refresh contains no queue: pages are notified separately when it changes.
        """
        acted = changes_something(request)
        agent, parts, now, ticket_id = self.agent(request), self.parts, self.parts.clock(), place.ticket_id or 0
        queue = await self._board.now(place, agent, self.words(request)) if acted else None
        thread = await self._database.read(lambda session: views.thread(session, parts.staff, ticket_id, agent, now))
        if thread is None:
            return Response(status_code=404)
        return self.answer(
            request,
            "changed.html",
            status=status,
            part=True,
            place=place,
            queue=queue,
            thread=thread,
            near=await self._near(thread),
            problem=problem,
            draft=draft,
            acted=acted,
        )

    async def _near(self, thread: ThreadView | None) -> tuple[Suggestion, ...]:
        if thread is None or not thread.live:
            return ()
        return await self._suggestions.near(thread.ticket.question, thread.ticket.language)

    async def refreshed_queue(self, request: Request, place: Place) -> Response:
        """Render the list at `place`, for a page that was notified of a change."""
        async with self._refreshing:
            queue = await self._board.refresh(place, self.agent(request), self.words(request))
            return self.answer(request, "queue_fragment.html", part=True, place=place, queue=queue)

    async def refreshed_thread(self, request: Request, place: Place) -> Response:
        """Render the ticket at `place`, for a page that was notified of a change."""
        async with self._refreshing:
            return await self.fragments(request, place)

    def answer(
        self, request: Request, template: str, *, status: int = 200, part: bool = False, **values: object
    ) -> Response:
        return self._pages.answer(
            template,
            self.words(request),
            status=status,
            part=part,
            visitor=self.visitor(request),
            attachments=Attachments(MOST, self.parts.attachment_mb),
            degraded=self.parts.bus.degraded,
            named=self.parts.desk.agents_named,
            **values,
        )

    def _to_sign_in(self, request: Request) -> Response:
        if by_script(request) or request.url.path == "/desk/events":
            return Response(status_code=401)  # the page reports it itself and keeps what is typed
        if changes_something(request):
            return RedirectResponse("/desk/login", 303)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk/login?{urlencode({'next': path})}", 303)

    def nonsense(self, request: Request) -> Response:
        """Respond to an address or a form that none of our pages produces."""
        words = self.words(request)
        return self._pages.answer("refused.html", words, status=404, problem=words.t("There is no such page."))

    def says(self, request: Request, problem: str, status: int = 200) -> Response:
        """Respond with a sentence for the page's script to show."""
        return self.answer(request, "says.html", status=status, part=True, problem=problem)

    def _refusal(self, request: Request) -> Response:
        problem = self.words(request).t("This request did not come from a page of the desk.")
        return self._pages.answer("refused.html", self.words(request), status=403, problem=problem)

    def _too_large(self, request: Request) -> Response:
        words, error = self.words(request), TooLargeError(self.parts.attachment_mb, MOST)
        return self._pages.answer("refused.html", words, status=413, problem=words.problem(error))

    async def _stale_form(self, request: Request) -> Response:
        """Respond to a form whose token is not the session's: report it and keep the content of the box."""
        problem = self.words(request).t("This page was open for too long. Please try once more.")
        ticket, message = (str(request.path_params.get(name, "")) for name in ("ticket_id", "message_id"))
        draft = draft_in(await request.form(), int(message) if _is_number(message) else None)
        if draft is None or not _is_number(ticket):
            return self._pages.answer("refused.html", self.words(request), status=403, problem=problem)
        place = self.place(request, int(ticket))
        answer = self.fragments if by_script(request) else self.page
        return await answer(request, place, status=403, problem=problem, draft=draft)


def goes_to(request: Request, url: str) -> Response:
    """Redirect the browser to `url`, also if a script sent the form."""
    if by_script(request):
        return Response(status_code=200, headers={"HX-Redirect": url, ANSWER: "redirect"})
    return RedirectResponse(url, 303)


def _is_number(text: str) -> bool:
    """Return whether a row may have this number."""
    return text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID


def by_script(request: Request) -> bool:
    """Return whether htmx requests fragments."""
    return request.headers.get("hx-request") == "true"
