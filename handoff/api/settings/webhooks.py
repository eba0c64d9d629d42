"""Webhooks, for admins: register addresses that are notified of events, and look at what was sent to them."""

import logging
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent, Shown
from handoff.models import Role
from handoff.webhooks.models import CHOICES, DisabledReason, EventState, Problem, WebhookEvent
from handoff.webhooks.registry import LONGEST_URL, WebhookDraft, WebhookState
from infra.storage.columns import LARGEST_ID

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The address is not allowed, or no event is chosen."}
}
router = APIRouter(
    dependencies=[Depends(needs(Role.ADMIN))],
    responses={404: {"model": Refusal, "description": "There is no such webhook or event."}},
    tags=["webhooks"],
)

Chosen = Literal[
    "ticket.opened",
    "ticket.assigned",
    "ticket.unassigned",
    "message.received",
    "reply.delivered",
    "reply.failed",
    "ticket.resolved",
    "ticket.withdrawn",
    "ticket.reopened",
    "ticket.rated",
    "contact.erased",
]


class ChoicesIn(Sent):
    """What a webhook is notified of."""

    events: list[Chosen] = Field(min_length=1, max_length=len(CHOICES))
    with_texts: bool = Field(False, description="Whether questions and messages are included as texts.")


class WebhookIn(ChoicesIn):
    """A webhook to register."""

    url: str = Field(max_length=LONGEST_URL, description="An https address on the public internet.")


class WebhookOut(Shown):
    """A webhook."""

    id: int
    url: str
    events: list[WebhookEvent]
    with_texts: bool
    state: WebhookState
    created_at: datetime
    worked_at: datetime | None = Field(description="When an event last arrived.")
    failing_since: datetime | None = Field(description="When the first failure since then happened.")
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None = Field(
        description="`gone`: the receiver responded with 410; `failing`: nothing arrived for more than a day."
    )


class NewWebhookOut(WebhookOut):
    """A webhook that was just registered."""

    secret: str = Field(description="Signs the requests. Shown this once.")


class SecretOut(Shown):
    """A new secret."""

    secret: str = Field(description="Signs from now on. Shown this once; the old one signs, too, for 24 hours.")


class WebhookEventOut(Shown):
    """An event that was sent to a webhook, or is to be."""

    id: int
    key: str = Field(description="The header `webhook-id`.")
    event: WebhookEvent
    state: EventState
    created_at: datetime
    attempts: int
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    problem: Problem | None = Field(description="Why the last attempt failed.")
    status_code: int | None
    milliseconds: int | None = Field(description="Duration of the last attempt.")


@router.get("/webhooks")
async def list_webhooks(parts: Parts) -> list[WebhookOut]:
    """List all webhooks."""
    return [WebhookOut.model_validate(one) for one in await parts.database.read(parts.webhooks.all)]


@router.post("/webhooks", status_code=201, responses=_invalid)
async def add_webhook(parts: Parts, caller: Caller, body: WebhookIn) -> NewWebhookOut:
    """Register an address that is notified of events."""
    url = await parts.webhooks.check_address(body.url)
    draft = WebhookDraft(url, _events(body), body.with_texts)
    view, secret = await parts.database.write(lambda session: parts.webhooks.add(session, draft, actor(caller)))
    log.info("webhook %d was added by agent %d", view.id, caller.id)
    return NewWebhookOut.model_validate({**WebhookOut.model_validate(view).model_dump(), "secret": secret})


@router.get("/webhooks/{webhook_id}")
async def get_webhook(parts: Parts, webhook_id: Id) -> WebhookOut:
    """Return one webhook."""
    return WebhookOut.model_validate(await parts.database.read(lambda session: parts.webhooks.get(session, webhook_id)))


@router.put("/webhooks/{webhook_id}", responses=_invalid)
async def change_webhook(parts: Parts, caller: Caller, webhook_id: Id, body: ChoicesIn) -> WebhookOut:
    """Change what a webhook is notified of; for another address, register another one."""
    events, texts, by = _events(body), body.with_texts, actor(caller)
    view = await parts.database.write(
        lambda session: parts.webhooks.edit(session, webhook_id, events, by, with_texts=texts)
    )
    return WebhookOut.model_validate(view)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def delete_webhook(parts: Parts, caller: Caller, webhook_id: Id) -> None:
    """Delete a webhook with its log; events that wait are not sent."""
    await parts.database.write(lambda session: parts.webhooks.remove(session, webhook_id, actor(caller)))
    log.info("webhook %d was deleted by agent %d", webhook_id, caller.id)


@router.post("/webhooks/{webhook_id}/pause")
async def pause_webhook(parts: Parts, caller: Caller, webhook_id: Id) -> WebhookOut:
    """Stop sending; what happens meanwhile is not sent later."""
    view = await parts.database.write(lambda session: parts.webhooks.pause(session, webhook_id, actor(caller)))
    return WebhookOut.model_validate(view)


@router.post("/webhooks/{webhook_id}/resume")
async def resume_webhook(parts: Parts, caller: Caller, webhook_id: Id) -> WebhookOut:
    """Send again: after a pause, or after the program switched the webhook off."""
    view = await parts.database.write(lambda session: parts.webhooks.resume(session, webhook_id, actor(caller)))
    return WebhookOut.model_validate(view)


@router.post("/webhooks/{webhook_id}/rotate")
async def rotate_secret(parts: Parts, caller: Caller, webhook_id: Id) -> SecretOut:
    """Replace the secret."""
    secret = await parts.database.write(lambda session: parts.webhooks.rotate(session, webhook_id, actor(caller)))
    return SecretOut(secret=secret)


@router.post("/webhooks/{webhook_id}/test", status_code=202, responses=_invalid)
async def test_webhook(parts: Parts, webhook_id: Id) -> WebhookEventOut:
    """Send a test event."""
    number = await parts.database.write(lambda session: parts.webhooks.test(session, webhook_id))
    return await _event(parts, webhook_id, number)


@router.get("/webhooks/{webhook_id}/events")
async def list_webhook_events(parts: Parts, webhook_id: Id) -> list[WebhookEventOut]:
    """List the latest 50 events, newest first; they are kept for 30 days."""
    await get_webhook(parts, webhook_id)
    events = await parts.database.read(lambda session: parts.webhooks.log(session, webhook_id))
    return [WebhookEventOut.model_validate(one) for one in events]


@router.post("/webhooks/{webhook_id}/events/{event_id}/resend", status_code=202)
async def resend_event(parts: Parts, webhook_id: Id, event_id: Id) -> WebhookEventOut:
    """Send an event again, under the same `webhook-id`."""
    await parts.database.write(lambda session: parts.webhooks.resend(session, webhook_id, event_id))
    return await _event(parts, webhook_id, event_id)


async def _event(parts: Parts, webhook_id: int, event_id: int) -> WebhookEventOut:
    view = await parts.database.read(lambda session: parts.webhooks.event(session, webhook_id, event_id))
    return WebhookEventOut.model_validate(view)


def _events(body: ChoicesIn) -> list[WebhookEvent]:
    return [WebhookEvent(event) for event in body.events]
