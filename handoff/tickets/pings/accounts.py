"""Agents' own accounts at the platforms: linked by a token that is valid once, unlinked on the agent's profile."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern, Origin
from handoff.models import Agent, Contact
from handoff.tickets.pings.models import AccountToken, AgentAccount
from infra.clock import Clock

VALID = timedelta(minutes=15)
PREFIX = "desk-"
"""Beginning of the deep link's word; the token follows."""


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """An account of an agent, as their profile shows it."""

    contact_id: int
    account: str
    """The channel account, e.g. `vk:main`."""
    name: str
    unreachable: bool


class AgentAccounts:
    """Linking and unlinking; each method works within the caller's unit of work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._audit = AuditLog(clock)

    def create_word(self, session: Session, agent_id: int) -> str:
        """Return the word of a deep link for the agent; an earlier one stops working."""
        token = secrets.token_urlsafe(24)
        session.execute(delete(AccountToken).where(AccountToken.agent_id == agent_id))
        expires = self._clock() + VALID
        session.add(AccountToken(agent_id=agent_id, token_hash=_hash(token), expires_at=expires))
        return f"{PREFIX}{token}"

    def link(self, session: Session, word: str, contact_id: int) -> bool:
        """Link the address to the agent of the word, which is used up; return False if the word is not valid."""
        wanted = AccountToken.token_hash == _hash(word.removeprefix(PREFIX))
        token = session.scalar(select(AccountToken).where(wanted).with_for_update())
        if token is None or token.expires_at <= self._clock():
            return False
        agent = session.get(Agent, token.agent_id)
        session.delete(token)
        if agent is None or agent.disabled_at is not None:
            return False
        session.merge(AgentAccount(contact_id=contact_id, agent_id=agent.id, linked_at=self._clock()))
        self._record(session, agent.id, AuditAction.ACCOUNT_LINKED)
        return True

    def unlink(self, session: Session, agent_id: int, contact_id: int) -> None:
        """Unlink an account of the agent: what it writes is a contact's again."""
        gone = session.execute(
            delete(AgentAccount).where(AgentAccount.contact_id == contact_id, AgentAccount.agent_id == agent_id)
        )
        if gone.rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
            self._record(session, agent_id, AuditAction.ACCOUNT_UNLINKED)

    def unlink_all(self, session: Session, agent_id: int) -> None:
        """Unlink every account of an agent whose access ends, and the link by which they could link another."""
        session.execute(delete(AccountToken).where(AccountToken.agent_id == agent_id))
        session.execute(delete(AgentAccount).where(AgentAccount.agent_id == agent_id))

    def list_accounts(self, session: Session, agent_id: int) -> tuple[LinkedAccount, ...]:
        """Return the agent's accounts."""
        found = session.scalars(
            select(Contact)
            .join(AgentAccount, AgentAccount.contact_id == Contact.id)
            .where(AgentAccount.agent_id == agent_id)
            .order_by(Contact.id)
        )
        return tuple(LinkedAccount(one.id, one.account, one.name, one.unreachable is not None) for one in found)

    def _record(self, session: Session, agent_id: int, action: AuditAction) -> None:
        self._audit.record(session, Actor(agent_id, Origin.DESK), action, Subject(Concern.AGENT, agent_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
