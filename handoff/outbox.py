"""Every outgoing word: posted as rows in the caller's transaction, then claimed, fenced and settled by the pump.

A delivery is claimed under a lease, marked `sending` just before the wire by its claimer only, and settled only by the
one who marked it. So a process that dies or sleeps can neither lose a part nor overwrite what its successor found out.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from handoff.errors import NotFoundError, StateError
from handoff.messages import (
    Address,
    Button,
    Entity,
    EntityKind,
    OutgoingPart,
    Retry,
    RichText,
    SendOutcome,
    Uncertain,
)
from handoff.models import (
    UNFINISHED,
    ChannelState,
    ChoiceRow,
    Contact,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.richtext import split
from handoff.settling import Attempt, verdict
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit

LEASE = timedelta(seconds=45)
"""Longer than any one request to a platform may take (15 s), so that a living sender never loses its claim."""

# Every part that goes out passes here several times: plain rows and a statement built once cost a third.
_ROWS = cast("Table", Delivery.__table__)
_EARLIER = _ROWS.alias()
_HEADS = (
    select(*_ROWS.c["id", "contact_id", "account", "user_id", "text", "entities", "buttons", "random_id"])
    .where(
        _ROWS.c.account == bindparam("account"),
        _ROWS.c.state.in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
        _ROWS.c.next_attempt_at <= bindparam("now"),
        ~exists().where(
            _EARLIER.c.contact_id == _ROWS.c.contact_id,
            _EARLIER.c.id < _ROWS.c.id,
            _EARLIER.c.state.in_(UNFINISHED),
        ),
    )
    .order_by(_ROWS.c.next_attempt_at, _ROWS.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_ROWS, skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button to post: what it says and what pressing it means."""

    label: str
    action: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that the caller may now send."""

    delivery_id: int
    contact_id: int
    part: OutgoingPart


class Outbox:
    """Posting and settling; each method works within the caller's unit of work."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def post(
        self,
        session: Session,
        contact: Contact,
        text: RichText,
        *,
        ticket_id: int | None = None,
        choices: Sequence[Choice] = (),
        author: str = "",
        agent_id: int | None = None,
        key: str | None = None,
        shown: str | None = None,
    ) -> Message:
        """Write an outgoing message and queue its parts; the buttons go under the last one.

        `shown` is what the thread on the desk shows where that differs from what is sent.
        """
        now = self._clock()
        message = Message(
            contact_id=contact.id,
            ticket_id=ticket_id,
            kind=MessageKind.OUTGOING,
            author=author,
            agent_id=agent_id,
            text=text.text if shown is None else shown,
            key=key,
            at=now,
        )
        session.add(message)
        session.flush()
        base = random_base(session, contact.account, now)
        parts = split(text)
        for part in parts:
            last = part is parts[-1]
            delivery = Delivery(
                message_id=message.id,
                contact_id=contact.id,
                account=contact.account,
                user_id=contact.user_id,
                text=part.text,
                entities=[asdict(entity) for entity in part.entities],
                buttons=[_button(session, contact.id, choice) for choice in choices] if last else [],
                by_agent=agent_id is not None,
                state=DeliveryState.QUEUED,
                next_attempt_at=now,
                updated_at=now,
            )
            session.add(delivery)
            session.flush()
            # A counter from a random base: never 0 (which switches VK's check off), never the same within 2^31 parts.
            delivery.random_id = (base + delivery.id) % 0x7FFFFFFF + 1
        account = contact.account  # the row cannot be read once its unit of work is over
        after_commit(session, lambda: self._bus.publish("outbox", account))
        return message

    def claim(self, session: Session, account: str, owner: str, limit: int) -> list[Claimed]:
        """Lease up to `limit` parts that are due, at most one per contact and never past an unfinished earlier one."""
        now = self._clock()
        heads = session.execute(_HEADS, {"account": account, "now": now, "most": limit}).all()
        if heads:
            session.execute(
                update(_ROWS)
                .where(_ROWS.c.id.in_([row.id for row in heads]))
                .values(state=DeliveryState.CLAIMED, lease_owner=owner, lease_until=now + LEASE, updated_at=now)
            )
        return [Claimed(row.id, row.contact_id, _part(row)) for row in heads]

    def fence(self, session: Session, delivery_id: int, owner: str) -> bool:
        """Mark the part `sending`, just before the wire; False means that it is no longer the caller's to send."""
        now = self._clock()
        marked = session.execute(
            update(_ROWS)
            .where(_ROWS.c.id == delivery_id, _ROWS.c.state == DeliveryState.CLAIMED, _ROWS.c.lease_owner == owner)
            .values(
                state=DeliveryState.SENDING,
                attempts=_ROWS.c.attempts + 1,
                first_attempt_at=func.coalesce(_ROWS.c.first_attempt_at, now),
                lease_until=now + LEASE,
                updated_at=now,
            )
        )
        return bool(marked.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts its rows

    def release(self, session: Session, delivery_ids: Sequence[int], owner: str) -> None:
        """Give back claimed parts unsent."""
        for delivery_id in delivery_ids:
            delivery = self._mine(session, delivery_id, owner, DeliveryState.CLAIMED)
            if delivery is not None:
                self._move(session, delivery, DeliveryState.QUEUED, None)

    def settle(
        self, session: Session, delivery_id: int, owner: str, outcome: SendOutcome, *, idempotent: bool
    ) -> DeliveryState | None:
        """Record what became of the part; None when another process took it over meanwhile.

        `idempotent` says that the platform shows a repeat of the same `random_id` once.
        """
        delivery = self._mine(session, delivery_id, owner, DeliveryState.SENDING)
        if delivery is None:
            return None
        self._apply(session, delivery, outcome, idempotent=idempotent)
        return delivery.state

    def recover(self, session: Session, account: str, owner: str, *, idempotent: bool) -> None:
        """Take back what a dead sender held: leases that ran out, and those of anyone but `owner`.

        The caller holds the account's lock, so whoever else has a lease is dead, or too late and fenced off.
        """
        now = self._clock()
        held = session.scalars(
            select(Delivery)
            .where(
                Delivery.account == account,
                Delivery.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING)),
                or_(Delivery.lease_until < now, Delivery.lease_owner != owner),
            )
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in held:
            if delivery.state is DeliveryState.CLAIMED:
                self._move(session, delivery, DeliveryState.QUEUED, None)
            elif idempotent:
                self._apply(session, delivery, Retry("the program stopped while sending"), idempotent=True)
            else:
                self._apply(session, delivery, Uncertain("the program stopped while sending"), idempotent=False)

    def next_due(self, session: Session, account: str) -> datetime | None:
        """When the earliest part of the account that has to wait for its time may be tried."""
        return session.scalar(
            select(func.min(Delivery.next_attempt_at)).where(
                Delivery.account == account,
                Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.RETRYING)),
                Delivery.next_attempt_at > self._clock(),
            )
        )

    def retry(self, session: Session, delivery_id: int) -> None:
        """An agent's decision to send a part again, or at once.

        Raises:
            NotFoundError: there is no such delivery.
            StateError: it was sent, or is on its way.
        """
        delivery = self._wanted(session, delivery_id)
        again = {DeliveryState.FAILED, DeliveryState.REFUSED, DeliveryState.MAYBE, DeliveryState.RETRYING}
        if delivery.state not in again:
            raise StateError("only a part that failed, was refused or may not have arrived can be sent again")
        delivery.repeated = delivery.repeated or delivery.state is DeliveryState.MAYBE
        delivery.attempts, delivery.first_attempt_at = 0, None
        self._move(session, delivery, DeliveryState.QUEUED, None)

    def settle_by_hand(self, session: Session, delivery_id: int, *, arrived: bool) -> None:
        """An agent's word on a part that may have arrived.

        Raises:
            NotFoundError: there is no such delivery.
            StateError: its state is known already.
        """
        delivery = self._wanted(session, delivery_id)
        if delivery.state is not DeliveryState.MAYBE:
            raise StateError("only a part that may have arrived can be settled by hand")
        if arrived:
            self._move(session, delivery, DeliveryState.SENT, "an agent marked it as arrived")
        else:
            self._move(session, delivery, DeliveryState.FAILED, "an agent marked it as lost")

    def _apply(self, session: Session, delivery: Delivery, outcome: SendOutcome, *, idempotent: bool) -> None:
        age = self._clock() - (delivery.first_attempt_at or self._clock())
        told = verdict(outcome, Attempt(delivery.attempts, age, delivery.by_agent, delivery.repeated, idempotent))
        delivery.attempts -= not told.counted
        delivery.repeated |= told.repeat
        if told.state is DeliveryState.SENT:
            delivery.platform_ids = told.platform_ids
        if told.state is DeliveryState.REFUSED:
            session.execute(update(Contact).where(Contact.id == delivery.contact_id).values(unreachable=told.reason))
        if told.fallback is not None:
            _rewrite(delivery, told.fallback)
        self._move(session, delivery, told.state, told.reason, told.pause)

    def _move(
        self,
        session: Session,
        delivery: Delivery,
        state: DeliveryState,
        reason: str | None,
        pause: timedelta = timedelta(0),
    ) -> None:
        now = self._clock()
        delivery.state, delivery.reason = state, reason
        delivery.lease_owner = delivery.lease_until = None
        delivery.next_attempt_at, delivery.updated_at = now + pause, now
        account, contact_id = delivery.account, str(delivery.contact_id)
        if state is DeliveryState.QUEUED:
            after_commit(session, lambda: self._bus.publish("outbox", account))
        if delivery.by_agent or state is not DeliveryState.SENT:
            after_commit(session, lambda: self._bus.publish("desk", contact_id))

    def _mine(self, session: Session, delivery_id: int, owner: str, state: DeliveryState) -> Delivery | None:
        return session.scalar(
            select(Delivery)
            .where(and_(Delivery.id == delivery_id, Delivery.state == state, Delivery.lease_owner == owner))
            .with_for_update()
        )

    def _wanted(self, session: Session, delivery_id: int) -> Delivery:
        delivery = session.get(Delivery, delivery_id, with_for_update=True)
        if delivery is None:
            raise NotFoundError(f"there is no delivery {delivery_id}")
        return delivery


def random_base(session: Session, account: str, now: datetime) -> int:
    """Start of the account's `random_id` counter, drawn once."""
    wanted = select(ChannelState.random_base).where(ChannelState.account == account)
    known = session.scalar(wanted)
    if known is not None:
        return known
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(ChannelState)
        .values(account=account, random_base=secrets.randbelow(2**31), updated_at=now)
        .on_conflict_do_nothing()
    )
    return session.scalars(wanted).one()


def _button(session: Session, contact_id: int, choice: Choice) -> dict[str, str]:
    row = ChoiceRow(id=secrets.token_urlsafe(12), contact_id=contact_id, action=choice.action, data=choice.data)
    session.add(row)
    return {"label": choice.label, "id": row.id}


def _part(row: Row[Any]) -> OutgoingPart:
    entities = tuple(Entity(EntityKind(e["kind"]), e["offset"], e["length"], e["url"]) for e in row.entities)
    return OutgoingPart(
        Address(row.account, row.user_id),
        RichText(row.text, entities),
        tuple(Button(button["label"], button["id"]) for button in row.buttons),
        row.random_id or 0,
    )


def _rewrite(delivery: Delivery, part: OutgoingPart) -> None:
    delivery.text = part.text.text
    delivery.entities = [asdict(entity) for entity in part.text.entities]
    delivery.buttons = [asdict(button) for button in part.buttons]
