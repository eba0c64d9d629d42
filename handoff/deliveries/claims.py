"""Claiming parts and settling the ordinary outcome: what the pump does for each part, over plain rows.

Every part that goes out passes here several times, so the statements are built once. See `handoff/deliveries/outbox.py` for who
may call this and when.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, select, update
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
"""Longer than any one request to a platform may take (15 s), so that a living sender never loses its claim."""

_ROWS = table(Delivery)
_EARLIER, _LATER = _ROWS.alias(), _ROWS.alias()
_EDITED = _ROWS.alias()
_BASE = select(ChannelState.random_base).where(ChannelState.account == bindparam("account"))
_HEADS = (
    select(*_ROWS.c["id", "contact_id", "account", "user_id", "text", "entities", "buttons", "random_id", "edits"])
    .add_columns(
        _ROWS.c.file, _ROWS.c.afresh, _ROWS.c.place, _ROWS.c.next_attempt_at, _BASE.scalar_subquery().label("base")
    )
    .add_columns(select(_EDITED.c.platform_ids).where(_EDITED.c.id == _ROWS.c.edits).scalar_subquery().label("edited"))
    .where(
        _ROWS.c.account == bindparam("account"),
        _ROWS.c.state.in_(words(*UNFINISHED)),  # as the index says it
        _ROWS.c.state.in_(words(DeliveryState.QUEUED, DeliveryState.RETRYING)),
        ~exists().where(
            _EARLIER.c.contact_id == _ROWS.c.contact_id,
            _EARLIER.c.id < _ROWS.c.id,
            _EARLIER.c.state.in_(words(*UNFINISHED)),
        ),
    )
    .order_by(_ROWS.c.next_attempt_at, _ROWS.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_ROWS, skip_locked=True)
)
"""Each contact's first unfinished part, where it waits to be claimed: what is due longest first, the next due last."""

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
        # Nothing here may lean on the updated row: on SQLite the columns are written without their tables' names.
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
    """Marked `sending` already, by the claim itself."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a claim yielded; `next_due` is when the next part has its time, where all that are due were claimed."""

    parts: list[Claimed]
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimWish:
    """What a sender claims, as `Outbox.claim` says."""

    account: str
    owner: str
    limit: int
    at_once: int = 0
    resting: frozenset[int] = frozenset()


def claim(session: Session, wish: ClaimWish, now: datetime) -> Claims:
    """As `Outbox.claim`."""
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
    """As `Outbox.fence`."""
    marks = {"delivery": delivery_id, "owner": owner, "until": now + LEASE, "now": now}
    return bool(rows.run(session, _FENCE, marks).rowcount)


def mark_sent(
    session: Session, delivery_id: int, owner: str, platform_ids: dict[str, str], now: datetime
) -> Row[Any] | None:
    """Record that the part arrived; None where it is no longer the caller's.

    The row has `by_agent`, `contact_id`, `message_id`, `edits`, `afresh` and `behind`: whether a later part of the
    contact's waits for it.
    """
    marks = {"delivery": delivery_id, "owner": owner, "ids": platform_ids, "now": now}
    return rows.run(session, _SENT, marks).one_or_none()


def _part(row: Row[Any], base: int) -> OutgoingPart:
    return OutgoingPart(
        Address(row.account, row.user_id),
        RichText(row.text, load_entities(row.entities)),
        load_buttons(row.buttons),
        row.random_id or (row.id + base) % _LAST_NUMBER + 1,
        # Empty where it is not known, or there never was such a message: then there is nothing to be edited.
        None if row.edits is None or row.afresh else named_in_chat(row.edited),
        load_file(row.file),
        load_place(row.place),
    )


def random_base(session: Session, account: str, now: datetime) -> int:
    """Start of the account's `random_id` counter, drawn once."""
    known: int | None = rows.run(session, _BASE, {"account": account}).scalar()
    if known is not None:
        return known
    fresh = {"account": account, "random_base": secrets.randbelow(2**31), "updated_at": now}
    rows.add_new(session, ChannelState, [fresh])
    drawn: int = rows.run(session, _BASE, {"account": account}).scalar_one()
    return drawn


def held_repeats(account: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The bot's parts that may have arrived and wait for the channel to work again."""
    return (
        Delivery.account == account,
        Delivery.state.in_(words(*UNFINISHED)),  # as the index says it
        Delivery.state == DeliveryState.RETRYING,
        Delivery.next_attempt_at > now,
        Delivery.repeated.is_(True),
        Delivery.by_agent.is_(False),
    )
