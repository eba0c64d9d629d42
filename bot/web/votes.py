"""Votes on an answer of the help page, with the reasons that the chat offers."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from bot.web.help import HelpParts
from handoff.messages import buttons
from handoff.messages.button_rules import QuestionButton
from infra.storage.columns import LARGEST_ID
from infra.web.body_limits import client_address
from infra.web.security import origin_of, same_site
from infra.web.throttle import Throttle
from knowledge.entries.repository import entry
from knowledge.quality.lookups import record_reading, settle_lookup

_VOTES = {vote.action: vote for vote in (buttons.Helped, buttons.Unclear, buttons.Disliked)}
VOTES_PER_ENTRY = 1
"""Votes per minute for an address and an entry; more are thanked for and not counted."""
_PER_ADDRESS = 20


def votes_router(parts: HelpParts, public_url: str | None) -> APIRouter:
    """Build the route of the votes. They carry no text, so an own page is proof enough and no cookie is set."""
    router, origin = APIRouter(include_in_schema=False), origin_of(public_url) if public_url else None
    per_entry, per_address = Throttle(VOTES_PER_ENTRY, parts.clock), Throttle(_PER_ADDRESS, parts.clock)

    @router.post("/help/e/{number}/votes")
    async def vote(
        request: Request, number: Annotated[int, Path(ge=1, le=LARGEST_ID)], vote: Annotated[buttons.Action, Form()]
    ) -> Response:
        if vote not in _VOTES:
            raise HTTPException(422)
        address = client_address(request.scope)
        if same_site(request, origin) and per_address.allows(address) and per_entry.allows(f"{address} {number}"):
            await parts.database.write(lambda session: count(session, number, _VOTES[vote]))
        return RedirectResponse(f"/help/e/{number}?voted={vote}#vote", 303)

    def count(session: Session, number: int, vote: type[QuestionButton]) -> None:
        view, outcome = entry(session, number), vote.rule.outcome
        if view is None or view.status != "published" or outcome is None:
            return
        lookup = record_reading(session, contact_id=None, entry=view, at=parts.clock())
        if vote is not buttons.Helped and buttons.NotHelped.rule.outcome is not None:
            settle_lookup(session, lookup, buttons.NotHelped.rule.outcome)
        settle_lookup(session, lookup, outcome)

    return router
