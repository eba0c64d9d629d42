"""Agents and tokens, for admins: list, create, change and withdraw access."""

import logging
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent, Shown
from handoff.models import Role
from handoff.people.agents import AgentProfile
from infra.storage.columns import LARGEST_ID

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_busy: dict[int | str, dict[str, Any]] = {
    503: {"model": Refusal, "description": "Too many passwords are being checked; try again in a few seconds."}
}
_last: dict[int | str, dict[str, Any]] = {
    409: {"model": Refusal, "description": "They are the last admin who can sign in."}
}
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The data cannot be stored; the message gives the reason."}
}
router = APIRouter(
    dependencies=[Depends(needs(Role.ADMIN))],
    responses={404: {"model": Refusal, "description": "There is no such agent or token."}},
    tags=["access"],
)


class AgentIn(Sent):
    """A person who is to sign in at the desk."""

    email: str = Field(max_length=254)
    name: str = Field(max_length=200, description="Contacts see it with each answer.")
    role: Role = Role.AGENT
    password: str = Field(max_length=1000, description="At least 12 characters, and in no list of breached ones.")


class RoleIn(Sent):
    """The new role of an agent."""

    role: Role


class PasswordIn(Sent):
    """The new password of an agent."""

    password: str = Field(max_length=1000, description="At least 12 characters, and in no list of breached ones.")


class TokenIn(Sent):
    """A token to create."""

    name: str = Field(max_length=200, description="Shown at the desk with the program's actions.")
    role: Role = Role.AGENT


class AgentOut(Shown):
    """An agent of the desk."""

    id: int
    email: str
    name: str
    role: Role
    enabled: bool
    has_password: bool = Field(description="An agent without one cannot sign in.")
    created_at: datetime


class TokenOut(Shown):
    """A token in force."""

    id: int
    name: str
    role: Role
    agent_id: int = Field(description="The agent in whose name it acts.")
    created_at: datetime


class NewTokenOut(TokenOut):
    """A token that was just created."""

    token: str = Field(description="Shown this once.")


@router.get("/agents")
async def list_agents(parts: Parts) -> list[AgentOut]:
    """List everybody who may sign in, disabled or not, by name."""
    return [AgentOut.model_validate(member) for member in await parts.database.read(parts.team.members)]


@router.post("/agents", status_code=201, responses=_invalid | _busy)
async def add_agent(parts: Parts, caller: Caller, body: AgentIn) -> AgentOut:
    """Give a person access to the desk."""
    password_hash = await parts.staff.hash_new(body.password, (body.email, body.name))
    view = await parts.database.write(
        lambda session: parts.staff.add(
            session, AgentProfile(body.email, body.name, body.role), password_hash, actor(caller)
        )
    )
    log.info("agent %d was added by agent %d", view.id, caller.id)
    return await _shown(parts, view.id)


@router.get("/agents/{agent_id}")
async def get_agent(parts: Parts, agent_id: Id) -> AgentOut:
    """Return one agent."""
    return await _shown(parts, agent_id)


@router.post("/agents/{agent_id}/disable", responses=_last)
async def disable_agent(parts: Parts, caller: Caller, agent_id: Id) -> AgentOut:
    """End an agent's access at once; the questions that they hold go back to the queue."""
    await parts.database.write(lambda session: parts.team.disable(session, agent_id, actor(caller)))
    log.info("agent %d was disabled by agent %d", agent_id, caller.id)
    return await _shown(parts, agent_id)


@router.post("/agents/{agent_id}/enable")
async def enable_agent(parts: Parts, caller: Caller, agent_id: Id) -> AgentOut:
    """Let a disabled agent sign in again."""
    await parts.database.write(lambda session: parts.team.enable(session, agent_id, actor(caller)))
    log.info("agent %d was enabled by agent %d", agent_id, caller.id)
    return await _shown(parts, agent_id)


@router.put("/agents/{agent_id}/role", responses=_last)
async def change_role(parts: Parts, caller: Caller, agent_id: Id, body: RoleIn) -> AgentOut:
    """Change an agent's role, effective from their next request."""
    await parts.database.write(lambda session: parts.team.set_role(session, agent_id, body.role, actor(caller)))
    log.info("agent %d was given the role %s by agent %d", agent_id, body.role, caller.id)
    return await _shown(parts, agent_id)


@router.put("/agents/{agent_id}/password", status_code=204, responses=_invalid | _busy)
async def change_password(parts: Parts, caller: Caller, agent_id: Id, body: PasswordIn) -> None:
    """Set an agent's password; all their sessions are signed out."""
    member = await parts.database.read(lambda session: parts.team.member(session, agent_id))
    password_hash = await parts.staff.hash_new(body.password, (member.email, member.name))
    await parts.database.write(lambda session: parts.team.set_password(session, agent_id, password_hash, actor(caller)))
    log.info("agent %d was given a password by agent %d", agent_id, caller.id)


@router.post("/agents/{agent_id}/sign-out", status_code=204)
async def sign_out_agent(parts: Parts, caller: Caller, agent_id: Id) -> None:
    """End every session of an agent, on every device."""
    await parts.database.write(lambda session: parts.team.sign_out(session, agent_id, actor(caller)))
    log.info("agent %d was signed out by agent %d", agent_id, caller.id)


@router.get("/tokens")
async def list_tokens(parts: Parts) -> list[TokenOut]:
    """List the tokens in force, by name."""
    return [TokenOut.model_validate(token) for token in await parts.database.read(parts.team.tokens)]


@router.post("/tokens", status_code=201, responses=_invalid)
async def add_token(parts: Parts, caller: Caller, body: TokenIn) -> NewTokenOut:
    """Create a token for a program."""
    secret = await parts.database.write(
        lambda session: parts.staff.add_token(session, body.name, body.role, actor(caller))
    )
    made = await parts.database.read(
        lambda session: parts.team.token(session, parts.team.token_named(session, body.name))
    )
    log.info("token %d was made by agent %d", made.id, caller.id)
    return NewTokenOut.model_validate({**TokenOut.model_validate(made).model_dump(), "token": secret})


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(parts: Parts, caller: Caller, token_id: Id) -> None:
    """Revoke a token at once; the questions that its program holds go back to the queue."""
    await parts.database.write(lambda session: parts.team.revoke_token(session, token_id, actor(caller)))
    log.info("token %d was revoked by agent %d", token_id, caller.id)


async def _shown(parts: Parts, agent_id: int) -> AgentOut:
    return AgentOut.model_validate(await parts.database.read(lambda session: parts.team.member(session, agent_id)))
