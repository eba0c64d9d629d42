"""Tables of support. Rows never leave the unit of work that loaded them; other code gets values."""

from handoff.models.agents import (
    Agent,
    AgentSession,
    Role,
)
from handoff.models.contacts import FORGOTTEN, Contact, ContactIdentifier, ContactNote
from handoff.models.drafts import (
    CannedFile,
    Draft,
    DraftFile,
    DraftMode,
)
from handoff.models.inbox import (
    ChannelState,
    InboxEvent,
    InboxState,
)
from handoff.models.messages import (
    UNFINISHED,
    ChoiceRow,
    Delivery,
    DeliveryState,
    FileRow,
    FileState,
    Message,
    MessageKind,
)
from handoff.models.tags import Tag, TicketTag, first_use, tag_key
from handoff.models.tickets import (
    LIVE,
    Ticket,
    TicketStatus,
    is_undelivered,
    live,
)

__all__ = [
    "FORGOTTEN",
    "LIVE",
    "UNFINISHED",
    "Agent",
    "AgentSession",
    "CannedFile",
    "ChannelState",
    "ChoiceRow",
    "Contact",
    "ContactIdentifier",
    "ContactNote",
    "Delivery",
    "DeliveryState",
    "Draft",
    "DraftFile",
    "DraftMode",
    "FileRow",
    "FileState",
    "InboxEvent",
    "InboxState",
    "Message",
    "MessageKind",
    "Role",
    "Tag",
    "Ticket",
    "TicketStatus",
    "TicketTag",
    "first_use",
    "is_undelivered",
    "live",
    "tag_key",
]
