"""One round with a contact: load the thread, look up, decide, and write everything in one transaction.

Deciding happens outside the transaction, on values. Should an agent or another process have changed the thread
meanwhile, the transaction finds out by the thread's version and the round starts again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.dialogue import Found, Pressed, Thread, TicketFact, decide, question_in
from bot.effects import Effects
from bot.intake import InboxItem
from bot.language import language_of
from handoff.desk import Desk
from handoff.messages import Address, EventKind, IncomingEvent
from handoff.models import (
    LIVE,
    ChoiceRow,
    Contact,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
    Ticket,
)
from handoff.outbox import Outbox
from infra.bus import Bus
from infra.clock import Clock
from infra.database import Database, after_commit
from infra.wording import LANGUAGES
from knowledge.entries import entries_by_id, entry
from knowledge.library import Library
from knowledge.models import Lookup

_RECENT = timedelta(hours=1)
_ROUNDS = 5


class ThreadChangedError(Exception):
    """The thread is not what the decision was made on."""


class Conversation:
    """Turns events into decisions and decisions into rows (the `Thinker` of the intake)."""

    def __init__(
        self, db: Database, library: Library, desk: Desk, outbox: Outbox, bus: Bus, clock: Clock, language: str
    ) -> None:
        self._db = db
        self._library = library
        self._desk = desk
        self._bus = bus
        self._clock = clock
        self._language = language
        self._effects = Effects(desk, outbox, clock)

    async def handle(self, address: Address, items: Sequence[InboxItem], event: IncomingEvent) -> None:
        """Answer one event, or the messages of one burst joined into `event`."""
        for _ in range(_ROUNDS):
            try:
                await self._round(address, items, event)
            except ThreadChangedError:
                continue
            return
        raise ThreadChangedError(f"the thread of {address} does not come to rest")

    async def set_aside(self, address: Address, item: InboxItem, problem: str) -> None:
        """Quarantine an event that cannot be handled; what it said goes to a person."""
        await self._db.write(lambda session: self._set_aside(session, address, item, problem))

    async def _round(self, address: Address, items: Sequence[InboxItem], event: IncomingEvent) -> None:
        version, thread = await self._db.read(lambda session: self._load(session, address, event))
        found = await self._look_up(thread, event)
        await self._db.write(lambda session: self._apply(session, address, items, event, version, thread, found))

    # --- load -------------------------------------------------------------------------------------------------------

    def _load(self, session: Session, address: Address, event: IncomingEvent) -> tuple[int, Thread]:
        contact = session.scalar(_contact(address))
        known = contact.language if contact else ""
        profile = event.language if event.language in LANGUAGES else ""
        language = language_of(event.text, known or profile or self._language)
        if contact is None:
            return -1, Thread(language)
        live = session.scalar(
            select(Ticket)
            .where(Ticket.contact_id == contact.id, Ticket.status.in_(LIVE))
            .order_by(Ticket.id.desc())
            .limit(1)
        )
        pressed, pressed_ticket = _pressed(session, contact.id, event)
        thread = Thread(
            language,
            ticket=_fact(live) if live else None,
            pressed=pressed,
            pressed_ticket=_fact(pressed_ticket) if pressed_ticket else None,
            last_question=_last_question(session, contact.id, self._clock()),
        )
        return contact.version, thread

    async def _look_up(self, thread: Thread, event: IncomingEvent) -> Found | None:
        question = question_in(thread, event)
        if question is None:
            return None
        order = (thread.language, *(language for language in LANGUAGES if language != thread.language))
        match = await asyncio.to_thread(self._library.matcher.match, question, languages=order)
        ids = [candidate.entry_id for candidate in match.candidates]
        return Found(match, await self._db.read(lambda session: entries_by_id(session, ids)))

    # --- apply ------------------------------------------------------------------------------------------------------

    def _apply(
        self,
        session: Session,
        address: Address,
        items: Sequence[InboxItem],
        event: IncomingEvent,
        version: int,
        thread: Thread,
        found: Found | None,
    ) -> None:
        contact = self._lock(session, address)
        if contact.version != max(version, 0):
            raise ThreadChangedError
        if not _take(session, items):
            return  # another process was quicker
        contact.version += 1
        self._greet_by_name(contact, event, thread.language)
        incoming = [self._record(session, contact, item, thread) for item in items]
        if event.kind is EventKind.PRESS:
            own = (ChoiceRow.id == event.choice_id, ChoiceRow.contact_id == contact.id)
            session.execute(update(ChoiceRow).where(*own).values(used_at=self._clock()))
        ticket_id = self._effects.apply(session, contact, decide(thread, event, found), found, thread.language)
        for message in incoming:
            if message is not None and message.ticket_id is None:
                message.ticket_id = ticket_id
        contact_id = str(contact.id)
        after_commit(session, lambda: self._bus.publish("desk", contact_id))

    def _set_aside(self, session: Session, address: Address, item: InboxItem, problem: str) -> None:
        row = session.get_one(InboxEvent, item.id)
        if row.state is not InboxState.NEW:
            return
        row.state, row.problem = InboxState.POISON, problem
        contact = self._lock(session, address)
        contact.version += 1
        contact.language = contact.language or self._language
        message = self._record(session, contact, item, Thread(contact.language))
        ticket_id = self._effects.hand_over_unread(session, contact, _words_in(item.payload))
        if message is not None:
            message.ticket_id = ticket_id

    def _lock(self, session: Session, address: Address) -> Contact:
        """The contact's row, made if need be, and nobody else's until the commit."""
        wanted = _contact(address).with_for_update()
        contact = session.scalar(wanted)
        if contact is not None:
            return contact
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        now = self._clock()
        session.execute(
            insert(Contact)
            .values(
                account=address.account,
                user_id=address.user_id,
                name="",
                language="",
                version=0,
                created_at=now,
                last_seen_at=now,
            )
            .on_conflict_do_nothing()
        )
        return session.scalars(wanted).one()

    def _greet_by_name(self, contact: Contact, event: IncomingEvent, language: str) -> None:
        """Keep what the event tells about the person."""
        contact.name = event.name or contact.name
        if event.kind is EventKind.PROFILE:
            return
        if event.kind in {EventKind.MESSAGE, EventKind.PRESS, EventKind.ALLOWED}:
            contact.unreachable = None
            contact.last_seen_at = self._clock()
        if event.kind is EventKind.MESSAGE or not contact.language:
            contact.language = language

    def _record(self, session: Session, contact: Contact, item: InboxItem, thread: Thread) -> Message | None:
        """Show in the thread what the contact did, where it is something to read."""
        event = item.event
        if event is None:
            return None
        if event.kind is EventKind.EDIT:
            _edit(session, contact.id, event)
            return None
        if event.kind not in {EventKind.MESSAGE, EventKind.PRESS, EventKind.STAFF_REPLY}:
            return None
        staff, press = event.kind is EventKind.STAFF_REPLY, event.kind is EventKind.PRESS
        message = Message(
            contact_id=contact.id,
            ticket_id=thread.ticket.number if thread.ticket else None,
            kind=MessageKind.OUTGOING if staff else MessageKind.EVENT if press else MessageKind.INCOMING,
            author=event.name if staff else contact.name,
            text=f"pressed {thread.pressed.action}" if press and thread.pressed else event.text,
            attachments=[asdict(attachment) for attachment in event.attachments] or None,
            platform_id=event.message_id or None if not press else None,
            at=event.at,
        )
        session.add(message)
        session.flush()
        return message


def _contact(address: Address) -> Select[Contact]:
    return select(Contact).where(Contact.account == address.account, Contact.user_id == address.user_id)


def _take(session: Session, items: Sequence[InboxItem]) -> bool:
    """Mark the inbox rows done; False when they were done already."""
    ids = [item.id for item in items]
    taken = session.execute(
        update(InboxEvent)
        .where(InboxEvent.id.in_(ids), InboxEvent.state == InboxState.NEW)
        .values(state=InboxState.DONE)
        .execution_options(synchronize_session=False)
    )
    count: int = taken.rowcount  # type: ignore[attr-defined]  # an UPDATE's result counts its rows
    if count not in {0, len(ids)}:
        raise ThreadChangedError  # somebody took a part of the burst: nothing of this round may stay
    return count > 0


def _fact(ticket: Ticket) -> TicketFact:
    return TicketFact(ticket.id, ticket.status in LIVE, ticket.joined_acknowledged)


def _pressed(session: Session, contact_id: int, event: IncomingEvent) -> tuple[Pressed | None, Ticket | None]:
    """What the pressed button means; nothing where the id is unknown or was given to somebody else."""
    choice = session.get(ChoiceRow, event.choice_id) if event.kind is EventKind.PRESS else None
    if choice is None or choice.contact_id != contact_id:
        return None, None
    data = choice.data
    pressed = Pressed(
        action=choice.action,
        question=data.get("question", ""),
        lookup=data.get("lookup"),
        entry=entry(session, data["entry"]) if data.get("entry") else None,
        used=choice.used_at is not None,
    )
    ticket = session.get(Ticket, data["ticket"]) if data.get("ticket") else None
    return pressed, ticket if ticket is not None and ticket.contact_id == contact_id else None


def _last_question(session: Session, contact_id: int, now: datetime) -> str:
    latest = (
        select(Lookup.question)
        .where(Lookup.contact_id == contact_id, Lookup.at > now - _RECENT)
        .order_by(Lookup.id.desc())
        .limit(1)
    )
    return session.scalar(latest) or ""


def _edit(session: Session, contact_id: int, event: IncomingEvent) -> None:
    message = session.scalar(
        select(Message).where(
            Message.contact_id == contact_id,
            Message.platform_id == event.message_id,
            Message.kind == MessageKind.INCOMING,
        )
    )
    if message is not None and message.text != event.text:
        message.text, message.edited_at = event.text, event.at


def _words_in(payload: object) -> str:
    """Whatever text an unreadable payload holds, for a person to read."""
    if isinstance(payload, dict):
        if isinstance(payload.get("text"), str) and payload["text"]:
            return str(payload["text"])[:4000]
        return next((words for value in payload.values() if (words := _words_in(value))), "")
    if isinstance(payload, list):
        return next((words for value in payload if (words := _words_in(value))), "")
    return ""
