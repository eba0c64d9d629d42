"""The second factor of agents: one-time codes by time (RFC 6238), and recovery codes for a lost device.

A code is six digits of HMAC-SHA-1 over the number of 30-second steps since 1970. One step of drift is accepted on each
side, and each step once. Recovery codes are 80 random bits, so their SHA-256 suffices; each is valid once.
"""

import hashlib
import hmac
import secrets
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handoff.audit.log import Actor, AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.people.models import AgentTotp, RecoveryCode
from infra.clock import Clock

STEP = 30
"""Seconds."""
DRIFT = 1
"""Steps before and after the present one."""
DIGITS = 6
RECOVERY_CODES = 10
_ISSUER = "Frontdesk"
_SECRET_BYTES = 20
"""As long as the output of SHA-1 (RFC 4226, section 4)."""


@dataclass(frozen=True, slots=True)
class FactorState:
    """The second factor of an agent as they see it."""

    on: bool = False
    secret: str = ""
    """The secret that waits to be confirmed, in base 32; empty if none does."""
    codes_left: int = 0
    """Number of unused recovery codes."""


class SecondFactor:
    """Enrolment and checks; each method works within the caller's unit of work."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._audit = AuditLog(clock)

    def state(self, session: Session, agent_id: int) -> FactorState:
        """Return the state for the agent's own page."""
        row = session.get(AgentTotp, agent_id)
        if row is None:
            return FactorState()
        if row.enabled_at is None:
            return FactorState(secret=row.secret)
        left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.agent_id == agent_id)
        return FactorState(on=True, codes_left=session.scalar(left) or 0)

    def is_on(self, session: Session, agent_id: int) -> bool:
        """Return whether signing in takes a code."""
        on = select(AgentTotp.agent_id).where(AgentTotp.agent_id == agent_id, AgentTotp.enabled_at.is_not(None))
        return session.scalar(on) is not None

    def begin(self, session: Session, agent_id: int) -> None:
        """Create a secret that waits to be confirmed; no change while the second factor is on."""
        if self.is_on(session, agent_id):
            return
        session.execute(delete(AgentTotp).where(AgentTotp.agent_id == agent_id))
        secret = b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        session.add(AgentTotp(agent_id=agent_id, secret=secret, enabled_at=None, last_step=0))

    def confirm(self, session: Session, agent_id: int, code: str, by: Actor) -> tuple[str, ...] | None:
        """Switch the second factor on with a code of the waiting secret; return the recovery codes.

        Returns None, with nothing changed, if the code is wrong or no secret waits.
        """
        row = self._locked(session, agent_id)
        if row is None or row.enabled_at is not None or not self._use_step(row, code):
            return None
        row.enabled_at = self._clock()
        self._record(session, by, AuditAction.FACTOR_ENABLED, agent_id)
        return self._new_codes(session, agent_id)

    def check(self, session: Session, agent_id: int, code: str, by: Actor) -> bool:
        """Decide whether a code or recovery code is valid; a valid one is used up."""
        row = self._locked(session, agent_id)
        if row is None or row.enabled_at is None:
            return False
        if self._use_step(row, code):
            return True
        used = session.execute(
            delete(RecoveryCode).where(
                RecoveryCode.agent_id == agent_id, RecoveryCode.code_hash == _hash(agent_id, code)
            )
        )
        if not used.rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
            return False
        self._record(session, by, AuditAction.RECOVERY_CODE_USED, agent_id)
        return True

    def renew_codes(self, session: Session, agent_id: int, by: Actor) -> tuple[str, ...]:
        """Replace the recovery codes; return the new ones."""
        self._record(session, by, AuditAction.RECOVERY_CODES_RENEWED, agent_id)
        return self._new_codes(session, agent_id)

    def switch_off(self, session: Session, agent_id: int, by: Actor) -> None:
        """Switch the second factor off, and forget its secret and codes; no change while it is off."""
        on = self.is_on(session, agent_id)
        session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
        session.execute(delete(AgentTotp).where(AgentTotp.agent_id == agent_id))
        if on:
            self._record(session, by, AuditAction.FACTOR_DISABLED, agent_id)

    def _locked(self, session: Session, agent_id: int) -> AgentTotp | None:
        return session.get(AgentTotp, agent_id, with_for_update=True, populate_existing=True)

    def _use_step(self, row: AgentTotp, code: str) -> bool:
        """Decide whether the code belongs to a step near the present one that was not used yet; use it up."""
        digits = "".join(code.split())
        if len(digits) != DIGITS or not digits.isascii() or not digits.isdecimal():
            return False
        present = _step(self._clock())
        for step in range(present - DRIFT, present + DRIFT + 1):
            if hmac.compare_digest(code_at(row.secret, step), digits) and step > row.last_step:
                row.last_step = step
                return True
        return False

    def _new_codes(self, session: Session, agent_id: int) -> tuple[str, ...]:
        session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
        codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
        session.add_all(RecoveryCode(agent_id=agent_id, code_hash=_hash(agent_id, code)) for code in codes)
        return codes

    def _record(self, session: Session, by: Actor, action: AuditAction, agent_id: int) -> None:
        self._audit.record(session, by, action, Subject(Concern.AGENT, agent_id))


def code_at(secret: str, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226, section 5.3). `secret` is in base 32."""
    digest = hmac.new(b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def enrolment_address(secret: str, email: str) -> str:
    """Return the `otpauth` address that authenticator apps read from a QR code or a link."""
    label = quote(f"{_ISSUER}:{email}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': _ISSUER})}"


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _recovery_code() -> str:
    letters = b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _hash(agent_id: int, code: str) -> str:
    letters = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(f"recovery {agent_id} {letters}".encode()).hexdigest()
