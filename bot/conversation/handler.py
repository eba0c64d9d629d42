"""One round with a contact: load the thread, look up, decide, and write everything in one transaction.

Decisions are made outside the transaction, on values. If an agent or another process changes the thread meanwhile, the
transaction notices the thread's version and the round starts again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.conversation.effects import Effects, Services
from bot.conversation.forms import find_open_form
from bot.conversation.links.agent_accounts import answer_agent, concerns_agents, language_of
from bot.conversation.links.deep_links import resolve_link
from bot.conversation.lookups import Lookups
from bot.conversation.press_context import choice_of, form_of_press, pressed_by, show_choice, view_of
from bot.conversation.public import PublicQuestions, follow_link, in_private, is_question, unreachable
from bot.conversation.quiet_rounds import Minute, decide_quietly, is_muted, is_quiet, minute_of
from bot.conversation.rejections import load_rejections
from bot.conversation.round_rows import JOIN, MEET, RECENT, USE, ThreadChangedError, known_at, mark_done
from bot.conversation.tickets import (
    EventTickets,
    correct_question,
    disputed_ticket,
    find_tickets,
    pending,
    silenced_ticket,
    snapshot_ticket,
)
from bot.conversation.typed_buttons import read_press
from bot.dialogue import Found, Thread, Utterance, decide, read_utterance
from bot.dialogue.decisions import Decision, GiveAnswer, JoinTicket
from bot.dialogue.expected_reply import MATTER, answered_form, takes_up
from bot.inbox.albums import whole_albums
from bot.inbox.attachments import take_along
from bot.inbox.intake import InboxItem
from bot.inbox.quarantine import words_in
from handoff.deliveries.outbox import Claim
from handoff.messages.button_codec import decode, press_line
from handoff.messages.contents import dump
from handoff.messages.json_columns import dump_attachments
from handoff.messages.values import Address, Addressee, EventKind, IncomingEvent, shows_something
from handoff.models import Contact, InboxEvent, InboxState, Message, MessageKind
from handoff.people.identifiers import note_identifiers
from handoff.search.index import index_message
from handoff.tickets.public_policy import PublicPolicy
from infra.database import Database, after_commit
from infra.storage import rows
from knowledge.entries.stored_drafts import form_of
from knowledge.languages import LANGUAGES
from knowledge.live.library import Library
from knowledge.matching import Band

_EXPECTED = timedelta(minutes=30)
"""How long the contact's next message is taken for what was asked of them; later it is a question as any other."""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Thought:
    """Input of a decision; `known` is the contact's row, None for a new contact."""

    event: IncomingEvent
    """What was done, with a number that was typed in place of a button understood as the press that it is."""
    said: Utterance
    """Its text as understood."""
    known: Row[Any] | None
    thread: Thread
    found: Found | None
    quiet: bool = False
    """The contact floods us or is muted, so nothing was looked up."""


class Conversation:
    """Turns events into decisions and decisions into rows (the `Thinker` of the intake)."""

    def __init__(
        self, db: Database, library: Library, services: Services, language: str, public_policy: PublicPolicy
    ) -> None:
        """`language` is used for contacts whose language is unknown."""
        self._db = db
        self._language = language
        self._outbox = services.outbox
        self._attachments = services.attachments
        self._bus = services.bus
        self._clock = services.clock
        self._marks = services.marks
        self._effects = Effects(services)
        self._lookups = Lookups(library, services.clock)
        self._public = PublicQuestions(services.outbox, services.desk, services.clock, public_policy)

    async def handle(
        self, address: Address, items: Sequence[InboxItem], event: IncomingEvent, thought: Thought | None = None
    ) -> None:
        """Answer one event, or the messages of one burst joined into `event`."""
        for _ in range(_ROUNDS):
            if thought is None:
                thought = await self._db.read(lambda session: self.think(session, address, event))
            try:
                # What it claims has to be sent, though this round be cancelled meanwhile.
                await asyncio.shield(asyncio.ensure_future(self._write(address, items, event, thought)))
            except ThreadChangedError:
                thought = None
                continue
            return
        raise ThreadChangedError(f"the thread of {address} does not come to rest")

    async def _write(
        self, address: Address, items: Sequence[InboxItem], event: IncomingEvent, thought: Thought
    ) -> None:
        if thought.event.kind is not event.kind:  # the number of a choice
            items = [replace(items[0], event=thought.event)]
        event = thought.event
        with self._outbox.offer(address.account) as claim:
            await self._db.write(lambda session: self.apply(session, address, items, event, thought, claim))

    async def set_aside(self, address: Address, item: InboxItem, problem: str) -> None:
        """Quarantine an event that cannot be handled; a person gets its text."""
        await self._db.write(lambda session: self._set_aside(session, address, item, problem))

    def think(self, session: Session, address: Address, event: IncomingEvent) -> Thought:
        """Load the contact and the thread and look up the question; runs outside the event loop."""
        known = known_at(session, address, self._clock())
        if concerns_agents(known, event):
            return Thought(event, _understand(event), known, Thread(language_of(known, event, self._language)), None)
        done, said = event, _understand(event)
        if known is not None:
            event = read_press(session, known.id, event, said, numbered=known.numbered)
        event = follow_link(session, address, event)
        if event is not done:
            said = _understand(event)
        thread = self._thread(session, known, in_private(event), said)
        if is_quiet(known, event, said, thread, minute_of(known, event, 1, self._clock())):
            return Thought(event, said, known, thread, None, quiet=True)
        found = self._lookups.look_up(session, thread, in_private(event), said, known)
        if found is not None and found.language:
            thread = replace(thread, language=found.language)
        if found is not None and found.match.band is Band.ANSWER:
            sure = found.entries.get(found.match.candidates[0].entry_id)
            if sure is not None and sure.handoff == "always":
                thread = replace(thread, form=form_of(session, sure.category))
        return Thought(event, said, known, thread, found)

    def _thread(self, session: Session, known: Row[Any] | None, event: IncomingEvent, said: Utterance) -> Thread:
        profile = event.language if event.language in LANGUAGES else ""
        otherwise = (known.language if known else "") or profile or self._language
        language = (known.chosen_language if known else None) or said.language or otherwise
        choice = choice_of(session, known.id, event) if known and event.kind is EventKind.PRESS else None
        command = said.command if event.kind is EventKind.MESSAGE else None
        pressed, pressed_ticket = pressed_by(session, choice) if choice else (None, None)
        view = None
        if wanted := pressed.payload if pressed else decode(command, {}) if command else None:
            view = view_of(session, known.id if known else None, language, wanted, self._clock())
        link = resolve_link(session, event.start, language) if event.start else None
        if known is None:
            return Thread(language, view=view, link=link)
        # What is asked in public stands for itself, and completes nothing that was said in private.
        # A wish for a person lasts until its ticket is open, however long we were away.
        awaited = known.expects == MATTER or self._clock() - known.last_seen_at < _EXPECTED
        expects = (known.expects or "") if awaited and event.place is None else ""
        number = form_of_press(pressed.payload, expects) if pressed else answered_form(expects)
        filling = find_open_form(session, known.id, number, language) if number else None
        about = (
            find_tickets(session, known.id, event, expects, self._clock())
            if known.live or event.reply_to
            else EventTickets()
        )
        free = not (known.live or filling or event.reply_to or event.place or command)
        silenced = free and event.kind is EventKind.MESSAGE and (said.has_content or said.shows)
        closed = silenced_ticket(session, known.id, expects, self._clock()) if silenced else None
        if not closed and _reports_problem(event, said) and (disputed := disputed_ticket(session, known.id, expects)):
            snapshot = snapshot_ticket(disputed, self._clock())
            held = snapshot if snapshot.live else None
            about = EventTickets(held, known.live, None if held else snapshot, named=True)
        offer = pending(session, known.id, expects) if event.kind is EventKind.MESSAGE and not about.named else None
        rejecting = pressed is not None and pressed.rejects is not None
        earlier = load_rejections(session, known.id, self._clock() - RECENT) if rejecting else ()
        return Thread(
            language,
            # What completes a question that was asked apart belongs to no ticket, any more than that question does.
            ticket=None if filling or (offer and offer.trail.apart) else about.ticket,
            live=about.live,
            quoted=about.quoted,
            closed=closed,
            quotes=about.named,
            pressed=pressed,
            pressed_ticket=snapshot_ticket(pressed_ticket, self._clock()) if pressed_ticket else None,
            last_question=known.last_question or "",
            view=view,
            link=link,
            expects=expects,
            pending=offer,
            form=form_of(session, pressed.category) if pressed is not None else (),
            filling=filling,
            rejections=earlier,
            marks=event.place is None and self._marks(event.address.account),
        )

    def apply(
        self,
        session: Session,
        address: Address,
        items: Sequence[InboxItem],
        event: IncomingEvent,
        thought: Thought,
        claim: Claim | None,
    ) -> None:
        """Write what follows from the thought, within the caller's unit of work.

        Raises ThreadChangedError if the thread has changed since.
        """
        thread, said = thought.thread, thought.said
        if not mark_done(session, items):
            return  # another process was quicker
        if not is_question(said) if event.place else thought.known is None and event.kind is EventKind.PROFILE:
            return  # a contact who has asked nothing has no row to keep
        minute = minute_of(thought.known, event, len(items), self._clock())
        if concerns_agents(thought.known, event):
            contact, _ = self._meet(session, address, thought.known, event, thread.language, minute)
            if not minute.quiet:
                answer_agent(session, contact, event, self._outbox, self._clock)
            return
        quiet = is_quiet(thought.known, event, said, thread, minute)
        muted = quiet and is_muted(thought.known, event, said, thread)
        if muted and event.place:
            return
        if thought.quiet and not quiet:
            raise ThreadChangedError  # the minute is over since
        contact, name = self._meet(session, address, thought.known, event, thread.language, minute)
        if quiet:
            decisions, found = decide_quietly(thread, event, replace(minute, begins=minute.begins and not muted)), None
        else:
            decisions, found = decide(thread, in_private(event), said, thought.found), thought.found
        home = thread if _belongs_to_ticket(decisions) else replace(thread, ticket=None)
        events = whole_albums([item.event for item in items if item.event is not None])
        recorded = [
            (self._record(session, contact.id, name, one, _thread_showing(one, event, said, home)), one.attachments)
            for one in events
        ]
        incoming = tuple(id_ for id_, _ in recorded if id_ is not None)
        texts = [one.text for one in events] if event.kind is EventKind.MESSAGE else []
        note_identifiers(session, contact.id, texts, name if name != (thought.known and thought.known.name) else "")
        # Of a flood only what a person will read is fetched.
        fetched = not quiet or thread.ticket is not None
        if fetched and (
            sent := [(id_, attachments) for id_, attachments in recorded if id_ is not None and attachments]
        ):
            self._attachments.want(session, contact, sent)
        if event.kind is EventKind.PRESS and not quiet:
            rows.run(session, USE, {"choice": event.choice_id, "contact": contact.id, "now": self._clock()})
        asked = incoming if event.kind in {EventKind.MESSAGE, EventKind.PUBLIC} else ()
        answer = partial(self._effects.apply, session, contact, decisions, found, asked)
        if event.place is not None:
            incoming += (self._public.note(session, contact.id, home.ticket, event.place),)
            ticket_id = self._public.apply(session, contact, event, thought.known, thread.ticket, answer)
        else:
            ticket_id = answer()
        if ticket_id is not None and (home.ticket is None or ticket_id != home.ticket.number):
            rows.run(session, JOIN, {"ids": incoming, "ticket": ticket_id})
            take_along(session, contact.id, ticket_id, self._clock() - RECENT)
        if event.kind is EventKind.PRESS and not quiet:
            show_choice(session, self._outbox, thread.pressed, event.choice_id)
        if claim is not None:
            session.flush()
            claim(session)
        if ticket_id is not None or thread.ticket is not None:  # what the bot answers alone is no news to agents
            after_commit(session, lambda: self._bus.publish("desk", str(contact.id)))

    def _set_aside(self, session: Session, address: Address, item: InboxItem, problem: str) -> None:
        row = session.get_one(InboxEvent, item.id)
        if row.state is not InboxState.NEW:
            return
        row.state, row.problem = InboxState.POISON, problem
        session.flush()
        known = known_at(session, address, self._clock())
        unread = IncomingEvent(EventKind.PROFILE, address, item.received_at)
        minute = minute_of(known, unread, 0, self._clock())
        contact, name = self._meet(session, address, known, unread, language_of(known, unread, self._language), minute)
        if known is not None and (known.muted_at is not None or known.serves_agent):
            return
        event = item.event
        incoming = self._record(session, contact.id, name, event, Thread(contact.language)) if event else None
        ticket_id = self._effects.hand_over_unread(session, contact, words_in(item.payload))
        if incoming is not None:
            rows.run(session, JOIN, {"ids": [incoming], "ticket": ticket_id})

    def _meet(
        self,
        session: Session,
        address: Address,
        known: Row[Any] | None,
        event: IncomingEvent,
        language: str,
        minute: Minute,
    ) -> tuple[Addressee, str]:
        """Store what the event says about the contact, and lock the thread until the commit.

        Returns the contact and their name. Raises ThreadChangedError if the contact is no longer as `known`.
        """
        now = self._clock()
        heard = event.kind in {EventKind.MESSAGE, EventKind.PRESS, EventKind.ALLOWED}
        barred = None if heard else unreachable(event, known) if event.place else (known and known.unreachable)
        flood = {"flood_since": minute.since, "flood_written": minute.written, "flood_count": minute.count}
        if known is None:
            made = rows.add_if_new(
                session,
                Contact,
                account=address.account,
                user_id=address.user_id,
                name=event.name,
                language=language,
                numbered=bool(event.numbered),
                unreachable=barred,
                version=1,
                created_at=now,
                last_seen_at=now,
                **flood,
            )
            if made is None:
                raise ThreadChangedError
            return Addressee(made, address.account, address.user_id, language, bool(event.numbered)), event.name
        name = event.name or known.name
        spoken = language if event.kind is EventKind.MESSAGE or not known.language else known.language
        numbered = known.numbered if event.numbered is None else event.numbered
        # A contact who floods us goes on where they were once we answer again.
        keeps = event.kind is not EventKind.MESSAGE or minute.quiet
        values = {
            **flood,
            "contact": known.id,
            "seen": known.version,
            "name": name,
            "language": spoken,
            "numbered": numbered,
            "unreachable": barred,
            "last_seen_at": now if heard else known.last_seen_at,
            "expects": known.expects if keeps and not takes_up(event, known.expects) else None,
        }
        if not rows.run(session, MEET, values).rowcount:
            raise ThreadChangedError
        if known.unreachable and not barred:
            self._outbox.resume(session, known.id)
        if known.held and heard:
            self._outbox.repeat(session, address.account, contact_id=known.id)
        return Addressee(known.id, address.account, address.user_id, spoken, numbered), name

    def _record(self, session: Session, contact_id: int, name: str, event: IncomingEvent, thread: Thread) -> int | None:
        """Add a line to the thread for what the contact did, if it is readable; return the message's id."""
        if event.kind is EventKind.EDIT:
            correct_question(session, contact_id, event)
            return None
        if event.kind not in {EventKind.MESSAGE, EventKind.PUBLIC, EventKind.PRESS, EventKind.STAFF_REPLY}:
            return None
        if thread.pressed is not None and thread.pressed.payload.rule.unseen:
            return None
        ticket = thread.ticket
        staff, press = event.kind is EventKind.STAFF_REPLY, event.kind is EventKind.PRESS
        message_id = rows.add(
            session,
            Message,
            contact_id=contact_id,
            ticket_id=ticket.number if ticket else None,
            kind=MessageKind.OUTGOING if staff else MessageKind.EVENT if press else MessageKind.INCOMING,
            author=event.name if staff else name,
            text=press_line(thread.pressed.payload) if press and thread.pressed else event.text,
            attachments=dump_attachments(event.attachments),
            contents=dump(event.contents),
            platform_id=event.message_id or None if not press else None,
            at=event.at,
        )
        if not press:
            index_message(session, message_id, contact_id, event.text if staff else f"{name}\n{event.text}")
        return message_id


def _understand(event: IncomingEvent) -> Utterance:
    return read_utterance(event.text, shows=shows_something(event))


def _reports_problem(event: IncomingEvent, said: Utterance) -> bool:
    """Decide whether it may say, in private and without a quote, that a problem persists."""
    here = event.kind is EventKind.MESSAGE and event.place is None and not event.reply_to
    return here and said.reports_problem and not said.gives_thanks and "?" not in said.text


def _belongs_to_ticket(decisions: Sequence[Decision]) -> bool:
    """Return whether what the contact wrote stays with their open ticket: it was not answered apart from it."""
    kinds = {type(one) for one in decisions if not isinstance(one, GiveAnswer) or one.beside is not None}
    return GiveAnswer not in kinds or JoinTicket in kinds


def _thread_showing(one: IncomingEvent, whole: IncomingEvent, said: Utterance, thread: Thread) -> Thread:
    """Return the thread that one of the events joins as part of `whole`; a command is not part of a ticket."""
    said = said if one.text == whole.text else _understand(one)
    return replace(thread, ticket=None) if one.kind is EventKind.MESSAGE and said.command else thread
