"""Answers of agents to similar solved questions: an index of their questions that follows the database.

The index holds words of contacts in memory; what is shown is read from the database at that moment, so nothing of an
erased contact appears.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from handoff.messages.names import without_name
from handoff.models import Contact, Message, MessageKind, Ticket, TicketStatus
from handoff.similar.open_questions import OVERLAP
from handoff.tickets.queue import TicketView
from infra.clock import Clock
from infra.database import Database
from knowledge.matching import ASKING, Matcher, Phrasing, keep_plausible, lower

MOST_INDEXED = 2_000
"""Solved questions that are indexed, the newest ones: an index of so many is built in seconds."""
_EDITS = 64
"""Changes beside the index before it is built again."""
_MOST_CHANGED = 500
"""Changed tickets that are looked at; for more the index is built again."""
_LOOKED_AT = 12
_SHOWN = 3
_WORTH_SHOWING = 0.3
"""Least sum of the confidences: questions that resemble each other share the confidence of one."""
_SHORTEST = 15
"""Characters of an answer that is worth reading."""
_READ = 1_000
"""Characters of an answer that are indexed."""
_DISLIKED = 2
"""Answers with at most so many stars are not offered."""
_UNRATED = 3.5
"""Place of an answer without a rating among those with one."""
_REMEMBERED = 500
_NONE = -1


@dataclass(frozen=True, slots=True)
class SolvedAnswer:
    """An agent's answer to a similar question."""

    ticket_id: int
    message_id: int
    question: str
    text: str
    """As the agent wrote it, with `{name}` for the name of the contact who received it."""
    agent: str
    rating: int | None
    solved_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Solved:
    """A ticket as the index reads it; `question` is empty if it is no longer to be found."""

    id: int
    version: int
    question: str
    language: str
    answer: str


class SolvedAnswers:
    """The solved questions of this process's database; built at the first use, and brought up to date at each."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._matcher: Matcher | None = None
        self._versions: dict[int, int] = {}
        """Version of each ticket in the index."""
        self._edited = 0
        self._read_at: datetime | None = None
        self._following = asyncio.Lock()
        self._found: dict[tuple[str, str], tuple[int, ...]] = {}

    async def near(self, ticket: TicketView) -> tuple[SolvedAnswer, ...]:
        """Return the answers to similar questions of other contacts, the best rated first; at most three."""
        question, language = ticket.question, ticket.language
        async with self._following:
            await self._follow()
            if (question, language) not in self._found:
                if len(self._found) >= _REMEMBERED:
                    self._found.clear()
                self._found[question, language] = await asyncio.to_thread(self._look_up, question, language)
            numbers = self._found[question, language]
        return await self._database.read(lambda session: _answers(session, ticket.contact_id, numbers))

    async def _follow(self) -> None:
        """Take over the tickets that changed; build the index at first, after many changes, and with the clock back."""
        now, since = self._clock(), self._read_at
        if since is not None and since <= now and self._matcher is not None:
            changed = await self._database.read(lambda session: _changed(session, since))
            new = [
                row
                for row in changed
                if row.version != self._versions.get(row.id, _NONE if row.question else row.version)
            ]
            if self._edited + len(new) <= _EDITS and len(changed) < _MOST_CHANGED:
                if new:
                    self._matcher = await asyncio.to_thread(_edit, self._matcher, new)
                    self._remember(new)
                    self._edited += len(new)
                self._read_at = now
                return
        rows = await self._database.read(_newest)
        self._matcher = await asyncio.to_thread(_build, rows)
        self._versions.clear()
        self._remember(rows)
        self._edited, self._read_at = 0, now

    def _remember(self, rows: list[_Solved]) -> None:
        self._versions |= {row.id: row.version for row in rows}
        for row in rows:
            if not row.question:
                del self._versions[row.id]
        self._found.clear()

    def _look_up(self, question: str, language: str) -> tuple[int, ...]:
        assert self._matcher is not None, "the index is built before it is asked"  # noqa: S101 - for the type checker
        match = self._matcher.match(question, languages=(language,), limit=_LOOKED_AT, rivals=True)
        near = [
            found
            for found in keep_plausible(match.candidates)
            if any(lower(word) not in ASKING for word in found.why)  # not only "how do I"
        ]
        if sum(found.confidence for found in near) < _WORTH_SHOWING:
            return ()
        return tuple(found.entry_id for found in near)


def _build(rows: list[_Solved]) -> Matcher:
    wordings = [Phrasing(row.id, row.question, row.language) for row in rows]
    return Matcher.build(wordings, answers={row.id: row.answer for row in rows})


def _edit(matcher: Matcher, rows: list[_Solved]) -> Matcher:
    for row in rows:
        wordings = [Phrasing(row.id, row.question, row.language)] if row.question else []
        matcher = matcher.with_edit(row.id, wordings, row.answer)
    return matcher


def _newest(session: Session) -> list[_Solved]:
    answered = exists().where(
        Message.ticket_id == Ticket.id, Message.kind == MessageKind.OUTGOING, Message.agent_id.is_not(None)
    )
    wanted = select(Ticket).where(Ticket.status == TicketStatus.SOLVED, Ticket.question != "", answered)
    return _solved(session, session.scalars(wanted.order_by(Ticket.id.desc()).limit(MOST_INDEXED)).all())


def _changed(session: Session, since: datetime) -> list[_Solved]:
    return _solved(
        session, session.scalars(select(Ticket).where(Ticket.updated_at > since - OVERLAP).limit(_MOST_CHANGED)).all()
    )


def _solved(session: Session, tickets: Sequence[Ticket]) -> list[_Solved]:
    """Return what the index reads of the tickets; those that are not solved by an agent's answer have no question."""
    answers = _best_answers(session, [ticket.id for ticket in tickets if ticket.status is TicketStatus.SOLVED])
    return [
        _Solved(
            ticket.id,
            ticket.version,
            ticket.question if ticket.id in answers else "",
            ticket.language,
            answers[ticket.id].text[:_READ] if ticket.id in answers else "",
        )
        for ticket in tickets
    ]


def _best_answers(session: Session, tickets: Sequence[int]) -> dict[int, Message]:
    """Return the longest agent's message of each ticket: what stands around it is seldom the answer."""
    wanted = select(Message).where(
        Message.ticket_id.in_(tickets), Message.kind == MessageKind.OUTGOING, Message.agent_id.is_not(None)
    )
    found: dict[int, Message] = {}
    for message in session.scalars(wanted.order_by(Message.id)) if tickets else ():
        number = message.ticket_id
        if number is not None and (number not in found or len(message.text) > len(found[number].text)):
            found[number] = message
    return found


def _answers(session: Session, contact_id: int, numbers: Sequence[int]) -> tuple[SolvedAnswer, ...]:
    """Read the answers as they are now; `numbers` are tickets, the most similar first."""
    if not numbers:
        return ()
    wanted = (
        select(Ticket, Contact.name)
        .join(Contact, Contact.id == Ticket.contact_id)
        .where(
            Ticket.id.in_(numbers),
            Ticket.status == TicketStatus.SOLVED,
            Ticket.question != "",
            Ticket.contact_id != contact_id,
            func.coalesce(Ticket.rating, _DISLIKED + 1) > _DISLIKED,
        )
    )
    tickets = {ticket.id: (ticket, name) for ticket, name in session.execute(wanted)}
    messages = _best_answers(session, list(tickets))
    found: dict[str, SolvedAnswer] = {}
    for number in sorted(
        messages, key=lambda number: (-(tickets[number][0].rating or _UNRATED), numbers.index(number))
    ):
        (ticket, name), message = tickets[number], messages[number]
        text = without_name(message.text, name)
        if len(message.text) >= _SHORTEST and text not in found:
            found[text] = SolvedAnswer(
                number, message.id, ticket.question, text, message.author, ticket.rating, ticket.solved_at
            )
    return tuple(found.values())[:_SHOWN]


def read_answer(session: Session, message_id: int) -> str:
    """Return the text of an agent's answer to a solved question as it can be inserted; empty if there is none."""
    row = session.execute(
        select(Message.text, Contact.name)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            Message.id == message_id,
            and_(Message.kind == MessageKind.OUTGOING, Message.agent_id.is_not(None)),
            Ticket.status == TicketStatus.SOLVED,
        )
    ).one_or_none()
    return without_name(row[0], row[1]) if row else ""
