"""Dependencies of the REST interface, and the access of routes to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from handoff.deliveries.outbox import Outbox
from handoff.people.access import Team
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from handoff.webhooks.registry import Webhooks
from handoff.wording.overrides import Overrides
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from knowledge.live.library import Library


@dataclass(frozen=True, slots=True)
class ApiParts:
    """Everything the routes use; created once, in the composition root."""

    database: Database
    desk: Desk
    outbox: Outbox
    staff: Staff
    team: Team
    webhooks: Webhooks
    library: Library
    clock: Clock
    default_language: str
    """Language of entries in files that name none."""
    files: FileStore
    attachment_mb: int
    """Size limit of an uploaded file, in bytes."""
    overrides: Overrides
    """Texts in place of the bot's sentences."""
    public_url: str | None = None
    """Public address of the desk, for links; None for the address of the request."""
    may_write_first: Callable[[str], bool] = lambda _account: True
    """Whether the channel of an account lets us begin a conversation with a contact who has written before."""


def _parts(request: Request) -> ApiParts:
    parts: ApiParts = request.app.state.parts
    return parts


Parts = Annotated[ApiParts, Depends(_parts)]
