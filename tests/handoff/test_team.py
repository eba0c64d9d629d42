"""Access is granted, changed and withdrawn; a withdrawal takes effect at once."""

import asyncio

import pytest
from sqlalchemy import update

from handoff.audit.log import COMMAND_LINE
from handoff.errors import NotFoundError
from handoff.models import Agent, Role, TicketStatus
from handoff.people.access import SESSIONS, LastAdminError, Team, UnknownAgentError
from infra.errors import PlainError
from tests.handoff.floor import Floor
from tests.office import employ


@pytest.fixture
def team(floor: Floor) -> Team:
    return Team(floor.desk, floor.bus, floor.clock)


async def hire(floor: Floor, name: str, role: Role) -> int:
    email = f"{name.lower()}@example.org"
    return await floor.do(lambda session: employ(session, email, name, role, floor.clock()).id)


async def signed_in(floor: Floor, secret: str) -> bool:
    return await floor.database.read(lambda session: floor.staff.login(session, secret)) is not None


async def test_a_disabled_agent_is_out_at_once_and_gives_back_what_they_hold(floor: Floor, team: Team) -> None:
    await hire(floor, "Ada", Role.ADMIN)
    olga = await hire(floor, "Olga", Role.LEAD)
    boris = await hire(floor, "Boris", Role.AGENT)
    first, second, solved, other = [await floor.asks() for _ in range(4)]
    for number in (first, second, solved):
        await floor.do(lambda session, n=number: floor.desk.ownership.claim(session, n, olga))  # type: ignore[misc]
    await floor.do(lambda session: floor.desk.resolve(session, solved, olga))
    await floor.do(lambda session: floor.desk.ownership.claim(session, other, boris))
    secret = await floor.do(lambda session: floor.staff.log_in(session, olga))
    device = await floor.do(lambda session: floor.staff.remember_device(session, olga, ""))
    with floor.bus.subscribe(SESSIONS) as ended:
        assert await floor.do(lambda session: team.disable(session, olga, COMMAND_LINE)) == 2
        assert await ended.next(5) is not None
    assert not await signed_in(floor, secret)
    assert not await floor.database.read(lambda session: floor.staff.knows_device(session, "olga@example.org", device))
    found = await floor.database.read(lambda session: floor.staff.credentials(session, "olga@example.org"))
    assert (found.agent, found.password_hash) == (None, "")
    assert [(await floor.ticket(n)).assignee_id for n in (first, second, other)] == [None, None, boris]
    assert (await floor.ticket(solved)).status is TicketStatus.SOLVED
    assert [agent.name for agent in await floor.database.read(floor.staff.people)] == ["Ada", "Boris"]
    with pytest.raises(NotFoundError):
        await floor.do(lambda session: floor.desk.handovers.transfer(session, other, boris, olga))

    # Not even with a session that was begun at the same moment.
    late = await floor.do(lambda session: floor.staff.log_in(session, olga))
    assert not await signed_in(floor, late)
    assert await floor.do(lambda session: team.disable(session, olga, COMMAND_LINE)) == 0  # twice is once
    await floor.do(lambda session: team.enable(session, olga, COMMAND_LINE))
    found = await floor.database.read(lambda session: floor.staff.credentials(session, "olga@example.org"))
    assert found.agent is not None


async def test_a_new_password_and_signing_out_end_every_session(floor: Floor, team: Team) -> None:
    olga, boris = await hire(floor, "Olga", Role.ADMIN), await hire(floor, "Boris", Role.AGENT)
    for change in ("password", "sign out"):
        secrets = [await floor.do(lambda session: floor.staff.log_in(session, olga)) for _ in range(2)]
        others = await floor.do(lambda session: floor.staff.log_in(session, boris))
        with floor.bus.subscribe(SESSIONS) as ended:
            if change == "password":
                await floor.do(lambda session: team.set_password(session, olga, "a new hash", COMMAND_LINE))
            else:
                assert await floor.do(lambda session: team.sign_out(session, olga, COMMAND_LINE)) == 2
            assert await ended.next(5) is not None
        assert [await signed_in(floor, secret) for secret in secrets] == [False, False]
        assert await signed_in(floor, others)
    found = await floor.database.read(lambda session: floor.staff.credentials(session, "olga@example.org"))
    assert found.password_hash == "a new hash"


async def test_a_role_holds_from_the_next_request_on(floor: Floor, team: Team) -> None:
    await hire(floor, "Ada", Role.ADMIN)
    olga = await hire(floor, "Olga", Role.AGENT)
    secret = await floor.do(lambda session: floor.staff.log_in(session, olga))
    await floor.do(lambda session: team.set_role(session, olga, Role.LEAD, COMMAND_LINE))
    login = await floor.database.read(lambda session: floor.staff.login(session, secret))
    assert login is not None
    assert login.agent.role is Role.LEAD


async def test_the_last_admin_who_can_sign_in_stays(floor: Floor, team: Team) -> None:
    ada, olga = await hire(floor, "Ada", Role.ADMIN), await hire(floor, "Olga", Role.ADMIN)
    locked = await hire(floor, "Locked", Role.ADMIN)
    await floor.do(
        lambda session: session.execute(update(Agent).where(Agent.id == locked).values(password_hash="")) and None
    )
    await floor.do(
        lambda session: floor.staff.add_token(session, "crm", Role.ADMIN, COMMAND_LINE)
    )  # a program is no person
    await floor.do(lambda session: team.disable(session, olga, COMMAND_LINE))
    for change in (
        lambda session: team.disable(session, ada, COMMAND_LINE),
        lambda session: team.set_role(session, ada, Role.LEAD, COMMAND_LINE),
    ):
        with pytest.raises(LastAdminError, match="Ada is the last admin who can sign in"):
            await floor.do(change)
    await floor.do(lambda session: team.set_role(session, ada, Role.ADMIN, COMMAND_LINE))
    await floor.do(lambda session: team.enable(session, olga, COMMAND_LINE))
    await floor.do(lambda session: team.set_role(session, ada, Role.AGENT, COMMAND_LINE))
    assert (await floor.database.read(lambda session: team.member(session, ada))).role is Role.AGENT


async def test_two_admins_cannot_disable_each_other_at_once(floor: Floor, team: Team) -> None:
    people = [await hire(floor, name, Role.ADMIN) for name in ("Ada", "Olga", "Boris")]
    answers = await asyncio.gather(
        *(floor.do(lambda session, n=n: team.disable(session, n, COMMAND_LINE)) for n in people),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(LastAdminError) == 1
    left = [member.enabled for member in await floor.database.read(team.members)]
    assert left.count(True) == 1


async def test_a_revoked_token_opens_nothing_and_its_name_is_free_again(floor: Floor, team: Team) -> None:
    secret = await floor.do(lambda session: floor.staff.add_token(session, "CRM", Role.LEAD, COMMAND_LINE))
    program = await floor.database.read(lambda session: floor.staff.token(session, secret))
    assert program is not None
    number = await floor.asks()
    await floor.do(lambda session: floor.desk.ownership.claim(session, number, program.id))
    [token] = await floor.database.read(team.tokens)
    assert (token.name, token.role, token.agent_id) == ("CRM", Role.LEAD, program.id)
    assert await floor.database.read(lambda session: team.token_named(session, " crm ")) == token.id
    assert await floor.do(lambda session: team.revoke_token(session, token.id, COMMAND_LINE)) == 1
    assert await floor.database.read(lambda session: floor.staff.token(session, secret)) is None
    assert await floor.database.read(team.tokens) == ()
    assert (await floor.ticket(number)).assignee_id is None
    with pytest.raises(UnknownAgentError):
        await floor.do(lambda session: team.revoke_token(session, token.id, COMMAND_LINE))
    again = await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.AGENT, COMMAND_LINE))
    view = await floor.database.read(lambda session: floor.staff.token(session, again))
    assert view is not None
    assert (view.id, view.role) == (program.id, Role.AGENT)
    assert await floor.database.read(lambda session: floor.staff.token(session, secret)) is None
    with pytest.raises(PlainError, match="There is a token named crm already"):
        await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.AGENT, COMMAND_LINE))


async def test_a_program_is_no_person(floor: Floor, team: Team) -> None:
    secret = await floor.do(lambda session: floor.staff.add_token(session, "crm", Role.AGENT, COMMAND_LINE))
    program = await floor.database.read(lambda session: floor.staff.token(session, secret))
    assert program is not None
    assert await floor.database.read(team.members) == ()
    for change in (
        lambda session: team.set_password(session, program.id, "a hash", COMMAND_LINE),
        lambda session: team.disable(session, program.id, COMMAND_LINE),
        lambda session: team.enable(session, 999, COMMAND_LINE),
        lambda session: team.member_at(session, "token:crm"),
        lambda session: team.token_named(session, "erp"),
    ):
        with pytest.raises(UnknownAgentError):
            await floor.do(change)
