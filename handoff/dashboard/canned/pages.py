"""Page on which agents write, change and delete canned responses."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy.orm import Session

from handoff.canned_responses import responses
from handoff.canned_responses.placeholders import NAMES, Values, placeholders_in
from handoff.canned_responses.responses import CannedDraft, CannedView
from handoff.dashboard.content.place import Place
from handoff.dashboard.content.uploads import files_in, keep
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import STATUS
from handoff.dashboard.wording import LANGUAGE_NAMES, Words
from handoff.errors import DeskError, EmptyTextError
from handoff.messages.rich_text import as_plain, from_agent
from handoff.words import duration
from infra.storage.columns import LARGEST_ID
from infra.wording import mark
from knowledge.languages import LANGUAGES

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
T = TypeVar("T")

EXAMPLE_NAME = {"ru": "Анна", "en": "Anna", "hu": "Anna"}
PLACEHOLDERS = {
    "name": mark("the contact's name"),
    "ticket": mark("the number of the question"),
    "agent": mark("your first name"),
    "wait": mark("the usual wait, as in “3 hours”"),
}


def canned_routes(frame: Frame) -> APIRouter:
    """Register the page and its forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    async def page(
        request: Request,
        draft: CannedDraft,
        *,
        response_id: int | None = None,
        problem: str = "",
        status: int = 200,
    ) -> Response:
        agent = frame.agent(request)
        found = await parts.database.for_pages().read(lambda session: responses.list_visible(session, agent.id))
        query = request.query_params.get("q", "")[:60]
        return frame.answer(
            request,
            "canned.html",
            status=status,
            place=Place(),
            groups=_groups(responses.search(found, query, frame.words(request).language), frame.words(request)),
            folders=sorted({view.folder for view in found if view.folder}),
            query=query,
            total=len(found),
            draft=draft,
            files=next((view.files for view in found if view.id == response_id), ()),
            response_id=response_id,
            editable=response_id is None or not draft.shared or responses.may_share(agent),
            may_share=responses.may_share(agent),
            done=request.query_params.get("done", ""),
            preview=_preview(draft.text, frame.words(request)),
            problem=problem,
            placeholders=PLACEHOLDERS,
            languages=LANGUAGE_NAMES,
            limits=(responses.TITLE_LENGTH, responses.FOLDER_LENGTH, responses.TEXT_LENGTH),
        )

    async def change(
        request: Request, draft: CannedDraft, response_id: int | None, work: Callable[[Session], T], done: str
    ) -> Response:
        """Do the work, add the files of the form, and show the page; on an error the typed text is kept."""
        agent, limit = frame.agent(request), parts.attachment_mb

        def whole(session: Session) -> T:
            found = work(session)
            if kept and isinstance(found, int):
                responses.add_files(session, found, agent, kept, limit)
            return found

        try:
            kept = await keep(parts.files, limit, await files_in(request))
            found = await parts.database.write(whole)
        except DeskError as error:
            words = frame.words(request)
            problem = words.t("Give it a title and a text.") if isinstance(error, EmptyTextError) else ""
            return await page(
                request,
                draft,
                response_id=response_id,
                problem=problem or words.problem(error),
                status=STATUS.get(type(error), 409),
            )
        where = f"/desk/canned/{found}" if isinstance(found, int) else "/desk/canned"
        return RedirectResponse(f"{where}?done={done}", 303)

    @router.get("/desk/canned")
    async def canned_page(request: Request) -> Response:
        language = frame.words(request).language
        return await page(
            request, CannedDraft("", "", language=language, shared=responses.may_share(frame.agent(request)))
        )

    @router.get("/desk/canned/{response_id}")
    async def canned_response(request: Request, response_id: Id) -> Response:
        agent_id = frame.agent(request).id
        found = await parts.database.read(lambda session: responses.find(session, response_id, agent_id))
        if found is None:
            problem = frame.words(request).t("There is no such canned response any more.")
            return await page(request, CannedDraft("", ""), problem=problem, status=404)
        return await page(request, _draft_of(found), response_id=response_id)

    @router.post("/desk/canned")
    async def create(
        request: Request,
        title: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
        folder: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
        shared: Annotated[str, Form()] = "",
    ) -> Response:
        agent, draft = frame.agent(request), CannedDraft(title, text, folder, language, bool(shared))
        return await change(
            request, draft, None, lambda session: responses.create(session, draft, agent, parts.clock()), "saved"
        )

    @router.post("/desk/canned/preview")
    async def preview(request: Request, text: Annotated[str, Form()] = "") -> Response:
        """Render the preview for the script."""
        words = frame.words(request)
        shown = _preview(text[: responses.TEXT_LENGTH], words)
        return frame.answer(request, "canned_preview.html", part=by_script(request), preview=shown)

    @router.post("/desk/canned/{response_id}")
    async def edit(
        request: Request,
        response_id: Id,
        title: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
        folder: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
        shared: Annotated[str, Form()] = "",
    ) -> Response:
        agent, draft = frame.agent(request), CannedDraft(title, text, folder, language, bool(shared))

        def work(session: Session) -> int:
            responses.edit(session, response_id, draft, agent, parts.clock())
            return response_id

        return await change(request, draft, response_id, work, "saved")

    @router.post("/desk/canned/{response_id}/files/{file_id}/remove")
    async def remove_file(
        request: Request,
        response_id: Id,
        file_id: Id,
        title: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
        folder: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
        shared: Annotated[str, Form()] = "",
    ) -> Response:
        """Remove a file; what else was typed in the form stays in it."""
        agent, draft = frame.agent(request), CannedDraft(title, text, folder, language, bool(shared))
        try:
            await parts.database.write(lambda session: responses.remove_file(session, response_id, file_id, agent))
        except DeskError as error:
            problem, status = frame.words(request).problem(error), STATUS.get(type(error), 409)
            return await page(request, draft, response_id=response_id, problem=problem, status=status)
        return await page(request, draft, response_id=response_id)

    @router.post("/desk/canned/{response_id}/delete")
    async def delete(request: Request, response_id: Id) -> Response:
        agent = frame.agent(request)

        def work(session: Session) -> None:
            responses.delete(session, response_id, agent)

        return await change(request, CannedDraft("", ""), None, work, "deleted")

    return router


def _groups(views: Sequence[CannedView], words: Words) -> list[tuple[str, list[CannedView]]]:
    """Return the responses under headings of folder and language; the agent's own language comes first."""
    order = {words.language: 0, "": 1}

    def place(view: CannedView) -> tuple[int, str, str]:
        return order.get(view.language, 2), view.language, view.folder.casefold()

    found = []
    for _, group in groupby(sorted(views, key=place), key=place):
        items = list(group)
        language = LANGUAGE_NAMES.get(items[0].language) or words.t("Any language")
        found.append((" · ".join(filter(None, (items[0].folder, language))), items))
    return found


def _draft_of(view: CannedView) -> CannedDraft:
    return CannedDraft(view.title, view.text, view.folder, view.language, view.shared)


def _preview(text: str, words: Words) -> Markup:
    """Return the text as a contact reads it, with example values; gaps that the agent fills in are marked."""
    language = words.language if words.language in LANGUAGES else "en"
    example = Values(
        name=EXAMPLE_NAME.get(language, "Anna"),
        ticket="482",
        agent="Maria",
        wait=duration(language, timedelta(hours=3)),
    )
    plain = as_plain(from_agent(example.fill(text.replace("\r\n", "\n"))))
    shown = Markup.escape(plain)
    for gap in placeholders_in(plain):
        if gap not in NAMES:
            shown = shown.replace(f"{{{gap}}}", Markup("<mark>{{{}}}</mark>").format(gap))
    return shown
