"""Actions on a ticket, and the response to them."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.dashboard.content.place import Place
from handoff.dashboard.content.reply_box import ReplyDraft, blank, mark_of
from handoff.dashboard.frame import WRITES, Frame, by_script, goes_to
from handoff.errors import (
    BadTagError,
    BadTimeError,
    ClosedError,
    DeskError,
    EmptyTextError,
    HeldError,
    KeyUsedError,
    NotAllowedError,
    NotFoundError,
    OversightsError,
    ReasonMissingError,
    TooLargeError,
    TooLongError,
    UnfilledPlaceholderError,
)
from handoff.messages.last_look import find_oversights
from handoff.models import DraftMode, Ticket
from infra.wording import mark

STATUS: Mapping[type[DeskError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    HeldError: 409,
    ClosedError: 409,
    EmptyTextError: 422,
    ReasonMissingError: 422,
    BadTimeError: 422,
    BadTagError: 422,
    TooLongError: 422,
    UnfilledPlaceholderError: 422,
    TooLargeError: 413,
}
FAILED = mark("The server could not do this just now. What you typed is still here: please try again in a minute.")
_log = logging.getLogger(__name__)
TEXT_LIMIT = 20_000
"""Longest reply or note in characters: five messages on a platform."""


async def act(
    frame: Frame,
    request: Request,
    ticket_id: int,
    work: Callable[[Session], object],
    draft: ReplyDraft | None = None,
    mode: DraftMode | None = None,
) -> Response:
    """Do the work in one transaction and show its result, as `perform` does."""

    async def run() -> str:
        await frame.parts.database.write(work)
        return ""

    return await perform(frame, request, ticket_id, run, draft, mode)


async def perform(
    frame: Frame,
    request: Request,
    ticket_id: int,
    run: Callable[[], Awaitable[str]],
    draft: ReplyDraft | None = None,
    mode: DraftMode | None = None,
) -> Response:
    """Run the action and show its result, with the sentence that it returns; on any error the typed text is kept.

    With `mode`, a draft that states another one or none is refused: a note must not be mistaken for a reply.
    """
    place, problem, notice, status = frame.place(request, ticket_id), "", "", 200
    corrected = draft is not None and draft.corrects is not None
    try:
        if draft is not None and mode is not None and draft.mode is not mode:
            problem = frame.words(request).t("Choose first: a reply to the contact, or a note for colleagues.")
            status = 422
        elif draft is not None and len(draft.text) > TEXT_LIMIT:
            problem = frame.words(request).t("The text is too long: {limit} characters at most.", limit=TEXT_LIMIT)
            status = 422
        else:
            notice = await run()
            draft = draft and blank(draft.mode)
    except OversightsError as error:
        draft, status = draft and replace(draft, oversights=error.oversights), 422
    except DeskError as error:
        if isinstance(error, KeyUsedError) and draft is not None:
            draft = replace(draft, key=blank(draft.mode).key)  # text typed now is another message
        problem, status = frame.words(request).problem(error), STATUS.get(type(error), 409)
    except (SQLAlchemyError, OSError) as error:
        # The database is away or its disk is full: a long typed text must not be lost.
        _log.warning("an action at the desk failed: %s", type(error).__name__)
        problem, status = frame.words(request).t(FAILED), 503
    if by_script(request) and not problem and draft is not None and corrected:
        return goes_to(request, place.url(ticket_id))
    if by_script(request):
        return await frame.fragments(request, place, status=status, problem=problem, draft=draft, notice=notice)
    if problem or notice or (draft is not None and draft.oversights):
        return await frame.page(request, place, status=status, problem=problem, draft=draft, notice=notice)
    return RedirectResponse(_after(place, draft), 303)


def require_looked_at(session: Session, *, ticket_id: int, text: str, seen: str) -> None:
    """Point out what the author of a reply may have overlooked, once for each text.

    Raises:
        OversightsError: there is something, and `seen` is not the mark of this text.
    """
    language = session.scalar(select(Ticket.language).where(Ticket.id == ticket_id)) or ""
    if seen != mark_of(text) and (oversights := find_oversights(text, language)):
        raise OversightsError(oversights)


def _after(place: Place, draft: ReplyDraft | None) -> str:
    """Return the ticket's address; after a note it contains the mode, because the next text is probably a note too."""
    url = place.url(place.ticket_id)
    if draft is None or draft.mode is not DraftMode.NOTE:
        return url
    return f"{url}{'&' if '?' in url else '?'}{WRITES}={DraftMode.NOTE}"
