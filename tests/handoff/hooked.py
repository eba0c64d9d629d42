"""Webhooks at the floor of the desk: registering them, and sending by hand."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.webhooks import queue
from handoff.webhooks.models import CHOICES, Problem, WebhookDelivery, WebhookEvent
from handoff.webhooks.queue import AttemptOutcome, ClaimedEvent
from handoff.webhooks.registry import (
    WebhookDraft,
    Webhooks,
    WebhookState,
)
from infra.outgoing import AddressRules
from tests.handoff.floor import Floor


def registry(floor: Floor) -> Webhooks:
    return Webhooks(floor.desk.journal.webhooks, AddressRules(), floor.bus, floor.clock)


async def listens(floor: Floor, *events: WebhookEvent, texts: bool = False) -> int:
    """Register a webhook; its number."""
    draft = WebhookDraft("https://example.org/hooks", events or CHOICES, texts)
    by = Actor(None, Origin.COMMAND_LINE)
    view, _ = await floor.do(lambda session: registry(floor).add(session, draft, by))
    return view.id


async def written(floor: Floor) -> list[WebhookDelivery]:
    def work(session: Session) -> list[WebhookDelivery]:
        rows = list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))
        session.expunge_all()
        return rows

    return await floor.database.read(work)


async def history(floor: Floor) -> list[tuple[str, str | None]]:
    return [(row.event.value, row.payload["data"].get("how")) for row in await written(floor)]


async def claims(floor: Floor, number: int, owner: str = "one") -> ClaimedEvent | None:
    return await floor.do(lambda session: queue.claim(session, number, owner, floor.clock()))


async def settles(
    floor: Floor, claimed: ClaimedEvent, problem: Problem | None = None, status: int | None = None, owner: str = "one"
) -> None:
    outcome = AttemptOutcome(floor.clock(), 12, problem, status)
    await floor.do(lambda session: queue.settle(session, claimed, owner, outcome, floor.clock()))


async def sends(floor: Floor, number: int, problem: Problem | None = None, status: int | None = None) -> ClaimedEvent:
    claimed = await claims(floor, number)
    assert claimed is not None
    await settles(floor, claimed, problem, status)
    return claimed


async def state(floor: Floor, number: int) -> WebhookState:
    return (await floor.database.read(lambda session: registry(floor).get(session, number))).state
