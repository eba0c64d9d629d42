"""Pages for operators only: `/readyz`, `/metrics` and the description of the REST interface.

On the port of the pages they are available to programs on this machine and to those with a token of the REST
interface; on a port of their own (`FRONTDESK_MONITOR`) to everybody who can reach it.
"""

import ipaddress

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.health import health_router
from bot.web.readiness import ReadinessParts
from handoff.people.agents import Staff
from infra.database import Database

_PATHS = frozenset({"/readyz", "/metrics", "/api/v1/openapi.json"})
_FORWARDED = frozenset({"forwarded", "via", "x-real-ip"})
_REFUSED = "Send a token of `frontdesk token add` as “Authorization: Bearer TOKEN”, or ask from the machine itself.\n"


def monitor_site(parts: ReadinessParts) -> FastAPI:
    """Build the application for a port of its own: health, readiness and metrics of this process."""
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site.include_router(health_router(parts))
    return site


class OperatorsOnly:
    """Middleware: answers 401 to unauthorized requests for operators' pages."""

    def __init__(self, app: ASGIApp, database: Database, staff: Staff) -> None:
        self._app = app
        self._database = database
        self._staff = staff

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") in _PATHS and not await self._admitted(scope):
            refusal = PlainTextResponse(_REFUSED, 401, {"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if _from_this_machine(scope, headers):
            return True
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            return False
        try:
            agent = await self._database.read(lambda session: self._staff.token(session, token.strip()))
        except SQLAlchemyError:  # tokens cannot be checked at present
            return False
        return agent is not None


def _from_this_machine(scope: Scope, headers: Headers) -> bool:
    """Return whether the caller is a program on this machine and not a proxy that forwards a request."""
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers):
        return False
    try:
        return ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False
