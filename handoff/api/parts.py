"""What the REST interface is built from, and how a route reaches it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from handoff.deliveries.outbox import Outbox
from handoff.people.access import Team
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from knowledge.live.library import Library


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything the routes use; the composition root makes it once."""

    database: Database
    desk: Desk
    outbox: Outbox
    staff: Staff
    team: Team
    library: Library
    clock: Clock
    default_language: str
    """Of entries in files that name none."""
    files: FileStore
    attachment_mb: int
    """The largest file that is taken."""


def _parts(request: Request) -> ApiParts:
    parts: ApiParts = request.app.state.parts
    return parts


Parts = Annotated[ApiParts, Depends(_parts)]
