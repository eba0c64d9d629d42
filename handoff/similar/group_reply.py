"""One reply to several contacts who ask the same: each gets a private message in their own ticket."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from handoff.canned_responses.placeholders import placeholders_in, values_for
from handoff.canned_responses.responses import require_filled
from handoff.errors import DeskError, NotFoundError
from handoff.messages.names import without_name
from handoff.people.agents import AgentView
from handoff.tickets import queue
from handoff.tickets.service import Desk
from infra.clock import Clock
from infra.database import Database
from infra.files import Kept

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """A reply in the ticket where it was written, and the other tickets that get it, too."""

    ticket_id: int
    others: tuple[int, ...]
    agent: AgentView
    text: str
    key: str
    """A UUID. The same key again sends nothing twice: each ticket's key is derived from it."""
    files: Sequence[tuple[str, Kept]] = ()


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """Tickets that got the reply, and those that did not, each with the reason."""

    sent: tuple[int, ...]
    skipped: tuple[tuple[int, DeskError], ...] = field(default=())


class GroupReply:
    """Sends one reply to several tickets, each in a transaction of its own."""

    def __init__(self, database: Database, desk: Desk, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    async def send(self, request: GroupRequest) -> GroupOutcome:
        """Reply in the request's own ticket, then in the others; those that refuse it are skipped.

        The name of the ticket's contact and its number are replaced by those of each other ticket.

        Raises:
            DeskError: the own ticket refuses the reply, so nothing was sent.
        """
        await self._database.write(lambda session: self._reply(session, request, request.ticket_id, request.text))
        template = await self._database.read(lambda session: self._as_template(session, request))
        sent, skipped = [request.ticket_id], list[tuple[int, DeskError]]()
        for number in dict.fromkeys(request.others):
            if number == request.ticket_id:
                continue
            try:
                await self._database.write(
                    lambda session, number=number: self._reply_filled(session, request, number, template)  # type: ignore[misc]
                )
                sent.append(number)
            except DeskError as error:
                skipped.append((number, error))
        return GroupOutcome(tuple(sent), tuple(skipped))

    def _reply(self, session: Session, request: GroupRequest, number: int, text: str) -> None:
        require_filled(session, request.agent.id, text)
        own = number == request.ticket_id
        key = request.key if own else str(uuid.uuid5(uuid.UUID(request.key), str(number)))
        self._desk.reply(session, number, request.agent.id, text, key, request.files)

    def _reply_filled(self, session: Session, request: GroupRequest, number: int, template: str) -> None:
        text = template
        if placeholders_in(template):
            ticket = queue.ticket(session, number, self._clock())
            if ticket is None:
                raise NotFoundError(f"there is no question #{number}")
            name = request.agent.name if self._desk.agents_named else ""
            text = values_for(session, ticket, name, self._clock()).fill(template)
        self._reply(session, request, number, text)

    def _as_template(self, session: Session, request: GroupRequest) -> str:
        """Return the text with placeholders for what belongs to the own ticket alone."""
        own = queue.ticket(session, request.ticket_id, self._clock())
        if own is None:
            return request.text
        text = without_name(request.text, own.contact_name)
        return re.sub(rf"([#№]\s?){own.id}\b", r"\1{ticket}", text)
