"""The draft of a reply box: saved while the agent types, with its files, and read by the agent's other tabs."""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from handoff.dashboard.content.reply_box import ReplyDraft, draft_of
from handoff.dashboard.content.uploads import files_in, keep
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.live.events import OWN
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.sessions.security import guarded_route
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box, DraftView, Typing
from handoff.errors import DeskError, NotFoundError, TooLargeError
from handoff.models import DraftMode
from infra.bus import Bus
from infra.files import Kept
from infra.storage.columns import LARGEST_ID
from infra.web.assets import ANSWER

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
T = TypeVar("T")
_log = logging.getLogger(__name__)
_LONGEST_AGE = timedelta(days=7)
_TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """The files of a sent reply."""

    ids: tuple[int, ...]
    """Those of the draft."""
    files: tuple[tuple[str, Kept], ...]


async def take_files(frame: Frame, request: Request, box: Box, draft: ReplyDraft) -> TakenFiles:
    """Return the draft's files that a form names, and those that came with it.

    The latter are added to the draft first, so that a refusal of the form keeps them. Raises TooLargeError, and
    NotFoundError if a file was removed meanwhile.
    """
    parts, form = frame.parts, await request.form()
    uploaded = await keep(parts.files, parts.attachment_mb, await files_in(request))
    texts = [value for value in form.getlist("kept") if isinstance(value, str)]
    named = [int(text) for text in texts if text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_ID]

    def read(session: Session) -> tuple[tuple[str, Kept], ...]:
        known = drafts.is_sent(session, box, draft.key, draft.text)
        return () if known else tuple(drafts.files_of(session, box, ids))

    ids = (*named, *await _add_to_draft(parts, box, draft, uploaded))
    return TakenFiles(ids, await parts.database.read(read) if ids else tuple(uploaded))


async def _add_to_draft(
    parts: DeskParts, box: Box, draft: ReplyDraft, uploaded: Sequence[tuple[str, Kept]]
) -> list[int]:
    """Return the ids of the added files; a repeated form, or a database that is away, adds nothing."""

    def work(session: Session) -> list[int]:
        if drafts.is_sent(session, box, draft.key, draft.text):
            return []
        return [drafts.add_file(session, box, draft.key, one, parts.attachment_mb) for one in uploaded]

    try:
        return await parts.database.write(work) if uploaded else []
    except (NotFoundError, SQLAlchemyError):
        return []


def draft_answer(
    frame: Frame, request: Request, kept: DraftView | None, problem: str = "", status: int = 200
) -> Response:
    """Tell the page's script what is kept."""
    view, words = kept or DraftView(DraftMode.REPLY, "", str(uuid.uuid4()), ""), frame.words(request)
    files = [{"id": file.id, "name": file.name, "size": words.size(file.size)} for file in view.files]
    return JSONResponse(
        asdict(view) | {"files": files, "problem": problem},
        status,
        {"Cache-Control": "no-store", ANSWER: "draft"},
    )


def _number(digits: str) -> int:
    """Read milliseconds from a form; 0 for anything else, or for more than a browser's clock can show."""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 15 else 0


def notify_own_pages(bus: Bus, box: Box, kept: DraftView | None) -> None:
    """Tell the agent's other pages which version is kept."""
    bus.publish(OWN, f"{box.agent_id} draft-{box.ticket_id}-{kept.version if kept else ''}")


def draft_routes(frame: Frame) -> APIRouter:
    """Register the routes of a ticket's draft; each serves only the agent's own."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    def box_in(request: Request, ticket_id: int) -> Box:
        return Box(frame.agent(request).id, ticket_id)

    answer, notify = partial(draft_answer, frame), partial(notify_own_pages, parts.bus)

    async def write(work: Callable[[Session], T]) -> T:
        """Write as the database does; a failure is logged without the words that its error holds."""
        try:
            return await parts.database.write(work)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("a draft could not be kept: %s", type(error).__name__)
            raise HTTPException(503) from None

    @router.get("/desk/tickets/{ticket_id}/draft")
    async def kept_draft(request: Request, ticket_id: Id) -> Response:
        box = box_in(request, ticket_id)
        return answer(request, await parts.database.read(lambda session: drafts.find(session, box)))

    @router.post("/desk/tickets/{ticket_id}/draft")
    async def save_draft(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        version: Annotated[str, Form()] = "",
        age: Annotated[str, Form()] = "",
        browser: Annotated[str, Form()] = "",
    ) -> Response:
        """Keep what the page shows.

        `age` is the time since it was typed, in milliseconds; `browser` the time at which it was, by the clock of the
        browser, a space, and a random name of the browser.
        """
        box, draft = box_in(request, ticket_id), draft_of(text, key, kind)
        if draft.mode is None or len(text) > _TEXT_LIMIT:
            return frame.nonsense(request)
        past = timedelta(milliseconds=_number(age))
        moment, _, name = browser.partition(" ")
        at = parts.clock() - min(past, _LONGEST_AGE)
        typed = Typing(draft.mode, text, draft.key, version, at, name[:36] if _number(moment) else "", _number(moment))
        try:
            kept = await write(lambda session: drafts.save(session, box, typed))
        except NotFoundError:
            return frame.nonsense(request)
        notify(box, kept)
        return answer(request, kept)

    @router.post("/desk/tickets/{ticket_id}/draft/files")
    async def add_files(request: Request, ticket_id: Id, key: Annotated[str, Form()] = "") -> Response:
        """Store files as soon as they are chosen."""
        box, problem, status = box_in(request, ticket_id), "", 200

        def work(session: Session) -> None:
            for one in uploaded:
                drafts.add_file(session, box, draft_of("", key, "").key, one, parts.attachment_mb)

        try:
            uploaded = await keep(parts.files, parts.attachment_mb, await files_in(request))
            await write(work)
        except DeskError as error:
            problem, status = frame.words(request).problem(error), 413 if isinstance(error, TooLargeError) else 404
        kept = await parts.database.read(lambda session: drafts.find(session, box))
        notify(box, kept)
        return answer(request, kept, problem, status)

    @router.post("/desk/tickets/{ticket_id}/draft/files/{file_id}/remove")
    async def remove_file(
        request: Request,
        ticket_id: Id,
        file_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
    ) -> Response:
        box = box_in(request, ticket_id)
        kept = await write(lambda session: drafts.remove_file(session, box, file_id))
        notify(box, kept)
        if by_script(request):
            return answer(request, kept)
        return await frame.page(request, frame.place(request, ticket_id), draft=draft_of(text, key, kind))

    return router
