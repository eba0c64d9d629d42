"""Code that the pages for anonymous callers share: the reader's language and the check of their forms."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response

from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.sessions.access import Access
from handoff.dashboard.sessions.security import Gate, changes_something, too_big
from handoff.dashboard.wording import Words
from infra.web.locale import preferred_language
from knowledge.languages import LANGUAGES

Refuse = Callable[[Request, str, int], Response]


class OpenPages:
    """Response builder for callers without a session."""

    def __init__(self, parts: DeskParts, pages: Pages, gate: Gate) -> None:
        self.parts = parts
        self.gate = gate
        self._pages = pages

    def words(self, request: Request) -> Words:
        accepted = request.headers.get("accept-language", "")
        return Words(preferred_language(accepted, self.parts.default_language, LANGUAGES))

    def answer(
        self,
        request: Request,
        template: str,
        status: int = 200,
        **values: Any,  # noqa: ANN401 - templates take any value
    ) -> Response:
        """Render a page with a form for an anonymous caller."""
        visitor = self.gate.stranger(request)
        response = self._pages.answer(template, self.words(request), status=status, visitor=visitor, **values)
        self.gate.remember_form(response, visitor)
        return response

    def refusal(self, request: Request, problem: str, status: int) -> Response:
        """Render a page that says why nothing was done."""
        return self.answer(request, "refused.html", status, problem=problem)

    def check(self, refuse: Refuse) -> Callable[[Request, Access], Coroutine[Any, Any, Response | None]]:
        """Build the check of a route class: only forms of our own pages; `refuse` renders the reason."""

        async def check(request: Request, access: Access) -> Response | None:
            words = self.words(request)
            if access is not Access.ANYONE:
                return refuse(request, words.t("There is no such page."), 404)
            if not changes_something(request):
                return None
            if too_big(request):
                return refuse(request, words.t("The request is too large for this page."), 413)
            if self.gate.same_site(request) and await self.gate.own_form(request, self.gate.stranger(request)):
                return None
            return refuse(request, words.t("This page was open for too long. Please try once more."), 403)

        return check
