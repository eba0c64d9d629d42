"""Claiming of parts and recording of the usual outcome: the pump's work for each part, over plain rows.

Every outgoing part passes here several times, so the statements are built once. See `handoff/deliveries/outbox.py` for
who may call this and when.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from handoff.messages.json_columns import load_buttons, load_entities, load_file, load_place
from handoff.messages.values import (
    Address,
    OutgoingPart,
    RichText,
    named_in_chat,
)
from handoff.models import UNFINISHED, ChannelState, Delivery, DeliveryState
from infra.storage import rows
from infra.storage.columns import words
from infra.storage.rows import table

LEASE = timedelta(seconds=45)
"""Longer than any one request to a platform may take (15 s), so that a running sender never loses its claim."""

_ROWS = table(Delivery)
_EARLIER, _LATER = _ROWS.alias(), _ROWS.alias()
_EDITED = _ROWS.alias()
_BASE = select(ChannelState.random_base).where(ChannelState.account == bindparam("account"))
_HEADS = (
    select(*_ROWS.c["id", "contact_id", "account", "user_id", "text", "entities", "buttons", "random_id", "edits"])
    .add_columns(
        *_ROWS.c["file", "afresh", "place", "marks", "deletes", "next_attempt_at"],
        _BASE.scalar_subquery().label("base"),
    )
    .add_columns(select(_EDITED.c.platform_ids).where(_EDITED.c.id == _ROWS.c.edits).scalar_subquery().label("edited"))
    .where(
        _ROWS.c.account == bindparam("account"),
        _ROWS.c.state.in_(words(*UNFINISHED)),  # as written in the index
        _ROWS.c.state.in_(words(DeliveryState.QUEUED, DeliveryState.RETRYING)),
        or_(
            _ROWS.c.marks.is_not(None),
            ~exists().where(
                _EARLIER.c.contact_id == _ROWS.c.contact_id,
                _EARLIER.c.id < _ROWS.c.id,
                _EARLIER.c.state.in_(words(*UNFINISHED)),
                _EARLIER.c.marks.is_(None),
            ),
        ),
    )
    .order_by(_ROWS.c.next_attempt_at, _ROWS.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_ROWS, skip_locked=True)
)
"""Each contact's first unfinished part that waits to be claimed: longest overdue first, next due last.

A mark waits for no other part, and no other part waits for it.
"""

# A counter from a random base: never 0 (which switches VK's check off), never the same within 2^31 parts.
_LAST_NUMBER = 2**31 - 1
_NUMBERED = {"random_id": func.coalesce(_ROWS.c.random_id, (_ROWS.c.id + bindparam("base")) % _LAST_NUMBER + 1)}
_CLAIM = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("delivery"))
    .values(
        state=DeliveryState.CLAIMED,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until"),
        updated_at=bindparam("now"),
        **_NUMBERED,
    )
)
_FENCED = {
    "state": DeliveryState.SENDING,
    "attempts": _ROWS.c.attempts + 1,
    "first_attempt_at": func.coalesce(_ROWS.c.first_attempt_at, bindparam("now")),
    "lease_owner": bindparam("owner"),
    "lease_until": bindparam("until"),
    "updated_at": bindparam("now"),
}
_CLAIM_FENCED = update(_ROWS).where(_ROWS.c.id == bindparam("delivery")).values(_FENCED | _NUMBERED)
_FENCE = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("delivery"),
        _ROWS.c.state == DeliveryState.CLAIMED,
        _ROWS.c.lease_owner == bindparam("owner"),
    )
    .values(_FENCED)
)
_SENT = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("delivery"),
        _ROWS.c.state == DeliveryState.SENDING,
        _ROWS.c.lease_owner == bindparam("owner"),
    )
    .values(
        state=DeliveryState.SENT,
        reason=None,
        lease_owner=None,
        lease_until=None,
        platform_ids=bindparam("ids"),
        next_attempt_at=bindparam("now"),
        updated_at=bindparam("now"),
    )
    .returning(
        _ROWS.c.by_agent,
        _ROWS.c.contact_id,
        _ROWS.c.message_id,
        _ROWS.c.edits,
        _ROWS.c.afresh,
        # Do not refer to the updated row here: on SQLite the columns are written without their tables' names.
        exists()
        .where(
            _LATER.c.contact_id
            == select(_EARLIER.c.contact_id).where(_EARLIER.c.id == bindparam("delivery")).scalar_subquery(),
            _LATER.c.id > bindparam("delivery"),
            _LATER.c.state.in_(words(*UNFINISHED)),
        )
        .label("behind"),
    )
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that the caller may now send."""

    delivery_id: int
    contact_id: int
    part: OutgoingPart
    fenced: bool
    """Already marked `sending`, by the claim itself."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Result of a claim; `next_due` is when the next part is due, if all that are due were claimed."""

    parts: list[Claimed]
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimWish:
    """Parameters of a claim, see `Outbox.claim`."""

    account: str
    owner: str
    limit: int
    at_once: int = 0
    resting: frozenset[int] = frozenset()


def claim(session: Session, wish: ClaimWish, now: datetime) -> Claims:
    """Claim parts as `Outbox.claim` does."""
    heads = rows.run(session, _HEADS, {"account": wish.account, "most": wish.limit}).all()
    due = [head for head in heads if head.next_attempt_at <= now]
    going = {head.id for head in [head for head in due if head.contact_id not in wish.resting][: wish.at_once]}
    base = (due[0].base or random_base(session, wish.account, now)) if due else 0
    marks = {"owner": wish.owner, "until": now + LEASE, "now": now, "base": base}
    for head in due:
        rows.run(session, _CLAIM_FENCED if head.id in going else _CLAIM, {"delivery": head.id, **marks})
    parts = [Claimed(head.id, head.contact_id, _part(head, base), head.id in going) for head in due]
    return Claims(parts, heads[len(due)].next_attempt_at if len(due) < len(heads) else None)


def fence(session: Session, delivery_id: int, owner: str, now: datetime) -> bool:
    """Fence a part as `Outbox.fence` does."""
    marks = {"delivery": delivery_id, "owner": owner, "until": now + LEASE, "now": now}
    return bool(rows.run(session, _FENCE, marks).rowcount)


def mark_sent(
    session: Session, delivery_id: int, owner: str, platform_ids: dict[str, str], now: datetime
) -> Row[Any] | None:
    """Record that the part arrived; return None if the caller no longer holds it.

    The row has `by_agent`, `contact_id`, `message_id`, `edits`, `afresh` and `behind`: whether a later part of the
    contact's waits for it.
    """
    marks = {"delivery": delivery_id, "owner": owner, "ids": platform_ids, "now": now}
    return rows.run(session, _SENT, marks).one_or_none()


def _part(row: Row[Any], base: int) -> OutgoingPart:
    # Empty if it is not known, or if there never was such a message: then there is nothing to edit or delete.
    earlier = None if row.edits is None or row.afresh else named_in_chat(row.edited)
    return OutgoingPart(
        Address(row.account, row.user_id),
        RichText(row.text, load_entities(row.entities)),
        load_buttons(row.buttons),
        row.random_id or (row.id + base) % _LAST_NUMBER + 1,
        None if row.deletes else earlier,
        load_file(row.file),
        load_place(row.place),
        row.marks,
        earlier if row.deletes else None,
    )


def random_base(session: Session, account: str, now: datetime) -> int:
    """Return the start of the account's `random_id` counter, drawn once."""
    known: int | None = rows.run(session, _BASE, {"account": account}).scalar()
    if known is not None:
        return known
    fresh = {"account": account, "random_base": secrets.randbelow(2**31), "updated_at": now}
    rows.add_new(session, ChannelState, [fresh])
    drawn: int = rows.run(session, _BASE, {"account": account}).scalar_one()
    return drawn


def held_repeats(account: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the bot's parts that may have arrived and wait for the channel to work again."""
    return (
        Delivery.account == account,
        Delivery.state.in_(words(*UNFINISHED)),  # as written in the index
        Delivery.state == DeliveryState.RETRYING,
        Delivery.next_attempt_at > now,
        Delivery.repeated.is_(True),
        Delivery.by_agent.is_(False),
    )


def follow_clock(session: Session, account: str, now: datetime) -> None:
    """Reset timestamps of parts that lie in the future now: none waits longer than its pause."""
    ahead = session.scalars(
        select(Delivery)
        .where(Delivery.account == account, Delivery.state.in_(words(*UNFINISHED)), Delivery.updated_at > now)
        .with_for_update(skip_locked=True)
    )
    for delivery in ahead.all():
        back = delivery.updated_at - now
        delivery.updated_at = now
        delivery.next_attempt_at -= back
        if delivery.lease_until is not None:
            delivery.lease_until -= back
        if delivery.first_attempt_at is not None:
            delivery.first_attempt_at -= back
