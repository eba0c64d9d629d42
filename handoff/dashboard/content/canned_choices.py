"""The list of canned responses that the reply box offers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff.canned_responses.placeholders import Values, values_for
from handoff.canned_responses.responses import CannedView, list_visible, search
from handoff.messages.names import readable
from handoff.tickets import queue

_WITHOUT_SCRIPT = 30
"""Number of responses in the page itself; the script fetches the others."""
_MOST = 500


@dataclass(frozen=True, slots=True)
class CannedChoice:
    """A response in the list; `filled` is its text for the ticket, None where only the server fills it in."""

    view: CannedView
    filled: str | None = None

    @property
    def searched(self) -> str:
        """The text in which the script looks for words."""
        return f"{self.view.title} {self.view.folder} {self.view.text}".casefold()


@dataclass(frozen=True, slots=True)
class CannedChoices:
    """The responses for one ticket, those in the contact's language first, then the most used."""

    items: tuple[CannedChoice, ...]
    language: str = ""

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of the responses that fit the contact's language, in order of appearance."""
        fitting = [item.view for item in self.items if item.view.language in {self.language, ""}]
        return tuple(dict.fromkeys(view.folder for view in fitting if view.folder))


def offer_choices(session: Session, agent_id: int, language: str) -> CannedChoices:
    """Return the first responses, without filled texts."""
    found = search(list_visible(session, agent_id), "", language)[:_WITHOUT_SCRIPT]
    return CannedChoices(tuple(map(CannedChoice, found)), language)


def list_choices(session: Session, ticket_id: int, agent_id: int, agent_name: str, now: datetime) -> CannedChoices:
    """Return all responses, filled for the ticket; none for an unknown ticket."""
    ticket = queue.ticket(session, ticket_id, now)
    if ticket is None:
        return CannedChoices(())
    values: Values = values_for(session, ticket, readable(agent_name), now)
    found = search(list_visible(session, agent_id), "", ticket.language)[:_MOST]
    items = tuple(CannedChoice(view, values.fill(view.text)) for view in found)
    return CannedChoices(items, ticket.language)
