"""One contact, the bot's mind on real rows, and somebody at the desk: everything but the wire, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.attachments import Attachments
from bot.conversation import Conversation
from bot.intake import InboxItem
from bot.own_data import OwnData
from bot.schema import migrate
from handoff.desk import Desk
from handoff.files import Rules
from handoff.messages import Address, Attachment, EventKind, IncomingEvent
from handoff.models import (
    LIVE,
    Agent,
    ChoiceRow,
    Delivery,
    DeliveryState,
    InboxEvent,
    Message,
    MessageKind,
    Role,
    Ticket,
)
from handoff.outbox import Outbox
from infra.bus import LocalBus
from infra.database import Database
from infra.files import FileStore
from knowledge.library import Library
from knowledge.loading import SourceFile, read_files
from knowledge.matching import Band, Candidate, Match
from knowledge.models import Entry

KNOWLEDGE = Path(__file__).parent.parent / "journeys" / "knowledge.yaml"
WHO = Address("vk:main", "1")
_ANSWERED = {"пароль": "forgot-password", "жалоба": "insult", "взломали": "hacked"}
_SUGGESTED = {"музыка": ("music-silent", "music-download")}


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one event led to, as far as the contact can see it."""

    posted: tuple[Message, ...]
    changed: int
    """How many earlier messages read otherwise now."""
    opened: tuple[Ticket, ...]

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
            self.desk,
            self.outbox,
            bus,
            self.clock,
            "ru",
            attachments,
            own,
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

    def writes(self, text: str, reply_to: str = "", photo: bool = False) -> tuple[Reaction, Message]:
        """The reaction to a message, and the message as it stands in the thread."""
        attachments = (Attachment("photo", size=9, source="x"),) if photo else ()
        event = IncomingEvent(
            EventKind.MESSAGE,
            WHO,
            self.house.now,
            message_id=f"in-{self._events}",
            text=text,
            attachments=attachments,
            reply_to=reply_to,
        )
        reaction = self._happens(event)
        wanted = select(Message).where(Message.kind == MessageKind.INCOMING).order_by(Message.id.desc())
        return reaction, self.session.scalars(wanted).first() or Message(text=text)

    def presses(self, choice_id: str) -> Reaction:
        return self._happens(IncomingEvent(EventKind.PRESS, WHO, self.house.now, choice_id=choice_id))

    def edits(self, message_id: str, text: str) -> Reaction:
        return self._happens(IncomingEvent(EventKind.EDIT, WHO, self.house.now, message_id=message_id, text=text))

    def waits(self, hours: float) -> None:
        self.house.now += timedelta(hours=hours)

    # --- what there is

    def choices(self) -> list[ChoiceRow]:
        self.session.expire_all()
        return list(self.session.scalars(select(ChoiceRow).order_by(ChoiceRow.message_id, ChoiceRow.number)))

    def live(self) -> list[Ticket]:
        self.session.expire_all()
        return list(self.session.scalars(select(Ticket).where(Ticket.status.in_(LIVE)).order_by(Ticket.id)))

    def said(self) -> list[Message]:
        """Everything that the contact has got."""
        self.session.expire_all()
        wanted = select(Message).where(Message.kind == MessageKind.OUTGOING).order_by(Message.id)
        return list(self.session.scalars(wanted))

    # --- within

    def _happens(self, event: IncomingEvent) -> Reaction:
        self._events += 1
        self.house.now += timedelta(seconds=1)
        event = replace(event, at=self.house.now)
        session = self.session
        stored = InboxEvent(
            account=WHO.account, event_key=str(self._events), user_id=WHO.user_id, payload={}, received_at=event.at
        )
        session.add(stored)
        session.flush()
        item = InboxItem(stored.id, event.at, 0, event, {})
        last, tickets = self._last(Message.id), self._last(Ticket.id)
        before = self._edited()
        thought = self.house.conversation.think(session, WHO, event)
        self.house.conversation.apply(session, WHO, [item], event, thought, None)
        session.flush()
        session.expire_all()
        new = select(Message).where(Message.id > last, Message.kind == MessageKind.OUTGOING)
        opened = select(Ticket).where(Ticket.id > tickets)
        reaction = Reaction(tuple(session.scalars(new)), self._edited() - before, tuple(session.scalars(opened)))
        self._delivered()
        return reaction

    def _last(self, column: object) -> int:
        return self.session.scalar(select(func.coalesce(func.max(column), 0))) or 0  # type: ignore[arg-type]

    def _edited(self) -> int:
        wanted = select(func.count()).where(Message.edited_at.is_not(None), Message.kind == MessageKind.OUTGOING)
        return self.session.scalar(wanted) or 0

    def _delivered(self) -> None:
        """The platform has shown everything, under ids of its own."""
        for delivery in self.session.scalars(select(Delivery).where(Delivery.state == DeliveryState.QUEUED)):
            delivery.state, delivery.platform_ids = DeliveryState.SENT, {"cmid": f"out-{delivery.id}"}
        self.session.flush()

    def answered(self, ticket: Ticket, text: str) -> None:
        self.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(claimed_until=None, assignee_id=None))
        self.session.expire_all()
        self.house.desk.reply(self.session, ticket.id, self.house.agent, text)
        self._delivered()

    def solved(self, ticket: Ticket) -> None:
        self.house.desk.resolve(self.session, ticket.id, self.house.agent)
        self._delivered()
