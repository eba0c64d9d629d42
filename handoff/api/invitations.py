"""Links by which agents set their password, for admins: invite, list, renew and revoke, by the rules of the desk."""

import logging
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from pydantic import BaseModel, Field

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import ApiParts, Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent
from handoff.models import Role
from handoff.people.access import Member
from handoff.people.agents import AgentProfile
from handoff.people.invitations import Invitations
from infra.storage.columns import LARGEST_ID

log = logging.getLogger(__name__)

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The invitation cannot be made; the message gives the reason."}
}
router = APIRouter(
    dependencies=[Depends(needs(Role.ADMIN))],
    responses={404: {"model": Refusal, "description": "There is no such agent, or no link of theirs is open."}},
    tags=["access"],
)


class InvitationIn(Sent):
    """A person who is to work at the desk; they set their password themselves."""

    email: str = Field(max_length=254)
    name: str = Field(max_length=200, description="Contacts see it with each answer; they can change it.")
    role: Role = Role.AGENT


class InvitationOut(BaseModel):
    """A link in force by which an agent sets their password, without the link itself."""

    agent_id: int
    email: str
    name: str
    role: Role
    has_password: bool = Field(description="True for an agent who gets a new one: the old one works until then.")
    expires_at: datetime


class NewInvitationOut(InvitationOut):
    """A link that was just created."""

    link: str = Field(description="Valid once. Shown this once: only its hash is stored.")


@router.get("/invitations")
async def list_invitations(parts: Parts) -> list[InvitationOut]:
    """List the links in force, by the agents' names."""
    return [_shown(member) for member in await parts.database.read(parts.team.members) if member.link_until]


@router.post("/invitations", status_code=201, responses=_invalid)
async def invite(request: Request, parts: Parts, caller: Caller, body: InvitationIn) -> NewInvitationOut:
    """Create an agent without a password, and the link by which they set it within 48 hours."""
    profile = AgentProfile(body.email, body.name, body.role)
    agent_id, secret = await parts.database.write(
        lambda session: _invitations(parts).invite(session, profile, actor(caller))
    )
    log.info("agent %d was invited by agent %d", agent_id, caller.id)
    return await _with_link(request, parts, agent_id, secret)


@router.post("/invitations/{agent_id}", status_code=201, responses=_invalid)
async def renew_invitation(request: Request, parts: Parts, caller: Caller, agent_id: Id) -> NewInvitationOut:
    """Create a link for an agent who lost theirs, or their password; an earlier link ends."""
    secret = await parts.database.write(lambda session: _invitations(parts).renew(session, agent_id, actor(caller)))
    log.info("agent %d was given a link by agent %d", agent_id, caller.id)
    return await _with_link(request, parts, agent_id, secret)


@router.delete("/invitations/{agent_id}", status_code=204)
async def revoke_invitation(parts: Parts, caller: Caller, agent_id: Id) -> None:
    """End an agent's link at once; a password that they have stays."""
    if not await parts.database.write(lambda session: _invitations(parts).revoke(session, agent_id, actor(caller))):
        raise HTTPException(404, "No link of this agent is open.")
    log.info("the link of agent %d was revoked by agent %d", agent_id, caller.id)


def _invitations(parts: ApiParts) -> Invitations:
    return Invitations(parts.staff, parts.team, parts.clock)


async def _with_link(request: Request, parts: ApiParts, agent_id: int, secret: str) -> NewInvitationOut:
    member = await parts.database.read(lambda session: parts.team.member(session, agent_id))
    base = (parts.public_url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
    return NewInvitationOut(**_shown(member).model_dump(), link=f"{base}/desk/invitation/{secret}")


def _shown(member: Member) -> InvitationOut:
    assert member.link_until is not None  # noqa: S101 - for the type checker
    return InvitationOut(
        agent_id=member.id,
        email=member.email,
        name=member.name,
        role=member.role,
        has_password=member.has_password,
        expires_at=member.link_until,
    )
