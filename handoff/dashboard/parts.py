"""What the pages are built from; the composition root makes it once."""

from collections.abc import Mapping
from dataclasses import dataclass

from handoff.dashboard.live_events import Live
from handoff.deliveries.outbox import Outbox
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from knowledge.live.library import Library


@dataclass(frozen=True, slots=True)
class DeskParts:
    """Everything the desk's pages use; nothing else is reached from them."""

    database: Database
    desk: Desk
    outbox: Outbox
    staff: Staff
    bus: Bus
    clock: Clock
    library: Library
    live: Live
    """Close it when the program begins to stop, so that open event streams end."""
    public_url: str | None
    """Where browsers reach the desk; with https the session's cookie never travels without encryption."""
    default_language: str
    """For browsers that ask for none of our languages."""
    files: FileStore
    attachment_mb: int
    """The largest file that is taken."""
    badges: Mapping[str, str]
    """Two or three letters for each kind of channel."""
