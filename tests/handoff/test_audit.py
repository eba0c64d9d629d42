"""The audit log names who changed access, and holds still."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handoff.audit.log import COMMAND_LINE, Actor, AuditLog, EntryView, LogFilter, Subject
from handoff.audit.models import KEPT, AuditAction, AuditEntry, Concern, Origin
from handoff.models import Role
from handoff.people.access import LastAdminError, Team
from handoff.people.agents import AgentProfile
from tests.handoff.floor import Floor


async def entries(floor: Floor, wanted: LogFilter | None = None) -> list[EntryView]:
    """Oldest first."""
    log = AuditLog(floor.clock)
    found = await floor.database.read(lambda session: log.entries(session, wanted or LogFilter(), 100))
    return list(reversed(found))


async def hire(floor: Floor, name: str, role: Role) -> int:
    profile = AgentProfile(f"{name.lower()}@example.org", name, role)
    return await floor.do(lambda session: floor.staff.add(session, profile, "a hash", COMMAND_LINE).id)


async def test_every_change_of_access_is_recorded_once_and_names_nobody(floor: Floor) -> None:
    team = Team(floor.desk, floor.bus, floor.clock)
    ada, olga = await hire(floor, "Ada", Role.ADMIN), await hire(floor, "Olga", Role.AGENT)
    by = Actor(ada, Origin.API)
    question = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, question, olga))
    await floor.do(lambda session: floor.staff.log_in(session, olga))
    secret = await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.LEAD, by))
    [token] = await floor.database.read(team.tokens)
    for _ in range(2):  # the second time nothing changes
        await floor.do(lambda session: team.set_role(session, olga, Role.LEAD, by))
    await floor.do(lambda session: team.set_password(session, olga, "another hash", by))
    await floor.do(lambda session: team.sign_out(session, olga, by))
    for _ in range(2):
        await floor.do(lambda session: team.disable(session, olga, by))
    for _ in range(2):
        await floor.do(lambda session: team.enable(session, olga, COMMAND_LINE))
    await floor.do(lambda session: team.revoke_token(session, token.id, by))

    found = await entries(floor)
    about = Subject(Concern.AGENT, str(olga))
    assert [(entry.actor, entry.action, entry.subject, entry.details) for entry in found] == [
        (COMMAND_LINE, AuditAction.AGENT_ADDED, Subject(Concern.AGENT, str(ada)), {"role": "admin"}),
        (COMMAND_LINE, AuditAction.AGENT_ADDED, about, {"role": "agent"}),
        (by, AuditAction.TOKEN_ADDED, Subject(Concern.TOKEN, str(token.id)), {"role": "lead"}),
        (by, AuditAction.ROLE_CHANGED, about, {"before": "agent", "role": "lead"}),
        (by, AuditAction.PASSWORD_SET, about, {}),
        (by, AuditAction.SIGNED_OUT, about, {"sessions": 0}),
        (by, AuditAction.AGENT_DISABLED, about, {"released": 1}),
        (COMMAND_LINE, AuditAction.AGENT_ENABLED, about, {}),
        (by, AuditAction.TOKEN_REVOKED, Subject(Concern.TOKEN, str(token.id)), {"released": 0}),
    ]
    assert {entry.at for entry in found} == {floor.clock()}

    def everything(session: Session) -> str:
        return json.dumps([[str(value) for value in row] for row in session.execute(select(AuditEntry.__table__))])

    kept = await floor.database.read(everything)
    for word in ("Olga", "olga", "Ada", "crm", "hash", secret):
        assert word not in kept


async def test_an_own_password_is_recorded(floor: Floor) -> None:
    olga = await floor.agent("Olga")
    known = await floor.database.read(lambda session: floor.staff.credentials(session, olga.email))
    assert await floor.do(lambda session: floor.staff.change_password(session, known, "a new hash", "secret"))
    assert not await floor.do(lambda session: floor.staff.change_password(session, known, "an old one", "secret"))
    [entry] = await entries(floor)
    assert (entry.actor, entry.action) == (Actor(olga.id, Origin.DESK), AuditAction.PASSWORD_CHANGED)


async def test_a_refused_change_is_no_entry(floor: Floor) -> None:
    team = Team(floor.desk, floor.bus, floor.clock)
    ada = await hire(floor, "Ada", Role.ADMIN)
    with pytest.raises(LastAdminError):
        await floor.do(lambda session: team.disable(session, ada, COMMAND_LINE))
    with pytest.raises(LastAdminError):
        await floor.do(lambda session: team.set_role(session, ada, Role.AGENT, COMMAND_LINE))
    assert [entry.action for entry in await entries(floor)] == [AuditAction.AGENT_ADDED]


async def test_filters_combine(floor: Floor) -> None:
    log = AuditLog(floor.clock)
    ada, olga = (await floor.agent("Ada")).id, (await floor.agent("Olga")).id
    start = floor.clock()
    for agent, action in (
        (ada, AuditAction.SIGNED_OUT),
        (olga, AuditAction.SIGNED_OUT),
        (ada, AuditAction.PASSWORD_SET),
        (None, AuditAction.SIGNED_OUT),
    ):
        origin = Origin.DESK if agent else Origin.COMMAND_LINE
        by, subject = Actor(agent, origin), Subject(Concern.AGENT, olga)
        await floor.do(lambda session, b=by, a=action, s=subject: log.record(session, b, a, s))  # type: ignore[misc]
        floor.clock.passes(hours=1)
    first, second, third, fourth = [entry.id for entry in await entries(floor)]

    async def ids(wanted: LogFilter) -> list[int]:
        return [entry.id for entry in await entries(floor, wanted)]

    assert await ids(LogFilter(agent_id=ada)) == [first, third]
    assert await ids(LogFilter(agent_id=ada, action=AuditAction.PASSWORD_SET)) == [third]
    assert await ids(LogFilter(by_command=True)) == [fourth]
    assert await ids(LogFilter(since=start, until=start)) == []
    assert await ids(LogFilter(until=start.replace(hour=start.hour + 2))) == [first, second]
    assert await ids(LogFilter(since=start.replace(hour=start.hour + 2))) == [third, fourth]
    assert await ids(LogFilter(before=third)) == [first, second]


@pytest.mark.parametrize("change", ["UPDATE audit_entry SET agent_id = NULL", "DELETE FROM audit_entry", "TRUNCATE"])
async def test_the_database_refuses_to_change_an_entry(floor: Floor, change: str) -> None:
    if change == "TRUNCATE":
        if floor.database.dialect == "sqlite":
            return  # it has no such statement
        change = "TRUNCATE audit_entry"
    agent = await hire(floor, "Ada", Role.ADMIN)
    with pytest.raises(DBAPIError, match="the audit log is append-only"):
        await floor.do(lambda session: session.execute(text(change)) and None)
    assert [entry.subject.key for entry in await entries(floor)] == [str(agent)]


async def test_an_entry_expires_after_three_years_and_not_before(floor: Floor) -> None:
    log, now = AuditLog(floor.clock), floor.clock()
    for age in (KEPT * 1.1, KEPT * 0.9):
        floor.clock.now = now - age
        await hire(floor, f"Agent {age.days}", Role.AGENT)
    floor.clock.now = now
    old, young = [entry.id for entry in await entries(floor)]
    assert await floor.database.read(lambda session: list(log.due(session, 0, 10))) == [old]
    assert await floor.do(lambda session: log.act(session, old))
    assert not await floor.do(lambda session: log.act(session, old))
    assert not await floor.do(lambda session: log.act(session, young))
    assert [entry.id for entry in await entries(floor)] == [young]
    assert await floor.database.read(lambda session: list(log.due(session, 0, 10))) == []
