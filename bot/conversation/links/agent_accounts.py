"""Agents' own accounts in the conversation: a link from the profile links one, and what it writes opens no ticket."""

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from bot.wording import WORDS
from handoff.deliveries.new_rows import OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages.values import Addressee, EventKind, IncomingEvent, RichText
from handoff.models import LIVE, Contact, Ticket
from handoff.tickets.pings.accounts import PREFIX, AgentAccounts
from infra.clock import Clock
from knowledge.languages import LANGUAGES

_SAID = frozenset({EventKind.MESSAGE, EventKind.PRESS})


def concerns_agents(known: Row[Any] | None, event: IncomingEvent) -> bool:
    """Return whether the event is of a linked account, or a link that links one."""
    return (known is not None and known.serves_agent) or (event.place is None and event.start.startswith(PREFIX))


def language_of(known: Row[Any] | None, event: IncomingEvent, otherwise: str) -> str:
    """Return the language in which the account is addressed."""
    return (known.language if known else "") or (event.language if event.language in LANGUAGES else otherwise)


def answer_agent(session: Session, contact: Addressee, event: IncomingEvent, outbox: Outbox, clock: Clock) -> None:
    """Link the account if the event asks for it, and say in one sentence what the account is for.

    An account with open questions is not linked: an agent's answer to them could not be continued there.
    """
    if event.place is not None or event.kind not in _SAID:
        return
    words = _link(session, contact, event.start, clock) if event.start.startswith(PREFIX) else None
    if words is None:
        words = WORDS.text(
            contact.language,
            "This account receives pings of the support desk, and what you write here is not read; to ask questions "
            "from it, unlink it in your profile at the desk.",
        )
    outbox.post(session, contact, OutgoingMessage(RichText(words)))


def _link(session: Session, contact: Addressee, word: str, clock: Clock) -> str | None:
    """Return what went wrong; None once the account is linked."""
    live = select(Ticket.id).where(Ticket.contact_id == contact.id, Ticket.status.in_(LIVE)).limit(1)
    if session.scalar(live) is not None:
        return WORDS.text(
            contact.language, "You have an open question here: withdraw it first, then open the link of the desk again."
        )
    if not AgentAccounts(clock).link(session, word, contact.id):
        return WORDS.text(
            contact.language, "This link of the desk is no longer valid: get a new one in your profile at the desk."
        )
    session.execute(
        update(Contact)
        .where(Contact.id == contact.id)
        .values(expects=None)
        .execution_options(synchronize_session=False)
    )
    return None
