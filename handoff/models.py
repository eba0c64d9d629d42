"""Tables of support. Rows never leave the unit of work that loaded them; other code gets values."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from infra.storage.columns import Base, BigId, Json, partial_index, word_of, words

# Rows of these tables are referred to outside the database (VK's random_id, ticket numbers), so a number is never
# reused.
_NEVER_REUSED = {"sqlite_autoincrement": True}


FORGOTTEN = "forgotten"
"""Prefix of the user id of an erased contact; it contains nothing of the platform's own number."""


class TicketStatus(StrEnum):
    """Party that a ticket waits for."""

    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    WITHDRAWN = "withdrawn"


LIVE = (TicketStatus.OPEN, TicketStatus.WAITING)
"""Statuses of a ticket that still holds its contact's thread."""


class MessageKind(StrEnum):
    """Kind of a line in a thread."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
    EVENT = "event"


class DeliveryState(StrEnum):
    """Delivery state of one part of an outgoing message."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    RETRYING = "retrying"
    REFUSED = "refused"
    MAYBE = "maybe_delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.RETRYING)
"""States that hold back the contact's later parts, so that answers arrive in order."""
_UNFINISHED_STATES = "state IN ('queued', 'claimed', 'sending', 'retrying')"


class InboxState(StrEnum):
    """Processing state of a stored event."""

    NEW = "new"
    DONE = "done"
    POISON = "poison"


class FileState(StrEnum):
    """Fetching state of a file that a contact sent."""

    WANTED = "wanted"
    KEPT = "kept"
    REFUSED = "refused"
    FAILED = "failed"


class Role(StrEnum):
    """Permissions of an agent; each role includes the one before it."""

    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"


class Contact(Base):
    """A member of the community at one address, and the state of their thread with the bot."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("account", "user_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    chosen_language: Mapped[str | None] = mapped_column(String(8))
    """Language that the contact requested; None if it is detected for each message."""
    numbered: Mapped[bool] = mapped_column(default=False)
    """Their app shows no buttons, so choices are numbered in the text."""
    expects: Mapped[str | None] = mapped_column(String(32))
    """How the contact's next message is interpreted, if not as an ordinary question."""
    unreachable: Mapped[str | None] = mapped_column(Text)
    """Why nothing can be sent, until the contact writes again."""
    flood_since: Mapped[datetime | None]
    """Start of the minute in which `flood_count` is counted (`bot/conversation/flood_limit.py`)."""
    flood_written: Mapped[datetime | None]
    """The same by the platform's clock."""
    flood_count: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=0)
    """Incremented by every change of the thread, so that a decision on an older state is repeated."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Ticket(Base):
    """A span of human work on a contact's thread. Its id is the number that people see."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_status", "status", "id"),
        partial_index("ix_ticket_live", "status", "due_at", "id", where="status IN ('open', 'waiting')"),
        partial_index("ix_ticket_answered", "opened_at", where="first_reply_at IS NOT NULL"),
        Index("ix_ticket_contact", "contact_id", "status"),
        partial_index("ix_ticket_remind", "remind_at", where="remind_at IS NOT NULL"),
        partial_index("ix_ticket_solve", "solve_at", where="solve_at IS NOT NULL"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    status: Mapped[TicketStatus] = mapped_column(word_of(TicketStatus), default=TicketStatus.OPEN)
    question: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(32))
    """Why the bot handed off: unanswered, none_fits, not_helped, asked, rule, public, undelivered or poison."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    claimed_until: Mapped[datetime | None]
    """End of the claim's lease: after it another agent may claim the ticket."""
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]
    """Since when the contact waits for us; empty while we wait for them."""
    unanswered_since: Mapped[datetime | None]
    """Since when the contact's words lack an agent's answer; empty once one is on its way."""
    undelivered: Mapped[DeliveryState | None] = mapped_column(word_of(DeliveryState))
    """Why the agents' latest words have not arrived: retrying, refused, maybe_delivered or failed."""
    first_reply_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    """When the contact is reminded that we wait for them (handoff/tickets/caretaker.py)."""
    solve_at: Mapped[datetime | None]
    """When their silence counts as "it is solved"."""
    reopen_until: Mapped[datetime | None]
    """Of a closed ticket: until when its contact can reopen it; None for no limit."""
    reopened_at: Mapped[datetime | None]
    """When it was last reopened."""
    previous_assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    """Its holder before it was reopened: other agents take precedence."""
    joined_acknowledged: Mapped[bool] = mapped_column(default=False)
    """Whether the contact was informed that further messages join, since an agent last replied."""
    patience_asked: Mapped[bool] = mapped_column(default=False)
    """Whether the contact was informed that asking again does not speed things up, since an agent last replied."""
    read_at: Mapped[datetime | None]
    """When the contact last looked at it or added to it: later words of agents are new to them."""
    rating: Mapped[int | None]
    """The contact's rating of the help, from 1 to 5."""
    rating_comment: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(index=True)


def live() -> ColumnElement[bool]:
    """Condition that a ticket still holds its contact's thread, worded as in the index of live tickets."""
    return Ticket.status.in_(words(*LIVE))


class Message(Base):
    """One line of a contact's thread: written by the contact, the bot or an agent, or an event."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_contact", "contact_id", "id"),
        Index("ix_message_ticket", "ticket_id", "id"),
        Index("ix_message_platform", "contact_id", "platform_id"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[MessageKind] = mapped_column(word_of(MessageKind))
    author: Mapped[str] = mapped_column(Text, default="")
    """Name of the person who wrote it; empty for the bot."""
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"))
    unnamed: Mapped[bool] = mapped_column(default=False)
    """The name of the agent is not shown to the contact."""
    text: Mapped[str] = mapped_column(Text)
    attachments: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """`Attachment`s, as `handoff/messages/json_columns.py` writes them."""
    contents: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """Contents besides text and files, as `handoff/messages/contents.py` writes them."""
    platform_id: Mapped[str | None] = mapped_column(String(64))
    """Of an incoming message: the platform's id, so that a later edit finds it."""
    edited_at: Mapped[datetime | None]
    before: Mapped[str | None] = mapped_column(Text)
    """Of an incoming message that was edited once an agent had it: its earlier text."""
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Idempotency key of a reply, set by its sender: the same key again is the same message."""
    key_digest: Mapped[str | None] = mapped_column(String(64))
    """Digest of the request that the key stands for (handoff/tickets/idempotency.py)."""
    at: Mapped[datetime]


class Delivery(Base):
    """One part of an outgoing message on its way to a platform (ARCHITECTURE.md, "A delivery and its states")."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("account", "random_id"),
        Index("ix_delivery_contact", "contact_id", "id"),
        partial_index("ix_delivery_unfinished", "account", "next_attempt_at", where=_UNFINISHED_STATES),
        partial_index("ix_delivery_lost", "state", where="state IN ('maybe_delivered', 'failed')"),
        partial_index("ix_delivery_unsaid", "message_id", where="place IS NOT NULL AND state IN ('failed')"),
        partial_index("ix_delivery_edits", "edits", where="edits IS NOT NULL"),
        Index("ix_delivery_message", "message_id"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    account: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    entities: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    buttons: Mapped[list[dict[str, str]]] = mapped_column(Json)
    """`Entity`s and `Button`s; these, `file` and `place` are read and written by `handoff/messages/json_columns.py`."""
    by_agent: Mapped[bool]
    random_id: Mapped[int | None]
    state: Mapped[DeliveryState] = mapped_column(word_of(DeliveryState), default=DeliveryState.QUEUED)
    reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[bool] = mapped_column(default=False)
    """Sent once more after a "maybe delivered": the contact may have read it twice."""
    next_attempt_at: Mapped[datetime]
    first_attempt_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    platform_ids: Mapped[dict[str, str] | None] = mapped_column(Json)
    edits: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    """The part that this one replaces, once both are sent; None for a part of its own."""
    file: Mapped[dict[str, str] | None] = mapped_column(Json)
    """The `OutgoingFile` that this part sends instead of a text."""
    afresh: Mapped[bool] = mapped_column(default=False)
    """An edit that the platform refused, sent as a message of its own."""
    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The `PublicPlace` in which it is posted; None for a private message."""
    updated_at: Mapped[datetime] = mapped_column(index=True)


class ChoiceRow(Base):
    """Meaning of a button; the platform holds only the id."""

    __tablename__ = "choice"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    used_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    """The message that offers it; unknown for choices from before this column existed."""
    number: Mapped[int | None]
    """The number under which it is offered, from 1 on."""


class FileRow(Base):
    """A file of a contact's message: its place on the platform, and once it is fetched its place in the store."""

    __tablename__ = "file"
    __table_args__ = (partial_index("ix_file_wanted", "account", "next_attempt_at", where="state IN ('wanted')"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Text)
    """As the contact named it: shown, never used as a path."""
    source: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[FileState] = mapped_column(word_of(FileState))
    reason: Mapped[str | None] = mapped_column(String(24))
    """Why it is refused (`kind`, `size`) or was given up (`unreachable`)."""
    told: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Of a refused one: the contact was notified. False while other files of the message are still being tried."""
    key: Mapped[str | None] = mapped_column(String(64), index=True)
    """Its key in the file store, once it is kept."""
    media_type: Mapped[str] = mapped_column(String(40))
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InboxEvent(Base):
    """An event as the platform sent it, stored before it is acknowledged."""

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("account", "event_key"),
        UniqueConstraint("account", "message_key"),
        Index("ix_inbox_contact", "account", "user_id", "state"),
        partial_index("ix_inbox_new", "state", "account", "user_id", where="state IN ('new')"),
        partial_index("ix_inbox_poison", "state", where="state IN ('poison')"),
        _NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    event_key: Mapped[str] = mapped_column(String(128))
    message_key: Mapped[str | None] = mapped_column(String(128))
    """Identifies the message itself, because a platform may report one message by two events."""
    user_id: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    state: Mapped[InboxState] = mapped_column(word_of(InboxState), default=InboxState.NEW)
    problem: Mapped[str | None] = mapped_column(Text)


class ChannelState(Base):
    """State of a channel account that must survive a restart."""

    __tablename__ = "channel_state"

    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(64))
    """Where receiving continues: Telegram's next offset, VK's `ts`."""
    random_base: Mapped[int]
    """Start of this account's `random_id` counter."""
    problem: Mapped[str | None] = mapped_column(Text)
    """Why the account cannot receive or send at present, in one sentence."""
    buttons_refused_at: Mapped[datetime | None]
    """When the platform last accepted a message only without its buttons (`handoff/deliveries/new_rows.py`)."""
    updated_at: Mapped[datetime]


class Agent(Base):
    """A person who answers from the desk."""

    __tablename__ = "agent"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(word_of(Role))
    password_hash: Mapped[str] = mapped_column(Text)
    demo: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The agent of the demo, who never signs in at a real deployment."""
    disabled_at: Mapped[datetime | None]
    """Since when the agent has no access; None for one who has."""
    created_at: Mapped[datetime]


class AgentSession(Base):
    """A login. The cookie holds a secret; the row holds its hash."""

    __tablename__ = "agent_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
