"""The desk's rows on a real database, with people on both sides and a clock that is moved by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff.deliveries.claims import Claimed
from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import RichText, SendOutcome, Sent
from handoff.models import Contact, Delivery, DeliveryState, Message, MessageKind, Role, Ticket
from handoff.people.agents import AgentView, Staff
from handoff.tickets.service import Desk
from infra.bus import LocalBus
from infra.database import Database
from tests.office import Clock, employ

T = TypeVar("T")
_people = count(1)


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything of `handoff` over one database."""

    clock: Clock
    database: Database
    bus: LocalBus
    outbox: Outbox
    desk: Desk
    staff: Staff

    async def do(self, work: Callable[[Session], T]) -> T:
        return await self.database.write(work)

    async def contact(self, account: str = "vk:main", language: str = "en") -> int:
        number = next(_people)

        def work(session: Session) -> int:
            now = self.clock()
            contact = Contact(
                account=account, user_id=str(number), name=f"Contact {number}", language=language,
                created_at=now, last_seen_at=now,
            )  # fmt: skip
            session.add(contact)
            session.flush()
            return contact.id

        return await self.do(work)

    async def agent(self, name: str) -> AgentView:
        email = f"{name.lower()}{next(_people)}@example.org"
        return await self.do(lambda session: employ(session, email, name, Role.AGENT, self.clock()))

    async def asks(self, question: str = "how?", contact_id: int | None = None) -> int:
        """A question handed to people; its number."""
        who = await self.contact() if contact_id is None else contact_id

        def work(session: Session) -> int:
            return self.desk.open(session, session.get_one(Contact, who), question, reason="asked").id

        return await self.do(work)

    async def ticket(self, number: int) -> Ticket:
        """A copy of the ticket's row."""
        return await self.database.read(lambda session: _copy(session, session.get_one(Ticket, number)))

    async def events(self, number: int) -> list[tuple[str, str]]:
        """The lines of the ticket that say what was done, and by whom."""
        wanted = (
            select(Message.text, Message.author)
            .where(Message.ticket_id == number, Message.kind == MessageKind.EVENT)
            .order_by(Message.id)
        )
        return await self.database.read(lambda session: [(row[0], row[1]) for row in session.execute(wanted)])

    async def person(self, contact_id: int) -> Contact:
        return await self.database.read(lambda session: _copy(session, session.get_one(Contact, contact_id)))

    # --- deliveries -------------------------------------------------------------------------------------------------

    async def posts(
        self, contact_id: int, text: str = "words", *, agent: AgentView | None = None, choices: tuple[Choice, ...] = ()
    ) -> int:
        """OutgoingMessage one message and return its id."""

        def work(session: Session) -> int:
            contact = session.get_one(Contact, contact_id)
            return self.outbox.post(
                session, contact, OutgoingMessage(RichText(text), choices, agent_id=agent.id if agent else None)
            )

        return await self.do(work)

    async def parts(self, contact_id: int) -> list[Delivery]:
        """Copies of the contact's deliveries, in order."""

        def work(session: Session) -> list[Delivery]:
            rows = session.query(Delivery).filter_by(contact_id=contact_id).order_by(Delivery.id).all()
            session.expunge_all()
            return rows

        return await self.database.read(work)

    async def claims(self, owner: str = "one", account: str = "vk:main", limit: int = 10) -> list[Claimed]:
        return await self.do(lambda session: self.outbox.claim(session, account, owner, limit).parts)

    async def fences(self, claimed: Claimed, owner: str = "one") -> bool:
        return await self.do(lambda session: self.outbox.fence(session, claimed.delivery_id, owner))

    async def settles(
        self, claimed: Claimed, outcome: SendOutcome, owner: str = "one", *, idempotent: bool = True
    ) -> DeliveryState | None:
        number = claimed.delivery_id
        settled = await self.do(
            lambda session: self.outbox.settle(session, number, owner, outcome, idempotent=idempotent)
        )
        return settled.state if settled is not None else None

    async def recovers(
        self, owner: str, *, idempotent: bool, account: str = "vk:main", known: tuple[int, ...] = ()
    ) -> None:
        await self.do(lambda session: self.outbox.recover(session, account, owner, idempotent=idempotent, known=known))

    async def sends(
        self, outcome: SendOutcome | None = None, owner: str = "one", *, idempotent: bool = True
    ) -> Claimed:
        """Take the only part that is due all the way."""
        (claimed,) = await self.claims(owner)
        assert await self.fences(claimed, owner)
        await self.settles(claimed, outcome or Sent(), owner, idempotent=idempotent)
        return claimed

    async def answers(self, number: int, agent: AgentView, text: str, outcome: SendOutcome | None = None) -> int:
        """Reply to the question, and take every part to the same end; the message's id."""
        message = await self.do(lambda session: self.desk.reply(session, number, agent.id, text))
        await self.delivers(outcome)
        return message

    async def delivers(self, outcome: SendOutcome | None = None) -> None:
        """Take every part that is due to the same end."""
        while claims := await self.claims():
            for claimed in claims:
                assert await self.fences(claimed)
                await self.settles(claimed, outcome or Sent({"message_id": str(claimed.delivery_id)}))

    async def puts(self, delivery_id: int, state: DeliveryState) -> None:
        """Place a delivery in a state that is tedious to reach."""

        def work(session: Session) -> None:
            session.get_one(Delivery, delivery_id).state = state

        await self.do(work)


def _copy(session: Session, row: T) -> T:
    session.expunge(row)
    return row
