"""One contact, the bot's mind on real rows, and somebody at the desk: everything but the wire, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.effects import Services
from bot.conversation.handler import Conversation
from bot.conversation.privacy import OwnData
from bot.inbox.attachments import Attachments
from bot.inbox.intake import InboxItem
from bot.program.schema import migrate
from handoff.deliveries.outbox import Outbox
from handoff.deliveries.outcomes import Moved
from handoff.messages.files import Rules
from handoff.messages.values import Address, Attachment, EventKind, IncomingEvent
from handoff.models import Agent, DeliveryState, InboxEvent, Role
from handoff.tickets.public_policy import PublicPolicy
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from infra.database import Database
from infra.files import FileStore
from infra.storage import rows
from knowledge.entries.models import Entry
from knowledge.files.loading import SourceFile, read_files
from knowledge.live.library import Library
from knowledge.matching import Band, Candidate, Match

KNOWLEDGE = Path(__file__).parent.parent / "journeys" / "knowledge.yaml"
WHO = Address("vk:main", "1")
_ANSWERED = {"пароль": "forgot-password", "жалоба": "insult", "взломали": "hacked"}
_LIKELY = {"звук": ("music-silent", "music-download"), "оскорб": ("insult",)}
_SUGGESTED = {"музыка": ("music-silent", "music-download")}


@dataclass(frozen=True, slots=True)
class Said:
    """A message to the contact."""

    id: int
    ticket: int | None
    agent: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A button."""

    id: str
    action: str
    used: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one event led to, as far as the contact can see it."""

    posted: tuple[Said, ...]
    changed: int
    """How many earlier messages read otherwise now."""
    opened: tuple[int, ...]
    """Tickets."""
    marked: bool = False
    """The message bears a mark."""

    @property
    def seen(self) -> int:
        return len(self.posted) + self.changed


class _Known:
    """A library that finds by a word, so that what is walked is the dialogue and not the matcher."""

    def __init__(self, ids: dict[str, int]) -> None:
        self._ids = ids

    @property
    def matcher(self) -> "_Known":
        return self

    def match(self, question: str, *, languages: Sequence[str] = (), limit: int = 5) -> Match:  # noqa: ARG002 - as a matcher
        for word, key in _ANSWERED.items():
            if word in question:
                return Match(question, Band.ANSWER, (Candidate(self._ids[key], "", 0.97, ()),))
        for word, keys in _LIKELY.items():
            if word in question:
                found = tuple(Candidate(self._ids[key], "", 0.7 / place, ()) for place, key in enumerate(keys, 1))
                return Match(question, Band.LIKELY, found, ahead=True)
        for word, keys in _SUGGESTED.items():
            if word in question:
                found = tuple(Candidate(self._ids[key], "", 0.4, ()) for key in keys)
                return Match(question, Band.SUGGEST, found)
        return Match(question, Band.NONE, ())


class House:
    """A database with knowledge and an agent, built once; each walk begins in a transaction that is rolled back."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory()
        self.db = Database(f"sqlite:///{self._folder.name}/walk.db")
        migrate(self.db)
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        bus = LocalBus()
        self.outbox = Outbox(bus, self.clock)
        self.desk = Desk(bus, self.clock, self.outbox)
        attachments = Attachments(self.outbox, bus, self.clock, Rules(1, frozenset({"photo"})))
        own = OwnData(self.db, self.outbox, FileStore(Path(self._folder.name) / "files"), self.clock)
        library = Library(self.db, bus, self.clock)
        with Session(self.db.engine) as session:
            draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
            library.load(session, draft, author="test")
            agent = Agent(email="b@x", name="Борис", role=Role.AGENT, password_hash="", created_at=self.now)
            session.add(agent)
            session.commit()
            self.agent = agent.id
            found = session.execute(select(Entry.key, Entry.id).where(Entry.lang == "ru")).all()
            ids = dict(found)
        self.conversation = Conversation(
            self.db,
            _Known(ids),  # type: ignore[arg-type]  # all that a conversation asks of a library
            Services(self.desk, self.outbox, own, attachments, bus, self.clock, lambda _: True),
            "ru",
            PublicPolicy(20),
        )

    def clock(self) -> datetime:
        return self.now

    async def close(self) -> None:
        await self.db.close()
        self._folder.cleanup()


class World:
    """One walk."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.session = Session(house.db.engine)
        self._events = 0

    def close(self) -> None:
        self.session.rollback()
        self.session.close()

    # --- the contact

    def writes(self, text: str, reply_to: str = "", *, photo: bool = False) -> tuple[Reaction, int | None]:
        """The reaction to a message, and the ticket that it belongs to."""
        event = IncomingEvent(
            EventKind.MESSAGE,
            WHO,
            self.house.now,
            message_id=f"in-{self._events}",
            text=text,
            attachments=(Attachment("photo", size=9, source="x"),) if photo else (),
            reply_to=reply_to,
        )
        reaction = self._happens(event)
        belongs = self._rows("SELECT ticket_id FROM message WHERE kind = 'incoming' ORDER BY id DESC LIMIT 1")
        return reaction, belongs[0][0] if belongs else None

    def presses(self, choice_id: str) -> Reaction:
        return self._happens(IncomingEvent(EventKind.PRESS, WHO, self.house.now, choice_id=choice_id))

    def edits(self, message_id: str, text: str) -> Reaction:
        return self._happens(IncomingEvent(EventKind.EDIT, WHO, self.house.now, message_id=message_id, text=text))

    def waits(self, hours: float) -> None:
        self.house.now += timedelta(hours=hours)

    # --- what there is: plain rows, for a walk looks at them after every step

    def choices(self) -> list[Offered]:
        found = self._rows("SELECT id, action, used_at IS NOT NULL FROM choice ORDER BY message_id, number")
        return [Offered(*row) for row in found]

    def live(self) -> list[int]:
        return [row[0] for row in self._rows("SELECT id FROM ticket WHERE status IN ('open', 'waiting') ORDER BY id")]

    def question(self, ticket: int) -> str:
        return str(self._rows(f"SELECT question FROM ticket WHERE id = {ticket}")[0][0])  # noqa: S608

    def attended(self) -> bool:
        """An agent wrote about a live ticket within the last ten minutes."""
        last = self._rows(
            "SELECT max(at) FROM message WHERE agent_id IS NOT NULL AND kind = 'outgoing'"
            " AND ticket_id IN (SELECT id FROM ticket WHERE status IN ('open', 'waiting'))"
        )[0][0]
        if last is None:
            return False
        return self.house.now - datetime.fromisoformat(last).replace(tzinfo=UTC) < timedelta(minutes=10)

    def said(self) -> list[Said]:
        """Everything that the contact has got."""
        return self._said(0)

    def written(self) -> list[str]:
        """What the platform calls the contact's messages."""
        found = self._rows("SELECT platform_id FROM message WHERE kind = 'incoming' AND platform_id IS NOT NULL")
        return [row[0] for row in found]

    def shown(self) -> list[str]:
        """What the platform calls ours."""
        return [f"out-{row[0]}" for row in self._rows("SELECT id FROM delivery ORDER BY id")]

    def offers(self, messages: Sequence[int]) -> set[str]:
        """What the buttons below these messages do."""
        wanted = ", ".join(map(str, messages)) or "0"
        return {row[0] for row in self._rows(f"SELECT action FROM choice WHERE message_id IN ({wanted})")}  # noqa: S608

    # --- within

    def _happens(self, event: IncomingEvent) -> Reaction:
        self._events += 1
        self.house.now += timedelta(seconds=4)  # slower than the flood rule allows
        event = replace(event, at=self.house.now)
        session = self.session
        stored = rows.add(
            session,
            InboxEvent,
            account=WHO.account,
            event_key=str(self._events),
            user_id=WHO.user_id,
            payload={},
            received_at=event.at,
        )
        last, tickets, before = self._last("message"), self._last("ticket"), self._changed()
        thought = self.house.conversation.think(session, WHO, event)
        event = thought.event  # a press, where a button was typed
        self.house.conversation.apply(session, WHO, [InboxItem(stored, event.at, 0, event, {})], event, thought, None)
        session.flush()
        session.expire_all()
        opened = tuple(row[0] for row in self._rows(f"SELECT id FROM ticket WHERE id > {tickets}"))  # noqa: S608
        marked = bool(self._rows(f"SELECT 1 FROM delivery WHERE marks IS NOT NULL AND message_id > {last}"))  # noqa: S608
        reaction = Reaction(tuple(self._said(last)), self._changed() - before, opened, marked)
        self._delivered()
        return reaction

    def _rows(self, sql: str) -> Sequence[Any]:
        self.session.flush()
        return self.session.connection().exec_driver_sql(sql).all()

    def _last(self, name: str) -> int:
        return int(self._rows(f"SELECT coalesce(max(id), 0) FROM {name}")[0][0])  # noqa: S608

    def _said(self, after: int) -> list[Said]:
        sql = "SELECT id, ticket_id, agent_id, text FROM message WHERE kind = 'outgoing' AND id > "
        return [Said(*row) for row in self._rows(f"{sql}{after} ORDER BY id")]

    def _changed(self) -> int:
        sql = "SELECT count(*) FROM message WHERE kind = 'outgoing' AND edited_at IS NOT NULL"
        return int(self._rows(sql)[0][0])

    def _delivered(self) -> None:
        """The platform has shown everything, under ids of its own."""
        self.session.flush()
        self.session.connection().exec_driver_sql(
            "UPDATE delivery SET state = 'sent', platform_ids = json_object('cmid', 'out-' || id)"
            " WHERE state = 'queued'"
        )
        self.session.expire_all()

    def answered(self, ticket: int, text: str) -> None:
        message = self.house.desk.reply(self.session, ticket, self.house.agent, text)
        self._delivered()
        contact = self._rows(f"SELECT contact_id FROM message WHERE id = {message}")[0][0]  # noqa: S608
        moved = Moved(contact, message, by_agent=True, state=DeliveryState.SENT)
        self.house.desk.part_moved(self.session, moved)

    def solved(self, ticket: int) -> None:
        self.house.desk.resolve(self.session, ticket, self.house.agent)
        self._delivered()
