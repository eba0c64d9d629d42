"""An agent sets their name and password by a link, once and in time."""

import asyncio

import pytest

from handoff.audit.log import COMMAND_LINE, AuditLog, LogFilter
from handoff.audit.models import AuditAction
from handoff.models import Role
from handoff.people.access import Team, UnknownAgentError
from handoff.people.agents import AgentProfile
from handoff.people.errors import AccessError
from handoff.people.invitations import VALID, Invitations
from tests.handoff.floor import Floor

OLGA = AgentProfile("Olga@Example.org ", "Olga", Role.LEAD)


@pytest.fixture
def team(floor: Floor) -> Team:
    return Team(floor.desk, floor.bus, floor.clock)


@pytest.fixture
def invitations(floor: Floor, team: Team) -> Invitations:
    return Invitations(floor.staff, team, floor.clock)


async def password_of(floor: Floor, email: str) -> str:
    return (await floor.database.read(lambda session: floor.staff.credentials(session, email))).password_hash


async def test_an_invited_agent_sets_their_name_and_password_once(
    floor: Floor, team: Team, invitations: Invitations
) -> None:
    agent_id, secret = await floor.do(lambda session: invitations.invite(session, OLGA, COMMAND_LINE))
    member = await floor.database.read(lambda session: team.member(session, agent_id))
    assert (member.email, member.role, member.has_password) == ("olga@example.org", Role.LEAD, False)
    assert member.link_until == floor.clock() + VALID
    invited = await floor.database.read(lambda session: invitations.open(session, secret))
    assert invited is not None
    assert (invited.agent_id, invited.email, invited.name) == (agent_id, "olga@example.org", "Olga")
    assert (
        await floor.database.read(lambda session: invitations.open(session, secret)) == invited
    )  # looking uses nothing
    assert await floor.database.read(lambda session: invitations.open(session, "another")) is None

    with pytest.raises(AccessError):
        await floor.do(lambda session: invitations.accept(session, secret, "  ", "a hash"))
    assert await floor.do(lambda session: invitations.accept(session, secret, " Olga P. ", "a hash"))
    assert not await floor.do(lambda session: invitations.accept(session, secret, "Eve", "another hash"))
    member = await floor.database.read(lambda session: team.member(session, agent_id))
    assert (member.name, member.has_password, member.link_until) == ("Olga P.", True, None)
    assert await password_of(floor, "olga@example.org") == "a hash"

    log = AuditLog(floor.clock)
    entries = await floor.database.read(lambda session: log.entries(session, LogFilter(), 10))
    assert [(entry.action, entry.actor.agent_id) for entry in reversed(entries)] == [
        (AuditAction.AGENT_ADDED, None),
        (AuditAction.LINK_CREATED, None),
        (AuditAction.LINK_USED, agent_id),
    ]


async def test_of_two_uses_at_once_one_counts(floor: Floor, invitations: Invitations) -> None:
    _, secret = await floor.do(lambda session: invitations.invite(session, OLGA, COMMAND_LINE))

    async def accept(number: int) -> bool:
        return await floor.do(lambda session: invitations.accept(session, secret, "Olga", f"hash {number}"))

    used = await asyncio.gather(*map(accept, range(4)))
    assert used.count(True) == 1
    assert await password_of(floor, "olga@example.org") == f"hash {used.index(True)}"


async def test_a_link_ends_after_two_days_and_by_the_next_one(floor: Floor, invitations: Invitations) -> None:
    agent_id, first = await floor.do(lambda session: invitations.invite(session, OLGA, COMMAND_LINE))
    second = await floor.do(lambda session: invitations.renew(session, agent_id, COMMAND_LINE))
    assert await floor.database.read(lambda session: invitations.open(session, first)) is None
    floor.clock.passes(hours=47.9)
    assert await floor.database.read(lambda session: invitations.open(session, second)) is not None
    floor.clock.passes(hours=0.1)
    assert await floor.database.read(lambda session: invitations.open(session, second)) is None
    assert not await floor.do(lambda session: invitations.accept(session, second, "Olga", "a hash"))


async def test_a_lost_password_stays_until_the_link_is_used_and_then_sessions_end(
    floor: Floor, team: Team, invitations: Invitations
) -> None:
    olga = await floor.agent("Olga")
    before = await password_of(floor, olga.email)
    session_secret = await floor.do(lambda session: floor.staff.log_in(session, olga.id))
    secret = await floor.do(lambda session: invitations.renew(session, olga.id, COMMAND_LINE))
    assert await password_of(floor, olga.email) == before
    assert (await floor.database.read(lambda session: team.member(session, olga.id))).sessions == 1
    assert await floor.do(lambda session: invitations.accept(session, secret, "Olga", "a new hash"))
    assert await floor.database.read(lambda session: floor.staff.login(session, session_secret)) is None
    assert await password_of(floor, olga.email) == "a new hash"


@pytest.mark.parametrize("change", ["disable", "set_password", "change_password"])
async def test_a_link_does_not_outlive_another_change(
    floor: Floor, team: Team, invitations: Invitations, change: str
) -> None:
    olga = await floor.agent("Olga")
    secret = await floor.do(lambda session: invitations.renew(session, olga.id, COMMAND_LINE))
    if change == "disable":
        await floor.do(lambda session: team.disable(session, olga.id, COMMAND_LINE))
        with pytest.raises(AccessError, match="is disabled: enable them first"):
            await floor.do(lambda session: invitations.renew(session, olga.id, COMMAND_LINE))
        await floor.do(lambda session: team.enable(session, olga.id, COMMAND_LINE))
    elif change == "set_password":
        await floor.do(lambda session: team.set_password(session, olga.id, "a hash", COMMAND_LINE))
    else:
        known = await floor.database.read(lambda session: floor.staff.credentials(session, olga.email))
        assert await floor.do(lambda session: floor.staff.change_password(session, known, "a hash", "secret"))
    assert await floor.database.read(lambda session: invitations.open(session, secret)) is None


async def test_programs_and_strangers_get_no_link(floor: Floor, invitations: Invitations) -> None:
    secret = await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.AGENT, COMMAND_LINE))
    program = await floor.database.read(lambda session: floor.staff.token(session, secret))
    assert program is not None
    for agent_id in (program.id, 999):
        with pytest.raises(UnknownAgentError):
            await floor.do(lambda session, n=agent_id: invitations.renew(session, n, COMMAND_LINE))  # type: ignore[misc]
