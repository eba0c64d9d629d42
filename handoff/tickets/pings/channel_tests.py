"""Test messages: an admin sends one to their own linked account as any message is sent, and sees what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Addressee, RichText
from handoff.models import UNFINISHED, Contact, Delivery, DeliveryState, Message
from handoff.tickets.pings.models import AgentAccount
from handoff.words import WORDS
from infra.wording import mark

TEXT = mark("This is a test message of the support desk. If you can read it, this channel works.")


@dataclass(frozen=True, slots=True)
class LatestTest:
    """The latest test message to an account, and its state."""

    state: DeliveryState
    reason: str | None
    next_attempt_at: datetime
    updated_at: datetime

    @property
    def is_underway(self) -> bool:
        """Return whether its state will change by itself."""
        return self.state in UNFINISHED


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An agent's own account on a channel account."""

    name: str
    latest: LatestTest | None
    """None before the first test message."""


class ChannelTests:
    """Sends test messages; each method works within the caller's unit of work."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def send(self, session: Session, agent_id: int, account: str, language: str) -> bool:
        """Queue a test message to the agent's own account, unless one is underway; return False without an account."""
        linked = (
            select(Contact)
            .join(AgentAccount, AgentAccount.contact_id == Contact.id)
            .where(AgentAccount.agent_id == agent_id, Contact.account == account)
            .order_by(AgentAccount.linked_at.desc(), Contact.id.desc())
        )
        contact = session.scalars(linked.limit(1).with_for_update(of=Contact)).first()
        if contact is None:
            return False
        latest = _latest(session, contact.id)
        if latest is None or not latest.is_underway:
            key = _key(contact.id)
            session.execute(update(Message).where(Message.key == key).values(key=None))  # the latest one has the key
            whom = Addressee(contact.id, contact.account, contact.user_id, contact.language)
            text = RichText(WORDS.text(language, TEXT))
            self._outbox.post(session, whom, OutgoingMessage(text, key=key, once=True))
        return True

    def accounts(self, session: Session, agent_id: int) -> Mapping[str, OwnAccount]:
        """Return the agent's own account on each channel account, the one that was linked last."""
        linked = (
            select(Contact.id, Contact.account, Contact.name)
            .join(AgentAccount, AgentAccount.contact_id == Contact.id)
            .where(AgentAccount.agent_id == agent_id)
            .order_by(AgentAccount.linked_at, Contact.id)
        )
        found = {account: (number, name) for number, account, name in session.execute(linked).all()}
        return {account: OwnAccount(name, _latest(session, number)) for account, (number, name) in found.items()}


def _key(contact_id: int) -> str:
    return f"channel-test-{contact_id}"


def _latest(session: Session, contact_id: int) -> LatestTest | None:
    row = session.execute(
        select(Delivery.state, Delivery.reason, Delivery.next_attempt_at, Delivery.updated_at)
        .join(Message, Message.id == Delivery.message_id)
        .where(Message.key == _key(contact_id))
        .order_by(Delivery.id.desc())
        .limit(1)
    ).first()
    return LatestTest(*row) if row is not None else None
