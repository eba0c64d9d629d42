"""Every outgoing word: posted as rows in the caller's transaction, then claimed, fenced and settled by the pump.

A delivery is claimed under a lease, marked `sending` just before the wire by its claimer only, and settled only by the
one who marked it. So a process that dies or sleeps can neither lose a part nor overwrite what its successor found out.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from handoff import claiming
from handoff.claiming import Claims
from handoff.errors import NotFoundError, StateError
from handoff.messages import (
    Addressee,
    OutgoingPart,
    Retry,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
)
from handoff.models import (
    ChoiceRow,
    Contact,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.richtext import split
from handoff.settling import Attempt, verdict
from infra import rows
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit


@dataclass(frozen=True, slots=True)
class Choice:
    """A button to post: what it says and what pressing it means."""

    label: str
    action: str
    data: dict[str, Any]


class Outbox:
    """Posting and settling; each method works within the caller's unit of work."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def post(
        self,
        session: Session,
        contact: Contact | Addressee,
        text: RichText,
        *,
        ticket_id: int | None = None,
        choices: Sequence[Choice] = (),
        author: str = "",
        agent_id: int | None = None,
        key: str | None = None,
        shown: str | None = None,
    ) -> int:
        """Write an outgoing message and queue its parts, the buttons under the last one; the id of the message.

        `shown` is what the thread on the desk shows where that differs from what is sent.
        """
        now = self._clock()
        message = rows.add(
            session,
            Message,
            contact_id=contact.id,
            ticket_id=ticket_id,
            kind=MessageKind.OUTGOING,
            author=author,
            agent_id=agent_id,
            text=text.text if shown is None else shown,
            key=key,
            at=now,
        )
        buttons = _buttons(session, contact.id, choices)
        parts = split(text)
        for part in parts:
            rows.add(
                session,
                Delivery,
                message_id=message,
                contact_id=contact.id,
                account=contact.account,
                user_id=contact.user_id,
                text=part.text,
                entities=[asdict(entity) for entity in part.entities],
                buttons=buttons if part is parts[-1] else [],
                by_agent=agent_id is not None,
                state=DeliveryState.QUEUED,
                next_attempt_at=now,
                updated_at=now,
            )
        account = contact.account  # the row cannot be read once its unit of work is over
        after_commit(session, lambda: self._bus.publish("outbox", account))
        return message

    def claim(
        self,
        session: Session,
        account: str,
        owner: str,
        limit: int,
        *,
        at_once: int = 0,
        resting: frozenset[int] = frozenset(),
    ) -> Claims:
        """Lease up to `limit` parts that are due, at most one per contact and never past an unfinished earlier one.

        The first `at_once` of them are fenced in the same stroke, save those to a contact in `resting`.
        """
        return claiming.claim(session, account, owner, limit, self._clock(), at_once=at_once, resting=resting)

    def fence(self, session: Session, delivery_id: int, owner: str) -> bool:
        """Mark the part `sending`, just before the wire; False means that it is no longer the caller's to send."""
        return claiming.fence(session, delivery_id, owner, self._clock())

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
        if isinstance(outcome, Sent):  # nearly always, so it takes the short way
            return self._sent(session, delivery_id, owner, outcome)
        delivery = self._mine(session, delivery_id, owner, DeliveryState.SENDING)
        if delivery is None:
            return None
        self._apply(session, delivery, outcome, idempotent=idempotent)
        return delivery.state

    def _sent(self, session: Session, delivery_id: int, owner: str, outcome: Sent) -> DeliveryState | None:
        settled = claiming.mark_sent(session, delivery_id, owner, outcome.platform_ids, self._clock())
        if settled is None:
            return None
        if settled.by_agent:
            contact_id = str(settled.contact_id)
            after_commit(session, lambda: self._bus.publish("desk", contact_id))
        return DeliveryState.SENT

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


def _buttons(session: Session, contact_id: int, choices: Sequence[Choice]) -> list[dict[str, str]]:
    """Keep what the buttons mean; what the platform gets of them."""
    named = [(secrets.token_urlsafe(12), choice) for choice in choices]
    meanings = [{"id": id_, "contact_id": contact_id, "action": c.action, "data": c.data} for id_, c in named]
    rows.add_all(session, ChoiceRow, meanings)
    return [{"label": choice.label, "id": id_} for id_, choice in named]


def _rewrite(delivery: Delivery, part: OutgoingPart) -> None:
    delivery.text = part.text.text
    delivery.entities = [asdict(entity) for entity in part.text.entities]
    delivery.buttons = [asdict(button) for button in part.buttons]
