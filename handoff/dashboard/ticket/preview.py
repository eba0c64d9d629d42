"""Preview of a reply: what the contact would get, from the code that delivers it."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.dashboard.content.reply_box import draft_of
from handoff.dashboard.content.reply_preview import ReplyPreview, preview_reply
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.ticket.actions import STATUS, TEXT_LIMIT
from handoff.dashboard.ticket.drafts import take_files
from handoff.drafts import repository as drafts
from handoff.drafts.repository import Box
from handoff.errors import DeskError
from handoff.formatting.channel_formats import EVERY_FORMAT
from handoff.models import DraftMode
from handoff.tickets import queue
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def preview_routes(frame: Frame) -> APIRouter:
    """Register the route of the form and of the script; both leave the ticket as it is."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    def read(session: Session, box: Box, text: str) -> ReplyPreview | None:
        ticket = queue.ticket(session, box.ticket_id, parts.clock())
        if ticket is None:
            return None
        kept = drafts.find(session, box)
        names = [file.name for file in kept.files] if kept else []
        formats = parts.channel_formats.get(ticket.channel.partition(":")[0], EVERY_FORMAT)
        sent = parts.desk.preview(session, box.ticket_id, box.agent_id, text, with_files=bool(names))
        return preview_reply(sent, ticket.channel, formats, names)

    @router.post("/desk/tickets/{ticket_id}/preview")
    async def preview(
        request: Request,
        ticket_id: Id,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        corrects: Annotated[str, Form()] = "",
    ) -> Response:
        """Render the preview; files that came with the form join the draft, so that the page shows them again."""
        draft, box = draft_of(text, key, kind), Box(frame.agent(request).id, ticket_id)
        if corrects.isdecimal() and len(corrects) < 18:
            draft = replace(draft, corrects=int(corrects), mode=DraftMode.REPLY)
        words, shown, problem, status = frame.words(request), None, "", 200
        try:
            if len(text) > TEXT_LIMIT:
                problem, status = words.t("The text is too long: {limit} characters at most.", limit=TEXT_LIMIT), 422
            else:
                if not by_script(request):
                    await take_files(frame, request, box, draft)
                shown = await parts.database.read(lambda session: read(session, box, text))
        except DeskError as error:
            problem, status = words.problem(error), STATUS.get(type(error), 409)
        if by_script(request):
            return frame.answer(request, "preview.html", part=True, preview=shown, problem=problem)
        place = frame.place(request, ticket_id)
        return await frame.page(request, place, status=status, problem=problem, draft=replace(draft, preview=shown))

    return router
