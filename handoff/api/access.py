"""Authentication of callers: a bearer token represents an agent of its own, whose role limits what it may do."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from handoff.api.parts import ApiParts, Parts
from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.models import Role
from handoff.people.agents import AgentView

_RANK = {role: rank for rank, role in enumerate(Role)}
_bearer = HTTPBearer(auto_error=False, description="A token made by `frontdesk token add NAME --role ROLE`.")


async def _caller(
    parts: Parts, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> AgentView:
    return await _agent(parts, credentials)


async def authenticate(parts: ApiParts, request: Request) -> AgentView:
    """Return the agent whose token the request carries. Raises HTTPException 401."""
    return await _agent(parts, await _bearer(request))


async def _agent(parts: ApiParts, credentials: HTTPAuthorizationCredentials | None) -> AgentView:
    token = credentials.credentials if credentials else ""
    agent = await parts.database.read(lambda session: parts.staff.token(session, token)) if token else None
    if agent is None:
        message = "Send a known token as “Authorization: Bearer TOKEN”."
        raise HTTPException(401, message, {"WWW-Authenticate": "Bearer"})
    return agent


Caller = Annotated[AgentView, Depends(_caller)]


def actor(caller: AgentView) -> Actor:
    """Return the caller as the audit log names them."""
    return Actor(caller.id, Origin.API)


def needs(role: Role) -> Callable[[AgentView], None]:
    """Build a dependency that admits this role and those above it."""

    def check(caller: Caller) -> None:
        if _RANK[caller.role] < _RANK[role]:
            raise HTTPException(403, f"This needs the role {role}; the token has the role {caller.role}.")

    return check
