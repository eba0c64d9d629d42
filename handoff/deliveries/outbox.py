"""Outbox: messages are posted as rows in the caller's transaction, then claimed, fenced and settled by the pump.

A delivery is claimed under a lease, marked `sending` just before the request by its claimer only, and settled only by
the process that marked it. So a process that dies or sleeps can neither lose a part nor overwrite its successor's
outcome.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Protocol

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from handoff.deliveries import claims, deletions, edits
from handoff.deliveries.claims import Claims, ClaimWish
from handoff.deliveries.new_rows import Choice, OutgoingMessage, queue, with_choices
from handoff.deliveries.outcomes import Attempt, Moved, Settled, Verdict, verdict
from handoff.errors import NotFoundError, StateError
from handoff.messages.files import MessageRef, attach_outgoing, outgoing
from handoff.messages.json_columns import dump_attachments, dump_buttons, dump_entities, dump_file, dump_place
from handoff.messages.text_parts import split
from handoff.messages.values import Addressee, Attachment, Retry, RichText, SendOutcome, Sent, Uncertain
from handoff.models import (
    UNFINISHED,
    ChoiceRow,
    Contact,
    Delivery,
    DeliveryState,
    Message,
    MessageKind,
)
from handoff.search.index import index_message, reindex_message
from handoff.words import CONTACT_WORDS
from infra.bus import Bus
from infra.clock import Clock
from infra.database import after_commit
from infra.files import Kept
from infra.storage import rows
from infra.storage.columns import words

_UNCLAIMED = "accounts that were posted to and not claimed from since"


Claim = Callable[[Session], None]
"""Called at the end of a unit of work that posted: what it claims is sent as soon as that is committed."""

Follower = Callable[[Session, Moved], None]


class Sender(Protocol):
    """The sender of an account's parts in this process."""

    def offer(self) -> AbstractContextManager[Claim | None]:
        """Claim for the unit of work that is committed within the block; None if the parts have to wait."""


class Outbox:
    """Posting and settling; each method works within the caller's unit of work."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.senders: dict[str, Sender] = {}
        """By account; each registers itself while it runs."""
        self._follower: Follower = lambda *_: None

    def follow(self, follower: Follower) -> None:
        """Notify `follower` of each new state of a part, for the bot's only of unsent ones, within the unit of work."""
        self._follower = follower

    def offer(self, account: str) -> AbstractContextManager[Claim | None]:
        """Offer as `Sender.offer` does; None also if another process sends for the account."""
        sender = self.senders.get(account)
        return sender.offer() if sender is not None else nullcontext()

    def post(self, session: Session, contact: Contact | Addressee, message: OutgoingMessage) -> int:
        """Write an outgoing message and queue its parts; return the message's id."""
        now = self._clock()
        message_id = rows.add(
            session,
            Message,
            contact_id=contact.id,
            ticket_id=message.ticket_id,
            kind=MessageKind.OUTGOING,
            author=message.author,
            agent_id=message.agent_id,
            text=message.text.text if message.shown is None else message.shown,
            key=message.key,
            at=now,
        )
        if message.agent_id is not None:
            index_message(session, message_id, contact.id, message.shown or message.text.text)
        text, below = with_choices(session, contact, message_id, message.text, message.choices, now)
        parts, by_agent, due = split(text), message.agent_id is not None, now + message.held_for
        there: dict[str, object] = {"place": dump_place(message.place), "next_attempt_at": due}
        for part in parts:
            marks, under = dump_entities(part.entities), dump_buttons(below if part is parts[-1] else ())
            queued = there | {"text": part.text, "entities": marks, "buttons": under, "repeated": message.once}
            queue(session, contact, message_id, now, by_agent=by_agent, **queued)
        if message.files:
            self._attach(session, contact, message_id, message.files, by_agent=by_agent)
        self._announce(session, contact.account)
        return message_id

    def mark(self, session: Session, contact: Contact | Addressee, message_id: int) -> None:
        """Mark a message of the contact as received, on a platform that can; a mark that is refused is dropped.

        A message without an id of the platform's is left as it is.
        """
        platform_id = session.scalar(select(Message.platform_id).where(Message.id == message_id))
        if platform_id is None:
            return
        blank: dict[str, object] = {"text": "", "entities": [], "buttons": []}
        queue(session, contact, message_id, self._clock(), by_agent=False, marks=platform_id, **blank)
        self._announce(session, contact.account)

    def _attach(
        self,
        session: Session,
        contact: Contact | Addressee,
        message_id: int,
        files: Sequence[tuple[str, Kept]],
        *,
        by_agent: bool,
    ) -> None:
        now, sent = self._clock(), [(outgoing(kept, name), kept) for name, kept in files]
        attached = (Attachment(file.kind, file.name) for file, _ in sent)
        session.get_one(Message, message_id).attachments = dump_attachments(attached)
        bearer = MessageRef(message_id, contact.id, contact.account)
        for file, kept in sent:
            attach_outgoing(session, bearer, file, kept, now)
            sent_instead: dict[str, object] = {"text": "", "entities": [], "buttons": [], "file": dump_file(file)}
            queue(session, contact, message_id, now, by_agent=by_agent, **sent_instead)

    def revise(
        self,
        session: Session,
        message_id: int,
        text: RichText,
        choices: Sequence[Choice] = (),
        *,
        shown: str | None = None,
        by_agent: bool = False,
    ) -> None:
        """Edit a posted message, on the desk and wherever it has arrived; new buttons replace the old ones.

        The edit is delivered as every part. If the platform refuses it, one of the bot's is dropped and an agent's is
        sent as a message of its own. `shown` as in `OutgoingMessage`.
        """
        message = session.get(Message, message_id)
        if message is None or message.kind is not MessageKind.OUTGOING:
            raise NotFoundError(f"there is no message {message_id} of ours")
        now = self._clock()
        message.text, message.edited_at = text.text if shown is None else shown, now
        if message.agent_id is not None:
            reindex_message(session, message_id, message.contact_id, message.text)
        contact = session.get_one(Contact, message.contact_id)
        # Old buttons keep working, but a typed number refers to the current list.
        session.execute(update(ChoiceRow).where(ChoiceRow.message_id == message_id).values(number=None))
        text, below = with_choices(session, contact, message_id, text, choices, now)
        gone = CONTACT_WORDS.text(contact.language, "This part of the message was removed.")
        account = edits.revise(session, message_id, split(text), gone, edits.Change(below, now, by_agent))
        if account is not None:
            self._announce(session, account)

    def delete(self, session: Session, message_id: int) -> None:
        """Delete a message that was just marked as deleted, as `deletions.delete` does."""
        account = deletions.delete(session, message_id, self._clock())
        if account is not None:
            self._announce(session, account)

    def close_offer(self, session: Session, message_id: int) -> None:
        """Remove the buttons of a posted message, wherever it has arrived; a late press still works."""
        account = edits.remove_buttons(session, message_id, self._clock())
        if account is not None:
            self._announce(session, account)

    def settle_choice(self, session: Session, choice_id: str, mark: str, *, keep: bool) -> None:
        """Show the chosen option in the message that offered it, as `edits.settle_choice` does."""
        account = edits.settle_choice(session, choice_id, mark, keep, self._clock())
        if account is not None:
            self._announce(session, account)

    def resume(self, session: Session, contact_id: int) -> None:
        """Queue agents' refused words again, in order, when the contact is reachable; the bot's words are stale."""
        refused = session.scalars(
            select(Delivery)
            .where(Delivery.contact_id == contact_id, Delivery.state == DeliveryState.REFUSED, Delivery.by_agent)
            .with_for_update()
        )
        for delivery in refused.all():
            delivery.attempts, delivery.first_attempt_at = 0, None
            self._move(session, delivery, DeliveryState.QUEUED, None)

    def repeats(self, session: Session, account: str) -> bool:
        """Return whether a part that may have arrived waits to be sent once more."""
        return (
            session.scalar(select(Delivery.id).where(*claims.held_repeats(account, self._clock())).limit(1)) is not None
        )

    def repeat(self, session: Session, account: str, *, contact_id: int | None = None, most: int | None = None) -> None:
        """Send waiting parts once more, the oldest first: the channel works again, or the contact wrote."""
        held = select(Delivery).where(*claims.held_repeats(account, self._clock())).order_by(Delivery.id).limit(most)
        if contact_id is not None:
            held = held.where(Delivery.contact_id == contact_id)
        for delivery in session.scalars(held.with_for_update(skip_locked=True)).all():
            delivery.next_attempt_at = delivery.updated_at = self._clock()
        after_commit(session, lambda: self._bus.publish("outbox", account))

    def _announce(self, session: Session, account: str) -> None:
        """Wake the account's sender after the commit, unless the same unit of work claims what it posted."""
        info = session.info  # the session's rows cannot be read once its unit of work is over
        info.setdefault(_UNCLAIMED, set()).add(account)
        after_commit(session, lambda: self._bus.publish("outbox", account) if account in info[_UNCLAIMED] else None)

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

        The first `at_once` of them are also fenced, except those to a contact in `resting`.
        """
        session.info.setdefault(_UNCLAIMED, set()).discard(account)
        wish = ClaimWish(account, owner, limit, at_once, resting)
        return claims.claim(session, wish, self._clock())

    def fence(self, session: Session, delivery_id: int, owner: str) -> bool:
        """Mark the part `sending`, just before the request; False means that the caller no longer holds it."""
        return claims.fence(session, delivery_id, owner, self._clock())

    def release(self, session: Session, delivery_ids: Sequence[int], owner: str) -> None:
        """Release claimed parts unsent."""
        for delivery_id in delivery_ids:
            delivery = self._mine(session, delivery_id, owner, DeliveryState.CLAIMED)
            if delivery is not None:
                self._move(session, delivery, DeliveryState.QUEUED, None)

    def settle(
        self, session: Session, delivery_id: int, owner: str, outcome: SendOutcome, *, idempotent: bool
    ) -> Settled | None:
        """Record the outcome of the part; None if another process took it over meanwhile.

        `idempotent` means that the platform shows a repeat of the same `random_id` once.
        """
        if isinstance(outcome, Sent):  # the usual case takes the short path
            return self._sent(session, delivery_id, owner, outcome)
        delivery = self._mine(session, delivery_id, owner, DeliveryState.SENDING)
        if delivery is None:
            return None
        self._apply(session, delivery, outcome, idempotent=idempotent)
        return Settled(delivery.state, behind=True)

    def _sent(self, session: Session, delivery_id: int, owner: str, outcome: Sent) -> Settled | None:
        settled = claims.mark_sent(session, delivery_id, owner, outcome.platform_ids, self._clock())
        if settled is None:
            return None
        if settled.by_agent:
            contact_id = str(settled.contact_id)
            after_commit(session, lambda: self._bus.publish("desk", contact_id))
            edit = settled.edits is not None and not settled.afresh
            state = None if edit else DeliveryState.SENT
            self._follower(session, Moved(settled.contact_id, settled.message_id, by_agent=True, state=state))
        return Settled(DeliveryState.SENT, behind=settled.behind)

    def recover(
        self, session: Session, account: str, owner: str, *, idempotent: bool, known: Collection[int] = ()
    ) -> None:
        """Release what a dead sender held: expired leases, and those of anyone but `owner`.

        The caller holds the account's lock, so any other lease holder is dead, or too late and fenced off. `known` are
        deliveries whose outcome the caller has and could not write yet, even if their leases expired long ago. If the
        clock was set back, waiting parts count from now on.
        """
        now = self._clock()
        claims.follow_clock(session, account, now)
        held = session.scalars(
            select(Delivery)
            .where(
                Delivery.account == account,
                Delivery.state.in_(words(*UNFINISHED)),  # as written in the index
                Delivery.state.in_((DeliveryState.CLAIMED, DeliveryState.SENDING)),
                or_(Delivery.lease_until < now, Delivery.lease_owner != owner),
            )
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in held:
            if delivery.id in known and delivery.lease_owner == owner:
                continue
            if delivery.state is DeliveryState.CLAIMED:
                self._move(session, delivery, DeliveryState.QUEUED, None)
            elif idempotent or edits.is_edit(delivery):
                self._apply(session, delivery, Retry("the program stopped while sending"), idempotent=idempotent)
            else:
                self._apply(session, delivery, Uncertain("the program stopped while sending"), idempotent=False)

    def retry(self, session: Session, delivery_id: int) -> None:
        """Send a part again, or at once, by an agent's decision.

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
        """Record an agent's statement about a part that may have arrived.

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
        def language() -> str:
            return session.scalar(select(Contact.language).where(Contact.id == delivery.contact_id)) or ""

        age = self._clock() - (delivery.first_attempt_at or self._clock())
        edit, public = edits.is_edit(delivery), delivery.place is not None
        repeated, mark = delivery.repeated, delivery.marks is not None
        made = Attempt(delivery.attempts, age, delivery.by_agent, repeated, idempotent, edit, public, mark)
        told = verdict(outcome, made)
        delivery.attempts -= not told.counted
        delivery.repeated |= told.repeat
        if told.state is DeliveryState.SENT:
            delivery.platform_ids = told.platform_ids
        if told.state is DeliveryState.REFUSED and not public:
            session.execute(update(Contact).where(Contact.id == delivery.contact_id).values(unreachable=told.reason))
        if told.fallback is not None:
            edits.simplify(session, delivery, told.fallback, language(), self._clock())
            after_commit(session, lambda: self._bus.publish("desk", "channels"))
        if told.state is DeliveryState.FAILED and edit and delivery.by_agent and not delivery.deletes:
            edits.send_afresh(delivery, language())
            told = Verdict(DeliveryState.QUEUED)
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
        if delivery.by_agent:
            state, reason = deletions.stop(session, delivery, state, reason, now)
        delivery.state, delivery.reason = state, reason
        delivery.lease_owner = delivery.lease_until = None
        delivery.next_attempt_at, delivery.updated_at = now + pause, now
        account, contact_id = delivery.account, str(delivery.contact_id)
        if state is DeliveryState.QUEUED:
            after_commit(session, lambda: self._bus.publish("outbox", account))
        if delivery.by_agent or state is not DeliveryState.SENT:
            after_commit(session, lambda: self._bus.publish("desk", contact_id))
        if delivery.place is None:
            known, by_agent = None if edits.is_edit(delivery) else state, delivery.by_agent
            self._follower(session, Moved(delivery.contact_id, delivery.message_id, by_agent, known))

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
