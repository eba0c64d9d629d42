"""Implementation of the commands about agents and tokens, as in `commands.py`."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.program.app import App
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from handoff.people.access import Member
from handoff.people.agents import AgentProfile

Say = Callable[[str], None]
Command = Callable[[App, dict[str, Any], Say], Awaitable[int]]


async def add_agent(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Add an agent, who can then sign in at the desk."""
    profile = AgentProfile(str(arguments["email"]), str(arguments["name"]), Role(arguments["role"]))
    password_hash = await app.staff.hash_new(arguments["password"], (profile.email, profile.name))
    await app.db.write(lambda session: app.staff.add(session, profile, password_hash, COMMAND_LINE))
    say(f"{profile.name} ({profile.role}) can sign in at {app.settings.address}/desk")
    return 0


async def list_agents(app: App, arguments: dict[str, Any], say: Say) -> int:  # noqa: ARG001 - one form for all commands
    """List agents and whether they may sign in."""
    members = await app.db.read(app.team.members)
    if not members:
        say("There is no agent yet: add one with `frontdesk agent add EMAIL --name NAME`.")
    _table(say, [(member.email, member.name, member.role, _state(member)) for member in members])
    return 0


async def disable_agent(app: App, arguments: dict[str, Any], say: Say) -> int:
    """End an agent's access."""
    member = await _member(app, arguments)
    back = await app.db.write(lambda session: app.team.disable(session, member.id, COMMAND_LINE))
    say(f"{member.name} is signed out and cannot sign in any more; {back} questions went back to the queue.")
    return 0


async def enable_agent(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Let a disabled agent sign in again."""
    member = await _member(app, arguments)
    await app.db.write(lambda session: app.team.enable(session, member.id, COMMAND_LINE))
    say(f"{member.name} can sign in again, with the password they had.")
    return 0


async def set_role(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Give an agent another role."""
    member, role = await _member(app, arguments), Role(arguments["role"])
    await app.db.write(lambda session: app.team.set_role(session, member.id, role, COMMAND_LINE))
    say(f"{member.name} has the role {role} from now on.")
    return 0


async def set_password(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Give an agent another password."""
    member = await _member(app, arguments)
    password_hash = await app.staff.hash_new(arguments["password"], (member.email, member.name))
    await app.db.write(lambda session: app.team.set_password(session, member.id, password_hash, COMMAND_LINE))
    say(f"{member.name} has the new password, and is signed out everywhere.")
    return 0


async def sign_out(app: App, arguments: dict[str, Any], say: Say) -> int:
    """End every session of an agent."""
    member = await _member(app, arguments)
    ended = await app.db.write(lambda session: app.team.sign_out(session, member.id, COMMAND_LINE))
    say(f"{member.name} is signed out: {ended} sessions have ended.")
    return 0


async def switch_off_factor(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Switch off the second factor of an agent who lost it."""
    member = await _member(app, arguments)
    await app.db.write(lambda session: app.team.switch_off_factor(session, member.id, COMMAND_LINE))
    say(f"{member.name} signs in without a code from now on, and is signed out everywhere.")
    return 0


async def add_token(app: App, arguments: dict[str, Any], say: Say) -> int:
    """Print a new token."""
    name, role = str(arguments["name"]), Role(arguments["role"])
    say(await app.db.write(lambda session: app.staff.add_token(session, name, role, COMMAND_LINE)))
    return 0


async def list_tokens(app: App, arguments: dict[str, Any], say: Say) -> int:  # noqa: ARG001 - one form for all commands
    """List the programs that have access."""
    tokens = await app.db.read(app.team.tokens)
    if not tokens:
        say("No token is in force.")
    _table(say, [(token.name, token.role, f"since {token.created_at:%Y-%m-%d}") for token in tokens])
    return 0


async def revoke_token(app: App, arguments: dict[str, Any], say: Say) -> int:
    """End a token."""
    name = str(arguments["name"])
    await app.db.write(
        lambda session: app.team.revoke_token(session, app.team.token_named(session, name), COMMAND_LINE)
    )
    say(f"The token {name.strip()} opens nothing any more.")
    return 0


async def _member(app: App, arguments: dict[str, Any]) -> Member:
    return await app.db.read(lambda session: app.team.member_at(session, str(arguments["email"])))


def _state(member: Member) -> str:
    if not member.enabled:
        return "disabled"
    return "can sign in" if member.has_password else "has no password: `frontdesk agent password`"


def _table(say: Say, rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


ACCESS_COMMANDS: dict[str, Command] = {
    "add_agent": add_agent,
    "list_agents": list_agents,
    "disable_agent": disable_agent,
    "enable_agent": enable_agent,
    "set_role": set_role,
    "set_password": set_password,
    "sign_out": sign_out,
    "switch_off_factor": switch_off_factor,
    "add_token": add_token,
    "list_tokens": list_tokens,
    "revoke_token": revoke_token,
}
"""By the name used between processes."""
