"""In a long queue, what concerns a few questions reads only those."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, create_engine, event, func, select, update
from sqlalchemy.orm import Session

from handoff.models import Ticket, TicketStatus
from handoff.tickets.claims import is_snoozed, is_to_wake
from infra.clock import utc_now
from tests.conftest import Backend
from tests.plans.history import add_history
from tests.plans.planners import planner
from tests.servers.databases import make_tables

NOW = utc_now()
FEW = 50


@pytest.mark.parametrize("condition", [is_snoozed(NOW), is_to_wake(NOW)], ids=["snoozed", "to wake"])
def test_snoozed_questions_are_found_without_the_others(backend: Backend, condition: ColumnElement[bool]) -> None:
    make_tables(backend.database_url)
    add_history(backend.database_url, "vk:main")
    engine, sent = create_engine(backend.database_url), list[tuple[str, Any]]()
    with Session(engine) as session:
        session.execute(update(Ticket).values(status=TicketStatus.OPEN))
        few = session.scalars(select(Ticket.id).limit(2)).all()
        for number, until in zip(few, (None, NOW - timedelta(hours=1)), strict=True):
            session.execute(update(Ticket).where(Ticket.id == number).values(snoozed_at=NOW, snoozed_until=until))
        session.commit()
        assert session.scalars(select(func.count()).select_from(Ticket)).one() > 10 * FEW
        event.listen(engine, "before_cursor_execute", lambda *given: sent.append((given[2], given[3])))
        assert len(session.scalars(select(Ticket.id).where(condition)).all()) == 1
    engine.dispose()
    with planner(backend.database_url) as plans:
        for _ in range(2):
            (statement, parameters), *_ = sent
            assert plans.work(statement, parameters) <= FEW
            plans.analyze()
