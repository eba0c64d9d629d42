"""The last step of signing in: the session, its cookies, and the page that was asked for."""

from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from handoff.dashboard.sessions.devices import device_words
from handoff.dashboard.sessions.security import Gate, local_path
from handoff.people.agents import Staff


@dataclass(frozen=True, slots=True)
class Entered:
    """Secrets of a new session and of its device, for the cookies."""

    session: str
    device: str


class Entry:
    """Starts sessions after every check of the sign-in was passed."""

    def __init__(self, staff: Staff, gate: Gate) -> None:
        self._staff = staff
        self._gate = gate

    def enter(self, session: Session, agent_id: int, request: Request) -> Entered:
        """Start a session of the agent and remember the device, within the caller's unit of work."""
        words = device_words(request.headers.get("user-agent", ""))
        secret = self._staff.log_in(session, agent_id, words)
        return Entered(secret, self._staff.remember_device(session, agent_id, self._gate.device(request)))

    def response(self, entered: Entered, to: str) -> Response:
        """Lead to the page that was asked for, with the cookies."""
        response = RedirectResponse(local_path(to, "/desk"), 303)
        self._gate.open_session(response, entered.session)
        self._gate.remember_device(response, entered.device)
        return response
