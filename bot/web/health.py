"""Liveness, readiness and metrics, for monitoring."""

import asyncio
import logging
from dataclasses import asdict

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, PlainTextResponse

from bot.web.readiness import PATIENCE, Readiness, ReadinessParts
from handoff.models import (
    UNFINISHED,
    Delivery,
    DeliveryState,
    InboxEvent,
    InboxState,
    Ticket,
    TicketStatus,
    live,
)
from infra.storage.columns import words

log = logging.getLogger(__name__)


def health_router(parts: ReadinessParts) -> APIRouter:
    """Build the routes of `/healthz` (liveness), `/readyz` (readiness) and `/metrics` (Prometheus text format).

    Readiness covers database, files, knowledge base, roles and channels.
    """
    router = APIRouter(include_in_schema=False)
    readiness = Readiness(parts)

    @router.get("/healthz")
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        report = await readiness.report()
        return JSONResponse(asdict(report), 200 if report.ready else 503)

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        lines = ["# TYPE frontdesk_restarts_total counter"]
        lines += [f'frontdesk_restarts_total{{role="{name}"}} {count}' for name, count in readiness.restarts().items()]
        try:
            async with asyncio.timeout(PATIENCE):
                figures = await parts.db.read(_figures)
        except Exception as error:  # noqa: BLE001 - the process's own figures are reported anyway
            figures = {"database_up": 0}
            log.warning("the figures cannot be read at present: %s", type(error).__name__)
        lines += [f"# TYPE frontdesk_{name} gauge\nfrontdesk_{name} {value}" for name, value in figures.items()]
        return PlainTextResponse("\n".join(lines) + "\n")

    return router


def _figures(session: Session) -> dict[str, int]:
    def count(table: type[Ticket] | type[Delivery] | type[InboxEvent], *where: object) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]

    lost = Delivery.state.in_(words(DeliveryState.MAYBE, DeliveryState.FAILED))
    return {
        "database_up": 1,
        "tickets_open": count(Ticket, live(), Ticket.status == TicketStatus.OPEN),
        "tickets_waiting": count(Ticket, live(), Ticket.status == TicketStatus.WAITING),
        "deliveries_unfinished": count(Delivery, Delivery.state.in_(words(*UNFINISHED))),
        "deliveries_failed": count(Delivery, lost, Delivery.state == DeliveryState.FAILED),
        "deliveries_maybe": count(Delivery, lost, Delivery.state == DeliveryState.MAYBE),
        "inbox_waiting": count(InboxEvent, InboxEvent.state.in_(words(InboxState.NEW))),
        "inbox_poison": count(InboxEvent, InboxEvent.state.in_(words(InboxState.POISON))),
    }
