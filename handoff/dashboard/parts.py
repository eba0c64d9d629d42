"""Dependencies of the pages; created once, in the composition root."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from handoff.dashboard.live.events import Live
from handoff.deliveries.outbox import Outbox
from handoff.formatting.channel_formats import Formats
from handoff.people.access import Team
from handoff.people.agents import Staff
from handoff.tickets.service import Desk
from handoff.webhooks.registry import Webhooks
from handoff.wording.overrides import Overrides
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database
from infra.files import FileStore
from knowledge.entries.forms import Form, FormStep
from knowledge.live.library import Library

Door = Callable[[], Awaitable[str | None]]
"""Returns the address that the word of a deep link completes; None while the platform does not answer."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """Everything the desk's pages use; they access nothing else."""

    database: Database
    desk: Desk
    outbox: Outbox
    staff: Staff
    bus: Bus
    clock: Clock
    library: Library
    live: Live
    """Closed when the program begins to stop, so that open event streams end."""
    public_url: str | None
    """Public address of the desk; with https the session cookie is never sent without encryption."""
    default_language: str
    """Language for browsers that request none of ours."""
    files: FileStore
    attachment_mb: int
    """Size limit of a file, in bytes."""
    badges: Mapping[str, str]
    """Two or three letters for each kind of channel."""
    channel_titles: Mapping[str, str]
    """The name of each kind of channel."""
    channel_formats: Mapping[str, Formats]
    """What each kind of channel shows of a formatted text."""
    deletable_for: Mapping[str, timedelta | None]
    """How long each kind of channel deletes a message on the contact's side; None without a limit."""
    team: Team
    ask_form: Callable[[Form, str], Sequence[FormStep]]
    """What the bot asks a contact for a form, in a language."""
    overrides: Overrides
    """Texts in place of the bot's sentences."""
    webhooks: Webhooks
    doors: Mapping[str, Door] = field(default_factory=dict)
    """By account: the platforms at which agents can link an account of their own."""
    may_write_first: Callable[[str], bool] = lambda _account: True
    """Whether the channel of an account lets us begin a conversation with a contact who has written before."""
