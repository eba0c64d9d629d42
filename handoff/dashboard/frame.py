"""Code that every guarded page shares: the access check, the reader's language, and the complete page."""

import asyncio
import logging
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from handoff.dashboard.content import views
from handoff.dashboard.content.canned_choices import CannedChoices, offer_choices
from handoff.dashboard.content.place import Place, read_place
from handoff.dashboard.content.queue_board import Board
from handoff.dashboard.content.reply_box import ReplyDraft, box_of, draft_in
from handoff.dashboard.content.similar import Similar, SimilarFinder
from handoff.dashboard.content.snooze_times import offer_times, zone_of
from handoff.dashboard.content.suggestions import Suggestion, Suggestions
from handoff.dashboard.content.uploads import MOST
from handoff.dashboard.content.views import QueueView, ThreadView
from handoff.dashboard.live.presence import Present
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.sessions.access import Access
from handoff.dashboard.sessions.security import Caller, Gate, changes_something, too_big
from handoff.dashboard.wording import Words
from handoff.errors import TooLargeError
from handoff.lists.unread import count_unread, mark_seen
from handoff.models import DraftMode
from handoff.people.agents import AgentView
from infra.storage.columns import LARGEST_ID
from infra.web.assets import ANSWER
from infra.web.locale import preferred_language
from knowledge.languages import LANGUAGES

_REFRESHES_AT_ONCE = 1
"""Lock that serialises live refreshes, so that the event loop handles other work between any two of them."""
WRITES = "write"
"""Query parameter of a ticket's address for the mode of an empty box, for browsers without scripts."""

SIMILAR = "similar"
"""Query parameter of a ticket's address that shows similar questions, for browsers without scripts."""

_log = logging.getLogger(__name__)


STAYS = "frontdesk_stay"
"""Cookie of a browser in which a solved ticket stays open, instead of the next one."""


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
        self.similar = SimilarFinder(self._database, parts.clock)
        self._suggestions = Suggestions(self._database, parts.library)
        self._refreshing = asyncio.Semaphore(_REFRESHES_AT_ONCE)

    async def check(self, request: Request, access: Access) -> Response | None:
        """Admit agents whose role has this access, and forms only from our own pages."""
        if changes_something(request) and too_big(request):
            return self._too_large(request)
        if changes_something(request) and not self.gate.same_site(request):
            return self._refusal(request)
        visitor = await self.gate.session(request)
        if visitor is None:
            return self._to_sign_in(request)
        request.state.visitor = visitor
        if not access.admits(self.agent(request).role):
            return self._forbidden(request, access)
        try:
            own = not changes_something(request) or await self.gate.own_form(request, visitor)
        except HTTPException:
            return self._too_large(request)
        return None if own else await self._stale_form(request)

    def visitor(self, request: Request) -> Caller:
        visitor: Caller = request.state.visitor
        return visitor

    def agent(self, request: Request) -> AgentView:
        agent = self.visitor(request).agent
        assert agent is not None, "the check lets in agents only"  # noqa: S101 - for the type checker
        return agent

    def words(self, request: Request) -> Words:
        visitor: Caller | None = getattr(request.state, "visitor", None)
        chosen = visitor.agent.language if visitor and visitor.agent else None
        accepted = request.headers.get("accept-language", "")
        return Words(chosen or preferred_language(accepted, self.parts.default_language, LANGUAGES))

    def place(self, request: Request, ticket_id: int | None = None) -> Place:
        """Read the agent's place from the address."""
        return read_place(request, ticket_id)

    async def page(
        self,
        request: Request,
        place: Place,
        *,
        status: int = 200,
        problem: str = "",
        draft: ReplyDraft | None = None,
        notice: str = "",
    ) -> Response:
        """Render the page: the queue and, if the place has one, the ticket; for a script the part beside the queue."""
        agent, parts, now = self.agent(request), self.parts, self.parts.clock()
        ticket_id, beside = place.ticket_id, by_script(request)
        thread = None
        if ticket_id is not None:
            before = _number_in(request, "lines_before")
            thread = await self._thread(request, ticket_id, before)
            if thread is None:
                status, problem = (
                    404,
                    problem or self.words(request).t("There is no question #{number}.", number=ticket_id),
                )
            else:
                await self._mark_seen(agent, thread)
        language, whole = self.words(request).language, dict[str, object]()
        if not beside:
            whole["queue"] = await self._board.now(place, agent, self.words(request))
            whole["choices"] = await self._database.read(
                lambda session: views.filter_choices(session, parts.staff, language)
            )
        return self.answer(
            request,
            "opened.html" if beside else "desk.html",
            status=status,
            part=beside,
            place=place,
            thread=thread,
            near=await self._near(thread),
            canned=await self._canned(request, thread),
            unread=await self._database.read(
                lambda session: count_unread(session, agent.id, now, besides=place.ticket_id)
            ),
            similar=await self._similar(request, thread),
            problem=problem,
            notice=notice,
            just_solved=_number_in(request, "closed"),
            draft=draft or box_of(thread.kept if thread else None, _mode_in(request)),
            **whole,
        )

    async def fragments(
        self,
        request: Request,
        place: Place,
        *,
        status: int = 200,
        problem: str = "",
        draft: ReplyDraft | None = None,
        notice: str = "",
    ) -> Response:
        """Render the parts of the page that an action may have changed; the reply box only if `draft` is given.

        A new box has no canned responses: the page keeps the list that it has.

        What the box sent changes nothing about the contact, and like a live refresh it needs no queue: pages are
        notified separately when that changes.
        """
        acted, wrote = changes_something(request), draft is not None
        agent, ticket_id = self.agent(request), place.ticket_id or 0
        queue = await self.list_at(request, place) if acted and not wrote else None
        thread = await self._thread(request, ticket_id, with_card=not wrote)
        if thread is None:
            return Response(status_code=404)
        await self._mark_seen(agent, thread)
        return self.answer(
            request,
            "changed.html",
            status=status,
            part=True,
            place=place,
            queue=queue,
            thread=thread,
            near=await self._near(thread),
            canned=None,
            problem=problem,
            notice=notice,
            draft=draft,
            acted=acted,
        )

    async def _canned(self, request: Request, thread: ThreadView | None) -> CannedChoices | None:
        if thread is None:
            return None
        agent_id, language = self.agent(request).id, thread.ticket.language
        return await self._database.read(lambda session: offer_choices(session, agent_id, language))

    async def _similar(self, request: Request, thread: ThreadView | None) -> Similar | None:
        """Return what the page shows of similar questions by itself: only browsers without scripts ask for it."""
        if thread is None or SIMILAR not in request.query_params:
            return None
        return await self.similar.find(thread.ticket)

    def shown_name(self, agent: AgentView) -> str:
        """Return the agent's name as contacts see it; empty if they see none."""
        return agent.name if self.parts.desk.agents_named else ""

    async def list_at(self, request: Request, place: Place) -> QueueView:
        """Return the list at `place` as it is now."""
        return await self._board.now(place, self.agent(request), self.words(request))

    async def unread(self, request: Request) -> int:
        """Count the unread questions of the agent, for the title of a page in the background."""
        agent, now = self.agent(request), self.parts.clock()
        return await self._database.read(lambda session: count_unread(session, agent.id, now))

    async def _mark_seen(self, agent: AgentView, thread: ThreadView) -> None:
        """Record that the agent sees the thread; only visible pages fetch one."""
        ticket_id, last = thread.ticket.id, thread.page.last
        if thread.seen is not None and thread.seen >= last:
            return
        try:
            await self.parts.database.write(lambda session: mark_seen(session, agent.id, ticket_id, last))
        except SQLAlchemyError as error:  # the page is worth more than its mark
            _log.warning("a question could not be marked as seen: %s", type(error).__name__)

    async def queue(self, request: Request) -> QueueView:
        """Return the whole queue for the rail of a page that does not show it; up to a few seconds old."""
        return await self._board.refresh(Place(), self.agent(request), self.words(request))

    async def earlier(self, request: Request, place: Place) -> Response:
        """Render the lines before the one that the address names."""
        before = _number_in(request, "lines_before")
        thread = await self._thread(request, place.ticket_id or 0, before, with_card=False)
        if thread is None or before is None:
            return self.nonsense(request)
        return self.answer(request, "earlier.html", part=True, place=place, thread=thread)

    async def _thread(
        self, request: Request, ticket_id: int, before: int | None = None, *, with_card: bool = True
    ) -> ThreadView | None:
        agent, staff, now = self.agent(request), self.parts.staff, self.parts.clock()

        def read(session: Session) -> ThreadView | None:
            found = views.thread(session, staff, ticket_id, agent, now, before)
            return views.with_card(session, found) if found and with_card else found

        return await self._database.read(read)

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
            stays=STAYS in request.cookies,
            may_write_first=self.parts.may_write_first,
            first_text=getattr(request.state, "first_text", ""),
            snooze_times=offer_times(self.parts.clock(), zone_of(request)),
            present=self._others_at(request),
            deletable_for=self.parts.deletable_for,
            **values,
        )

    def _others_at(self, request: Request) -> tuple[Present, ...]:
        """Return the other agents at the ticket of the address."""
        number = str(request.path_params.get("ticket_id", ""))
        if not _is_number(number):
            return ()
        return self.parts.live.presence.at(int(number), besides=self.agent(request).id)

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
        return self.answer(request, "says.html", status=status, part=True, problem=problem, notice="")

    def _refusal(self, request: Request) -> Response:
        problem = self.words(request).t("This request did not come from a page of the desk.")
        return self._pages.answer("refused.html", self.words(request), status=403, problem=problem)

    def _forbidden(self, request: Request, access: Access) -> Response:
        words = self.words(request)
        sentences = {
            Access.LEAD: words.t("This is for leads and admins. Please ask one of them."),
            Access.ADMIN: words.t("This is for admins. Please ask one of them."),
        }
        problem = sentences.get(access) or words.t("There is no such page.")
        return self._pages.answer("refused.html", words, status=403, problem=problem)

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


def _number_in(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if _is_number(text) else None


def _mode_in(request: Request) -> DraftMode:
    return DraftMode.NOTE if request.query_params.get(WRITES) == DraftMode.NOTE else DraftMode.REPLY


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
