"""Access: passwords, sign-in, tokens, and the secrets in a stolen database."""

import pytest
from sqlalchemy import select

from handoff.audit.log import COMMAND_LINE
from handoff.models import Agent, AgentSession, Role
from handoff.people.agents import ABSOLUTE, IDLE, AgentProfile, AgentView
from handoff.people.models import ApiToken
from infra.errors import PlainError
from tests.handoff.floor import Floor

PASSWORD = "correct horse battery"


async def add(floor: Floor, email: str = "maria@example.org", name: str = "Maria", password: str = PASSWORD) -> int:
    password_hash = await floor.staff.hash_new(password)
    return await floor.do(
        lambda session: floor.staff.add(session, AgentProfile(email, name, Role.LEAD), password_hash, COMMAND_LINE).id
    )


async def check(floor: Floor, email: str, password: str) -> AgentView | None:
    """Whose password it is."""
    found = await floor.database.read(lambda session: floor.staff.credentials(session, email))
    right = await floor.staff.passwords.verify(found.password_hash, password, trusted=False)
    return found.agent if right else None


async def test_an_agent_signs_in_with_their_password(floor: Floor) -> None:
    number = await add(floor, " Maria@Example.org ", " Maria ")

    view = await floor.database.read(lambda session: floor.staff.agents(session)[0])
    assert (view.id, view.email, view.name, view.role) == (number, "maria@example.org", "Maria", Role.LEAD)
    assert await check(floor, "maria@example.org", PASSWORD) == view
    assert await check(floor, "MARIA@example.org ", PASSWORD) == view
    assert await check(floor, "maria@example.org", PASSWORD + " ") is None
    assert await check(floor, "nobody@example.org", PASSWORD) is None
    assert await check(floor, "", "") is None


@pytest.mark.parametrize(
    ("email", "name", "password", "sentence"),
    [
        ("maria", "Maria", PASSWORD, "“maria” is not an e-mail address."),
        ("@", "Maria", PASSWORD, "“@” is not an e-mail address."),
        ("maria@", "Maria", PASSWORD, "“maria@” is not an e-mail address."),
        ("maria@example.org", "  ", PASSWORD, "An agent needs a name: contacts read it with each answer."),
        ("maria@example.org", "Maria", "short", "The password is too short: give at least 12 characters."),
    ],
)
async def test_what_an_agent_needs(floor: Floor, email: str, name: str, password: str, sentence: str) -> None:
    with pytest.raises(PlainError) as refused:
        await add(floor, email, name, password)
    assert str(refused.value) == sentence


async def test_an_address_is_given_once(floor: Floor) -> None:
    await add(floor)
    with pytest.raises(PlainError, match=r"There is an agent with the address maria@example\.org already\."):
        await add(floor, "MARIA@example.org")


async def test_a_login_ends_when_it_is_idle_or_old_or_left(floor: Floor) -> None:
    number = await add(floor)

    async def log_in() -> str:
        return await floor.do(lambda session: floor.staff.log_in(session, number))

    async def who(secret: str) -> str | None:
        login = await floor.database.read(lambda session: floor.staff.login(session, secret))
        return login.agent.name if login else None

    secret = await log_in()
    assert await who(secret) == "Maria"
    assert await who(secret + "x") is None
    floor.clock.now += IDLE
    assert await who(secret) is None

    secret, begun = await log_in(), floor.clock()
    while floor.clock() - begun < ABSOLUTE:
        assert await who(secret) == "Maria"
        await floor.do(lambda session: floor.staff.keep_alive(session, secret))
        floor.clock.now += IDLE * 0.9
    assert await who(secret) is None

    secret, other = await log_in(), await log_in()
    await floor.do(lambda session: floor.staff.log_out(session, secret))
    assert await who(secret) is None
    assert await who(other) == "Maria"


async def test_each_login_has_a_form_token_of_its_own(floor: Floor) -> None:
    number = await add(floor)
    logins = []
    for _ in range(2):
        secret = await floor.do(lambda session: floor.staff.log_in(session, number))
        logins.append(await floor.database.read(lambda session, s=secret: floor.staff.login(session, s)))  # type: ignore[misc]
    assert len({login.csrf_token for login in logins if login}) == 2


async def test_the_agent_of_the_demo_is_known_by_a_mark_and_locked_out_at_once(floor: Floor) -> None:
    first, second = [await floor.staff.hash_new(password) for password in (PASSWORD, "another password")]
    demo = await floor.do(lambda s: floor.staff.put_demo(s, "maria@example.org", "Мария", first))
    again = await floor.do(lambda s: floor.staff.put_demo(s, "maria@example.org", "Мария", second))
    assert await check(floor, "maria@example.org", "another password") == demo
    assert (demo, demo.email, demo.role) == (again, "maria@example.org", Role.ADMIN)
    secret = await floor.do(lambda session: floor.staff.log_in(session, demo.id))
    await floor.do(floor.staff.lock_out_demo)
    assert await floor.database.read(lambda session: floor.staff.login(session, secret)) is None
    for password in ("another password", ""):
        assert await check(floor, "maria@example.org", password) is None
    assert await floor.database.read(floor.staff.people) == ()


async def test_the_demo_never_takes_the_place_of_a_real_agent(floor: Floor) -> None:
    number = await add(floor)
    secret = await floor.do(lambda session: floor.staff.log_in(session, number))
    other = await floor.staff.hash_new("another password")
    demo = await floor.do(lambda s: floor.staff.put_demo(s, "maria@example.org", "Мария", other))
    assert (demo.id, demo.email) != (number, "maria@example.org")
    await floor.do(floor.staff.lock_out_demo)
    login = await floor.database.read(lambda session: floor.staff.login(session, secret))
    assert login is not None
    assert (login.agent.id, login.agent.role) == (number, Role.LEAD)
    assert await check(floor, "maria@example.org", PASSWORD) == login.agent


async def test_a_program_acts_by_its_token(floor: Floor) -> None:
    token = await floor.do(lambda session: floor.staff.add_token(session, " Exporter ", Role.AGENT, COMMAND_LINE))
    assert token.startswith("fd_")
    view = await floor.database.read(lambda session: floor.staff.token(session, token))
    assert view is not None
    assert (view.name, view.role) == ("Exporter", Role.AGENT)
    assert await floor.database.read(lambda session: floor.staff.token(session, token[:-1])) is None
    assert await floor.database.read(floor.staff.people) == ()  # programs cannot sign in
    for name, sentence in (
        ("exporter", "There is a token named exporter already."),
        (" ", "A token needs a name that identifies it."),
    ):
        with pytest.raises(PlainError) as refused:
            await floor.do(lambda session, name=name: floor.staff.add_token(session, name, Role.AGENT, COMMAND_LINE))  # type: ignore[misc]
        assert str(refused.value) == sentence


async def test_the_database_holds_nothing_that_opens_a_door(floor: Floor) -> None:
    number = await add(floor)
    secret = await floor.do(lambda session: floor.staff.log_in(session, number))
    token = await floor.do(lambda session: floor.staff.add_token(session, "Exporter", Role.AGENT, COMMAND_LINE))
    kept: list[str] = []
    for column in (Agent.password_hash, AgentSession.token_hash, ApiToken.token_hash):
        kept += await floor.database.read(lambda session, column=column: list(session.scalars(select(column))))  # type: ignore[misc]
    assert len(kept) == 4
    assert not any(opening in value for value in kept for opening in (PASSWORD, secret, token))
    assert sum(value.startswith("$argon2id$") for value in kept) == 1  # a token's agent has none
