"""Actions on a ticket, and the response to them."""

import logging
from collections.abc import Callable
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.dashboard.frame import WRITES, Frame, by_script, goes_to
from handoff.dashboard.reply_box import Draft, Mode, blank
from handoff.dashboard.views import Place
from handoff.errors import ClosedError, DeskError, EmptyTextError, HeldError, KeyUsedError, NotFoundError, TooLargeError
from infra.wording import mark

_STATUS = {NotFoundError: 404, HeldError: 409, ClosedError: 409, EmptyTextError: 422, TooLargeError: 413}
FAILED = mark("The server could not do this just now. What you typed is still here: please try again in a minute.")
_log = logging.getLogger(__name__)
TEXT_LIMIT = 20_000
"""Longest reply or note in characters: five messages on a platform."""


async def act(
    frame: Frame,
    request: Request,
    ticket_id: int,
    work: Callable[[Session], object],
    draft: Draft | None = None,
    mode: Mode | None = None,
) -> Response:
    """Do the work and show its result; on any error the typed text is kept.

    With `mode`, a draft that states another one or none is refused: a note must not be mistaken for a reply.
    """
    place, problem, status = frame.place(request, ticket_id), "", 200
    corrected = draft is not None and draft.corrects is not None
    try:
        if draft is not None and mode is not None and draft.mode is not mode:
            problem = frame.words(request).t("Choose first: a reply to the contact, or a note for colleagues.")
            status = 422
        elif draft is not None and len(draft.text) > TEXT_LIMIT:
            problem = frame.words(request).t("The text is too long: {limit} characters at most.", limit=TEXT_LIMIT)
            status = 422
        else:
            await frame.parts.database.write(work)
            draft = draft and blank(draft.mode)
    except DeskError as error:
        if isinstance(error, KeyUsedError) and draft is not None:
            draft = replace(draft, key=blank(draft.mode).key)  # text typed now is another message
        problem, status = frame.words(request).problem(error), _STATUS.get(type(error), 409)
    except (SQLAlchemyError, OSError) as error:
        # The database is away or its disk is full: a long typed text must not be lost.
        _log.warning("an action at the desk failed: %s", type(error).__name__)
        problem, status = frame.words(request).t(FAILED), 503
    if by_script(request) and not problem and draft is not None and corrected:
        return goes_to(request, place.url(ticket_id))
    if by_script(request):
        return await frame.fragments(request, place, status=status, problem=problem, draft=draft)
    if problem:
        return await frame.page(request, place, status=status, problem=problem, draft=draft)
    return RedirectResponse(_after(place, draft), 303)


def _after(place: Place, draft: Draft | None) -> str:
    """Return the ticket's address; after a note it contains the mode, because the next text is probably a note too."""
    url = place.url(place.ticket_id)
    if draft is None or draft.mode is not Mode.NOTE:
        return url
    return f"{url}{'&' if '?' in url else '?'}{WRITES}={Mode.NOTE}"
