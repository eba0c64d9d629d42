"""Years of history: rows in every growing table, nearly all of them finished."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.orm import DeclarativeBase, Session

from handoff.lists.models import TicketSeen
from handoff.models import (
    Agent,
    ChoiceRow,
    Contact,
    Delivery,
    DeliveryState,
    FileRow,
    FileState,
    InboxEvent,
    InboxState,
    Message,
    MessageKind,
    Role,
    Tag,
    Ticket,
    TicketStatus,
    TicketTag,
)
from handoff.search.models import MessageSearch
from handoff.tickets.mentions.models import Mention
from handoff.tickets.ownership.models import Handover
from handoff.tickets.pings.models import Ping, PingKind
from handoff.tickets.promises.models import Promise, PromiseKind, PromiseOutcome
from handoff.tickets.request_models import FormRow, FormState, PublicQuestion
from handoff.webhooks.models import EventState, WebhookDelivery, WebhookEvent
from infra.storage.rows import table
from knowledge.entries.models import Lookup

CONTACTS = 4000
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def add_history(url: str, account: str) -> None:
    """Add `CONTACTS` contacts of `account`, each with a question that was answered and solved long ago."""
    engine = create_engine(url)
    with Session(engine) as session:
        first = {
            model: (session.scalar(select(func.max(model.id))) or 0) + 1
            for model in (Contact, Ticket, Message, Delivery)
        }
        for model, rows in _rows(first, account):
            session.execute(insert(table(model)), rows)
        agent = Agent(
            email=f"old-{account}@example.org", name="Old", role=Role.AGENT, password_hash="", created_at=_SINCE
        )
        session.add(agent)
        session.flush()
        seen = [{"agent_id": agent.id, "ticket_id": first[Ticket] + n, "message_id": 1} for n in range(CONTACTS)]
        session.execute(insert(table(TicketSeen)), seen)
        handed = [
            {"message_id": first[Message] + n, "contact_id": first[Contact] + n, "agent_id": agent.id}
            for n in range(CONTACTS)
        ]
        session.execute(insert(table(Handover)), handed)
        named = [
            {"message_id": first[Message] + 2 * n, "agent_id": agent.id, "contact_id": first[Contact] + n}
            for n in range(CONTACTS)
        ]
        session.execute(insert(table(Mention)), named)
        pinged = [
            {
                "agent_id": agent.id,
                "kind": PingKind.OPENED,
                "ticket_id": first[Ticket] + n,
                "reference": f"old-{n}",
                "at": _SINCE,
            }
            for n in range(CONTACTS)
        ]
        pinged += [ping | {"agent_id": None, "kind": PingKind.OVERDUE} for ping in pinged]
        session.execute(insert(table(Ping)), pinged)
        tags = [Tag(name=f"old {account} {n}", key=f"old {account} {n}") for n in range(20)]
        session.add_all(tags)
        session.flush()
        tagged = [
            {"ticket_id": first[Ticket] + n, "tag_id": tags[n % 20].id, "contact_id": first[Contact] + n}
            for n in range(CONTACTS)
        ]
        session.execute(insert(table(TicketTag)), tagged)
        session.commit()
    engine.dispose()


def _rows(first: dict[Any, int], account: str) -> list[tuple[type[DeclarativeBase], list[dict[str, Any]]]]:
    numbers = range(CONTACTS)
    at = [_SINCE + timedelta(minutes=50 * number) for number in numbers]
    contact = [first[Contact] + number for number in numbers]
    question = [first[Message] + 2 * number for number in numbers]
    answer = [first[Message] + 2 * number + 1 for number in numbers]
    ticket = [first[Ticket] + number for number in numbers]
    user = [f"old-{number}" for number in numbers]
    return [
        (Contact, [
            {"id": contact[n], "account": account, "user_id": user[n], "created_at": at[n], "last_seen_at": at[n]}
            for n in numbers
        ]),
        (Ticket, [
            {"id": ticket[n], "contact_id": contact[n], "status": TicketStatus.SOLVED, "question": "?",
             "language": "ru",
             "reason": "asked", "opened_at": at[n], "due_at": at[n], "first_reply_at": at[n], "solved_at": at[n],
             "updated_at": at[n]} for n in numbers
        ]),
        (Promise, [
            {"ticket_id": ticket[n], "kind": PromiseKind.FIRST, "since": at[n], "due_at": at[n], "ended_at": at[n],
             "outcome": PromiseOutcome.MET} for n in numbers
        ]),
        (Message, [
            {"id": id_, "contact_id": contact[n], "ticket_id": ticket[n], "kind": kind, "text": "?", "at": at[n]}
            for n in numbers for id_, kind in ((question[n], MessageKind.INCOMING), (answer[n], MessageKind.OUTGOING))
        ]),
        (MessageSearch, [
            {"message_id": id_, "contact_id": contact[n], "stems": "old"}
            for n in numbers for id_ in (question[n], answer[n])
        ]),
        (Delivery, [
            {"id": first[Delivery] + n, "message_id": answer[n], "contact_id": contact[n], "account": account,
             "user_id": user[n], "text": "!", "entities": [], "buttons": [], "by_agent": True,
             "next_attempt_at": at[n], "updated_at": at[n],
             "state": DeliveryState.FAILED if n % 10 == 0 else DeliveryState.SENT} for n in numbers
        ]),
        (ChoiceRow, [
            {"id": f"old-{n}", "contact_id": contact[n], "action": "solved", "data": {}, "message_id": answer[n]}
            for n in numbers
        ]),
        (FileRow, [
            {"message_id": question[n], "contact_id": contact[n], "account": account, "kind": "photo", "name": "a.png",
             "source": "s", "state": FileState.KEPT, "key": f"k{n}", "media_type": "image/png", "attempts": 0,
             "next_attempt_at": at[n], "updated_at": at[n]}
            for n in numbers
        ]),
        (InboxEvent, [
            {"account": account, "event_key": f"old-{n}", "user_id": user[n], "payload": {}, "received_at": at[n],
             "state": InboxState.DONE}
            for n in numbers
        ]),
        (FormRow, [
            {"contact_id": contact[n], "question": "?", "about": {}, "fields": [], "answers": [],
             "state": FormState.SENT,
             "touched_at": at[n]}
            for n in numbers
        ]),
        (PublicQuestion, [
            {"id": f"old-{n}", "contact_id": contact[n], "account": account, "user_id": user[n], "place": "old",
             "thread": "", "message": str(n), "text": "", "replied_at": at[n], "line_id": None,
             "at": datetime(2030, 1, 1, tzinfo=UTC)} for n in numbers
        ]),
        (Lookup, [
            {"contact_id": contact[n], "question": "?", "band": "answer", "candidates": [], "outcome": "helped",
             "lang": "ru", "at": at[n]}
            for n in numbers
        ]),
        (WebhookDelivery, [
            {"webhook_id": 1 + n % 3, "contact_id": contact[n], "key": f"old-{n}", "event": WebhookEvent.OPENED,
             "payload": {}, "state": EventState.DELIVERED, "created_at": datetime(2030, 1, 1, tzinfo=UTC),
             "next_attempt_at": at[n]}
            for n in numbers
        ]),
    ]  # fmt: skip


_FINISHED = (
    "UPDATE ticket SET status = 'solved', remind_at = NULL, solve_at = NULL, overdue_at = NULL",
    "UPDATE delivery SET state = 'sent', lease_owner = NULL WHERE state NOT IN ('sent', 'failed')",
    "UPDATE promise SET outcome = 'met' WHERE outcome IS NULL",
    "UPDATE inbox_event SET state = 'done'",
    "UPDATE form SET state = 'sent'",
    "UPDATE file SET state = 'kept'",
    "UPDATE webhook_delivery SET state = 'delivered'",
)
_UNDER_WAY = (
    "UPDATE ticket SET status = 'open', solved_at = NULL, overdue_at = due_at WHERE id % 200 = 1",
    "UPDATE ticket SET status = 'waiting', solve_at = due_at, remind_at = due_at WHERE id % 200 = 2",
    "UPDATE promise SET outcome = NULL WHERE id % 200 = 1",
    "UPDATE delivery SET state = 'queued' WHERE id % 200 = 1",
    "UPDATE delivery SET state = 'claimed', lease_owner = 'dead', lease_until = updated_at WHERE id % 200 = 2",
    "UPDATE inbox_event SET state = 'new' WHERE id % 200 = 1",
    "UPDATE form SET state = 'open' WHERE id % 200 = 1",
    "UPDATE file SET state = 'wanted' WHERE id % 200 = 1",
    "UPDATE webhook_delivery SET state = 'pending' WHERE id % 200 = 1",
)


def finish_all(url: str) -> None:
    """Finish all rows: statistics gathered now contain no unfinished ones."""
    _run(url, _FINISHED)


def begin_some(url: str) -> None:
    """Make one row in a hundred unfinished."""
    _run(url, _UNDER_WAY)


def _run(url: str, statements: tuple[str, ...]) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement.replace("%", "%%") if url.startswith("postgresql") else statement)
    engine.dispose()
