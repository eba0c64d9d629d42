"""A contact's own questions to people: the list with icon and words, and one of them with what was said last."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.decisions import OwnQuestion, OwnQuestions
from bot.paging import headed, label, turns
from bot.wording import WORDS
from handoff import waiting
from handoff.messages import RichText
from handoff.models import LIVE, MessageKind, TicketStatus
from handoff.outbox import Choice
from handoff.threads import thread
from infra.wording import marked

_QUESTIONS = 4
"""On one page: with the buttons that turn it, as many as VK shows one below the other."""
_LINES = 5
_SHOWN_OF_A_LINE = 300
_STATUS = {
    TicketStatus.OPEN: marked("⏳ waits for an agent"),
    TicketStatus.WAITING: marked("💬 answered, waits for you"),
    TicketStatus.SOLVED: marked("✅ solved"),
    TicketStatus.WITHDRAWN: marked("✖ withdrawn"),
}


def listed(session: Session, contact_id: int, now: datetime, page: int = 1) -> OwnQuestions:
    """A page of the contact's questions, newest first."""
    found = waiting.own(session, contact_id, now, page=page, size=_QUESTIONS)
    pages = max(1, -(-found.total // _QUESTIONS))
    if page > pages:
        return listed(session, contact_id, now, pages)
    return OwnQuestions(found.items, page, pages)


def one(session: Session, contact_id: int, number: int, now: datetime) -> OwnQuestion | None:
    """One of the contact's questions with what they and the agents said last; None for anybody else's."""
    ticket = waiting.ticket(session, number, now)
    if ticket is None or ticket.contact_id != contact_id:
        return None
    said = tuple(
        line
        for line in thread(session, contact_id)
        if line.ticket_id == number
        and (line.kind is MessageKind.INCOMING or (line.kind is MessageKind.OUTGOING and line.by_agent))
        and line.text not in {"", ticket.question}
    )
    return OwnQuestion(ticket, said[-_LINES:])


def worded(view: OwnQuestions | OwnQuestion, language: str) -> tuple[RichText, list[Choice]]:
    """What the contact sees of it."""
    if isinstance(view, OwnQuestions):
        lines = [
            f"№{ticket.id} {WORDS.text(language, _STATUS[ticket.status])}: {label(ticket.question)}"
            for ticket in view.items
        ]
        choices = [
            Choice(label(f"{_icon(ticket.status)} №{ticket.id} {ticket.question}"), "own_one", {"ticket": ticket.id})
            for ticket in view.items
        ]
        head = headed(language, WORDS.text(language, "Your questions:"), view.page, view.pages)
        return RichText("\n".join((head, *lines))), choices + turns(language, "own", {}, view.page, view.pages)
    ticket, live = view.ticket, view.ticket.status in LIVE
    lines = [f"№{ticket.id} {WORDS.text(language, _STATUS[ticket.status])}", _cut(ticket.question)]
    for line in view.said:
        author = WORDS.text(language, "You") if line.kind is MessageKind.INCOMING else line.author
        lines.append(f"{author}: {_cut(line.text)}")
    if live:
        lines.append(WORDS.text(language, "You can add details right here."))
        action = Choice(WORDS.text(language, "Withdraw the question"), "withdraw", {"ticket": ticket.id})
    else:
        action = Choice(WORDS.text(language, "Open it again"), "reopen", {"ticket": ticket.id})
    return RichText("\n".join(lines)), [action, Choice(WORDS.text(language, "My questions"), "own", {})]


def _icon(status: TicketStatus) -> str:
    return _STATUS[status].split()[0]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_OF_A_LINE else text[: _SHOWN_OF_A_LINE - 1].rstrip() + "…"
