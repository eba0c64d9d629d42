"""Whether the program lives and can work, for whoever watches it."""

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, PlainTextResponse

from bot.app import App
from bot.readiness import channel_problems
from handoff.models import (
    UNFINISHED,
    Delivery,
    DeliveryState,
    InboxEvent,
    InboxState,
    Ticket,
    TicketStatus,
)


def health_router(app: App) -> APIRouter:
    """`/healthz` (alive), `/readyz` (database, knowledge and channels) and `/metrics` (Prometheus text)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        try:
            channels = await channel_problems(app)
        except Exception:  # whatever is wrong with it, it is not ready  # noqa: BLE001
            return JSONResponse({"database": "unreachable"}, 503)
        body = {
            "database": "ok",
            "redis": "degraded" if app.bus.degraded else "ok",
            "knowledge": "ok" if app.library.ready else f"being indexed, {app.library.indexed:.0%}",
            "channels": channels,
        }
        return JSONResponse(body, 503 if any(channels.values()) or not app.library.ready else 200)

    @router.get("/metrics")
    async def metrics() -> PlainTextResponse:
        figures = await app.db.read(_figures)
        lines = [f"# TYPE frontdesk_{name} gauge\nfrontdesk_{name} {value}" for name, value in figures.items()]
        return PlainTextResponse("\n".join(lines) + "\n")

    return router


def _figures(session: Session) -> dict[str, int]:
    def count(table: type[Ticket] | type[Delivery] | type[InboxEvent], *where: object) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0  # type: ignore[arg-type]

    return {
        "tickets_open": count(Ticket, Ticket.status == TicketStatus.OPEN),
        "tickets_waiting": count(Ticket, Ticket.status == TicketStatus.WAITING),
        "deliveries_unfinished": count(Delivery, Delivery.state.in_(UNFINISHED)),
        "deliveries_failed": count(Delivery, Delivery.state == DeliveryState.FAILED),
        "deliveries_maybe": count(Delivery, Delivery.state == DeliveryState.MAYBE),
        "inbox_waiting": count(InboxEvent, InboxEvent.state == InboxState.NEW),
        "inbox_poison": count(InboxEvent, InboxEvent.state == InboxState.POISON),
    }
