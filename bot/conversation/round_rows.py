"""Statements that every round runs: built once, over plain rows, to keep a round cheap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, exists, func, select, update
from sqlalchemy.orm import Session

from bot.inbox.intake import InboxItem
from handoff.messages.values import Address
from handoff.models import LIVE, ChoiceRow, Contact, Delivery, DeliveryState, InboxEvent, InboxState, Message, Ticket
from handoff.tickets.pings.models import AgentAccount
from infra.storage import rows
from infra.storage.columns import words
from infra.storage.rows import table
from knowledge.entries.models import Lookup

RECENT = timedelta(hours=1)
"""How long a question, or a file, may have come before what belongs to it."""

_CONTACTS, _MESSAGES, _INBOX = table(Contact), table(Message), table(InboxEvent)
_TICKETS, _CHOICES, _LOOKUPS, _DELIVERIES = table(Ticket), table(ChoiceRow), table(Lookup), table(Delivery)
_LIVE_TICKETS = (
    select(func.count())
    .where(_TICKETS.c.contact_id == _CONTACTS.c.id, _TICKETS.c.status.in_(words(*LIVE)))
    .correlate(_CONTACTS)
    .scalar_subquery()
)
_LAST_QUESTION = (
    select(case((_LOOKUPS.c.outcome != "helped", _LOOKUPS.c.question)))
    .where(_LOOKUPS.c.contact_id == _CONTACTS.c.id, _LOOKUPS.c.at > bindparam("since"))
    .order_by(_LOOKUPS.c.id.desc())
    .limit(1)
    .correlate(_CONTACTS)
    .scalar_subquery()
)
_HELD = (
    exists()
    .where(
        _DELIVERIES.c.account == _CONTACTS.c.account,
        _DELIVERIES.c.state.in_(words(DeliveryState.RETRYING)),
        _DELIVERIES.c.contact_id == _CONTACTS.c.id,
        _DELIVERIES.c.repeated,
    )
    .correlate(_CONTACTS)
)
"""Whether something that may have reached them waits to be said once more."""
_SERVES_AGENT = exists().where(table(AgentAccount).c.contact_id == _CONTACTS.c.id).correlate(_CONTACTS)
_KNOWN = select(
    *_CONTACTS.c[
        "id",
        "name",
        "language",
        "chosen_language",
        "numbered",
        "unreachable",
        "version",
        "last_seen_at",
        "expects",
        "flood_since",
        "flood_written",
        "flood_count",
        "muted_at",
    ],
    _LIVE_TICKETS.label("live"),
    _LAST_QUESTION.label("last_question"),
    _HELD.label("held"),
    _SERVES_AGENT.label("serves_agent"),
).where(_CONTACTS.c.account == bindparam("account"), _CONTACTS.c.user_id == bindparam("user_id"))
MEET = (
    update(_CONTACTS)
    .where(_CONTACTS.c.id == bindparam("contact"), _CONTACTS.c.version == bindparam("seen"))
    .values(
        version=_CONTACTS.c.version + 1,
        **{
            column: bindparam(column)
            for column in (
                *("name", "language", "numbered", "unreachable", "last_seen_at", "expects"),
                *("flood_since", "flood_written", "flood_count"),
            )
        },
    )
)
_TAKE = (
    update(_INBOX)
    .where(_INBOX.c.id == bindparam("event"), _INBOX.c.state == InboxState.NEW)
    .values(state=InboxState.DONE)
)
USE = (
    update(_CHOICES)
    .where(_CHOICES.c.id == bindparam("choice"), _CHOICES.c.contact_id == bindparam("contact"))
    .values(used_at=bindparam("now"))
)
JOIN = (
    update(_MESSAGES).where(_MESSAGES.c.id.in_(bindparam("ids", expanding=True))).values(ticket_id=bindparam("ticket"))
)


class ThreadChangedError(Exception):
    """The thread changed after the decision was made."""


def known_at(session: Session, address: Address, now: datetime) -> Row[Any] | None:
    """Return the contact's row with the number of live tickets and the open question of the last hour."""
    wanted = {"account": address.account, "user_id": address.user_id, "since": now - RECENT}
    return rows.run(session, _KNOWN, wanted).one_or_none()


def mark_done(session: Session, items: Sequence[InboxItem]) -> bool:
    """Mark the inbox rows done; return False if they already were.

    Raises ThreadChangedError if only some of them were: the round must be rolled back then.
    """
    count = sum(rows.run(session, _TAKE, {"event": item.id}).rowcount for item in items)
    if count not in {0, len(items)}:
        raise ThreadChangedError
    return count > 0
