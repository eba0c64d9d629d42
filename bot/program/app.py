"""The composition root: builds all parts from the settings and runs them. Nothing else constructs clients."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels import Channel
from bot.channels.settings import ChannelParts
from bot.channels.web.settings import WebSettings
from bot.conversation.effects import Effects, Services
from bot.conversation.handler import Conversation, Thought
from bot.conversation.live_search import LiveSearch
from bot.conversation.privacy import OwnData
from bot.conversation.silent_wishes import SilentWishes
from bot.delivery.pump import Pump
from bot.delivery.webhooks import WebhookSender
from bot.inbox.attachments import Attachments
from bot.inbox.downloads import Fetcher
from bot.inbox.intake import Intake
from bot.program.schema import migrate
from bot.program.settings import Settings
from bot.views.wait_times import overdue_forecast
from bot.web.readiness import HEARTBEAT, ReadinessParts
from bot.wording.sentences import WORDBOOK
from handoff.audit.log import AuditLog
from handoff.canned_responses.responses import install_starters
from handoff.deliveries.outbox import Outbox
from handoff.messages.files import Rules
from handoff.messages.orphan_files import Orphans
from handoff.messages.values import IncomingEvent
from handoff.models import ChannelState
from handoff.people.access import Team
from handoff.people.agents import Staff
from handoff.people.privacy.erasure import sweep
from handoff.retention.keeper import RetentionKeeper
from handoff.tickets.claims import OwnershipPolicy
from handoff.tickets.ownership.assignment import Assigner, Assignment
from handoff.tickets.pings.expiry import ExpiredPings
from handoff.tickets.pings.overdue import OverduePings
from handoff.tickets.public_questions import rescue, tidy
from handoff.tickets.reminders.caretaker import Caretaker, DueWork
from handoff.tickets.reminders.overdue_notices import OverdueNotices
from handoff.tickets.reminders.returned_tickets import LapsedClaims, UnattendedTickets
from handoff.tickets.service import Desk
from handoff.tickets.silence_policy import SilencePolicy
from handoff.webhooks.listeners import Listeners
from handoff.webhooks.queue import OldEvents
from handoff.webhooks.registry import Webhooks
from handoff.wording.overrides import LiveWording
from infra.bus import Bus, open_bus
from infra.clock import Clock, utc_now
from infra.database import Database, Held
from infra.files import FileStore
from infra.outgoing import AddressRules
from infra.supervision import Supervisor
from knowledge.live.library import Library
from knowledge.matching import Thresholds, find_embedder

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class App:
    """All open parts of the program that a role or a command needs."""

    settings: Settings
    db: Database
    bus: Bus
    clock: Clock
    library: Library
    outbox: Outbox
    desk: Desk
    staff: Staff
    team: Team
    intake: Intake[Thought]
    caretaker: Caretaker
    assigner: Assigner | None
    """Assigns free questions; None if agents take them themselves."""
    orphans: Orphans
    retention: RetentionKeeper
    """Deletes what has expired."""
    webhooks: Webhooks
    webhook_list: Listeners
    webhook_sender: WebhookSender
    channels: dict[str, Channel]
    """By account."""
    files: FileStore
    attachments: Attachments
    wording: LiveWording
    """Follows the sentences that admins change."""
    supervisor: Supervisor
    """Keeps the roles running and counts their restarts."""

    @property
    def readiness_parts(self) -> ReadinessParts:
        accounts = tuple(channel.account for channel in self.settings.channels)
        return ReadinessParts(
            self.db, self.bus, self.clock, self.library, self.supervisor, self.settings.files_dir, accounts
        )

    async def serve(self, account: str) -> None:
        """Receive and send for one channel account until cancelled, in one process at a time.

        Each of the account's roles is supervised separately: a failing pump does not stop receiving.
        """
        channel = self.channels[account]
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        keep = self.supervisor.keep

        async def work(held: Held) -> None:
            pump = Pump(channel, held, self.outbox, self.bus, self.clock, owner)
            fetcher = Fetcher(channel, held, self.files, self.attachments, self.bus, self.clock)
            inlet = self.intake.inlet(account, held)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(keep(f"{account}/receiver", lambda: channel.run(inlet)))
                tasks.create_task(keep(f"{account}/pump", pump.run))
                tasks.create_task(keep(f"{account}/fetcher", fetcher.run))
                tasks.create_task(keep(f"{account}/heartbeat", lambda: self._heartbeat(account, held)))

        await keep(account, lambda: self.db.exclusively(f"channel {account}", work))

    async def _heartbeat(self, account: str, held: Held) -> None:
        while True:
            try:
                await held.write(lambda session: self._live(session, account))
            except Exception as error:  # noqa: BLE001 - the next heartbeat follows soon
                log.warning("%s: the sign of life was not kept: %s", account, type(error).__name__)
            await asyncio.sleep(HEARTBEAT)

    def _live(self, session: Session, account: str) -> None:
        session.execute(update(ChannelState).where(ChannelState.account == account).values(updated_at=self.clock()))
        sweep(session, self.clock)
        rescue(session, self.desk)
        tidy(session, self.clock())


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock = utc_now) -> AsyncIterator[App]:
    """Open the database, migrate it to the current schema and build all parts on it.

    The knowledge base is not loaded yet: `Library.run` loads it in the background, `Library.refresh` at once.

    Raises:
        PlainError: something that the settings name cannot be reached, opened or used.
    """
    db = Database(settings.database_url)
    try:
        upgrade = await asyncio.to_thread(migrate, db)
        if upgrade:
            log.info("the database is at schema %s", upgrade.revision)
        await db.write(lambda session: install_starters(session, clock()))
        bus = await open_bus(settings.redis_url)
        log.info("the database is open")
        channels: dict[str, Channel] = {}
        try:
            app = _build(settings, db, bus, clock, channels)
            await app.wording.refresh()
            await app.webhook_list.refresh()
            try:
                yield app
            finally:
                app.wording.close()
        finally:
            for channel in channels.values():
                await channel.close()
            await bus.close()
    finally:
        await db.close()


def _build(settings: Settings, db: Database, bus: Bus, clock: Clock, channels: dict[str, Channel]) -> App:
    outbox = Outbox(bus, clock)
    patience = SilencePolicy(
        remind_after=timedelta(days=settings.remind_after),
        solve_after=timedelta(days=settings.solve_after),
        reopen_within=timedelta(days=settings.reopen_within),
    )
    ownership = OwnershipPolicy(timedelta(minutes=settings.claim_minutes))
    desk = Desk(bus, clock, outbox, patience, ownership, agents_named=settings.show_agent_name)
    desk.pings.desk_address = str(settings.public_url) if settings.public_url else None
    events, addresses = desk.journal.webhooks, AddressRules(settings.webhook_networks)
    events.desk_address = settings.address if settings.public_url else None
    thresholds = Thresholds(settings.answer_confidence, settings.likely_confidence, settings.suggest_confidence)
    embedder = find_embedder() if settings.sentence_encoder else None
    library = Library(db, bus, clock, thresholds, saved=_beside(db, ".index"), embedder=embedder)
    rules = Rules(settings.attachment_mb, frozenset(settings.attachment_kinds))
    attachments = Attachments(outbox, bus, clock, rules)
    files = FileStore(settings.files_dir)
    own_data = OwnData(db, outbox, files, clock)

    def marks(account: str) -> bool:
        return account in channels and channels[account].limits.marks

    services = Services(desk, outbox, own_data, attachments, bus, clock, marks)
    wishes = SilentWishes(Effects(services), bus, clock)
    overdue = OverdueNotices(outbox, bus, clock, overdue_forecast)
    further: dict[str, DueWork] = {
        "question": overdue,
        "wish": wishes,
        "audit entry": AuditLog(clock),
        "snoozed question": desk.snoozing,
        "claim": LapsedClaims(desk.ownership, clock),
        "unattended question": UnattendedTickets(desk.ownership, clock),
        "overdue promise": OverduePings(desk.pings, clock),
        "ping": ExpiredPings(clock),
        "old webhook event": OldEvents(clock),
    }
    assignment = Assignment(desk.ownership, clock, settings.ticket_limit)
    conversation = Conversation(db, library, services, settings.language, settings.manners)

    def decode(account: str, payload: dict[str, Any]) -> IncomingEvent | None:
        channel = channels.get(account)
        return channel.decode(payload) if channel else None

    intake = Intake(db, bus, clock, decode, conversation, settings.burst_window)
    search = LiveSearch(db, library, settings.language)
    for account in (WebSettings(), *settings.channels):
        secret = settings.webhook_secret(account)
        channels[account.account] = account.open(ChannelParts(files, bus, search, settings.address, secret))
    return App(
        settings=settings,
        db=db,
        bus=bus,
        clock=clock,
        library=library,
        outbox=outbox,
        desk=desk,
        staff=Staff(clock),
        team=Team(desk, bus, clock),
        intake=intake,
        caretaker=Caretaker(db, desk, outbox, bus, clock, further),
        assigner=Assigner(db, bus, assignment) if settings.auto_assign else None,
        orphans=Orphans(db, files, clock),
        retention=RetentionKeeper(db, files, clock),
        webhooks=Webhooks(events, addresses, bus, clock),
        webhook_list=Listeners(db, bus, events),
        webhook_sender=WebhookSender(db, events, addresses, bus, clock),
        channels=channels,
        files=files,
        attachments=attachments,
        wording=LiveWording(db, bus, WORDBOOK),
        supervisor=Supervisor(),
    )


def _beside(db: Database, ending: str) -> Path | None:
    """Return a path next to the SQLite file; None on PostgreSQL, where processes may have no persistent disk."""
    return Path(f"{db.url.database}{ending}") if db.dialect == "sqlite" else None
