"""The REST interface as one application, to be mounted at `/api/v1`."""

from collections import Counter

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

from handoff.api import (
    agents,
    contacts,
    entries,
    invitations,
    labels,
    ownership,
    problems,
    tickets,
    wording,
)
from handoff.api.access import needs
from handoff.api.parts import ApiParts
from handoff.api.settings import categories, retention, webhooks
from handoff.models import Role

_ABOUT = """Access to the desk and the knowledge base for programs.

Send `Authorization: Bearer TOKEN`. Errors are `{"error": {"code", "message"}}` and change nothing. Agents may work on
tickets and read the knowledge base. Writing it needs the role lead or admin, exporting a contact's data the role lead.
Erasing a contact, changing forms, wording and retention, and managing agents, tokens and webhooks need the role admin.
"""
_DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Frontdesk API</title></head>
<body><h1>Frontdesk API</h1>
<p>Every operation is described in <a href="openapi.json">openapi.json</a> (OpenAPI 3.1), which is served to programs on
the machine itself and to those that send a token; open it in any viewer.</p>
</body></html>
"""


def _understood(request: Request) -> None:
    """Check that every query parameter is known and given once: a misspelt one is an error, not ignored."""
    route = request.scope["route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    for name, count in Counter(name for name, _ in request.query_params.multi_items()).items():
        if name not in known:
            raise HTTPException(422, f"There is no parameter “{name[:100]}” here.")
        if count > 1:
            raise HTTPException(422, f"Give “{name}” once.")


def api_app(parts: ApiParts) -> FastAPI:
    """Build the application. Every operation needs a token of at least the role agent, if not of a higher one."""
    app = FastAPI(
        title="Frontdesk",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=problems.REFUSALS,
    )
    app.state.parts = parts
    problems.install(app)
    for routes in (
        tickets.router,
        ownership.router,
        labels.router,
        entries.router,
        categories.router,
        contacts.router,
        agents.router,
        invitations.router,
        wording.router,
        retention.router,
        webhooks.router,
    ):
        app.include_router(routes, dependencies=[Depends(needs(Role.AGENT)), Depends(_understood)])

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_DOCS)

    return app
