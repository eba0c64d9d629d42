"""A contact's own questions to people: the list with states, and one of them with its last messages."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.dialogue.decisions import AskIfAbout, OwnQuestion, OwnQuestions
from bot.views.paging import label, page_head, turns
from bot.views.wait_times import forecast, place
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice
from handoff.messages import buttons
from handoff.messages.content_sentences import question_words
from handoff.messages.rich_text import from_agent
from handoff.messages.threads import Line, thread
from handoff.messages.values import RichText
from handoff.models import LIVE, MessageKind, Ticket, TicketStatus
from handoff.tickets import queue
from handoff.tickets.promises.due_times import expected_due
from handoff.tickets.queue import TicketView
from handoff.tickets.wait_estimate import outlook_of
from handoff.words import WORDS as DESK_WORDS
from infra.wording import mark

_QUESTIONS = 4
"""On one page: with the buttons that turn it, as many as VK shows one below the other."""
_LINES = 5
_SHOWN_OF_A_LINE = 300
_STATUS = {
    TicketStatus.OPEN: mark("⏳ waits for an agent"),
    TicketStatus.WAITING: mark("💬 answered, waits for you"),
    TicketStatus.SOLVED: mark("✅ solved"),
    TicketStatus.WITHDRAWN: mark("✖ withdrawn"),
}


def list_page(session: Session, contact_id: int, now: datetime, page: int = 1) -> OwnQuestions:
    """Return a page of the contact's questions, newest first."""
    found = queue.list_own(session, contact_id, now, page=page, size=_QUESTIONS)
    pages = max(1, -(-found.total // _QUESTIONS))
    if page > pages:
        return list_page(session, contact_id, now, pages)
    return OwnQuestions(found.items, page, pages, queue.news(session, [ticket.id for ticket in found.items]))


def get(session: Session, contact_id: int, number: int, now: datetime) -> OwnQuestion | None:
    """Return one of the contact's questions with its last messages; None for a question of another contact."""
    ticket = queue.ticket(session, number, now)
    if ticket is None or ticket.contact_id != contact_id:
        return None
    said = tuple(
        line
        for line in thread(session, contact_id)
        if line.ticket_id == number
        and (line.kind is MessageKind.INCOMING or (line.kind is MessageKind.OUTGOING and line.by_agent))
        and line.text not in {"", ticket.question}
    )
    if ticket.status is not TicketStatus.OPEN:
        return OwnQuestion(ticket, said[-_LINES:])
    ahead = queue.ahead(session, number)
    due = expected_due(session, session.get_one(Ticket, number), now)
    return OwnQuestion(ticket, said[-_LINES:], ahead, outlook_of(session, ticket.category, now, ahead, due=due))


def render(view: OwnQuestions | OwnQuestion, language: str) -> tuple[RichText, list[Choice]]:
    """Return the text and the buttons."""

    def label_of(ticket: TicketView) -> str:
        return question_words(ticket.question, partial(DESK_WORDS.text, language))

    if isinstance(view, OwnQuestions):
        lines: list[str] = []
        choices: list[Choice] = []
        for ticket in view.items:
            number, question = _number(ticket, language), label_of(ticket)
            status = _status(ticket, language, news=ticket.id in view.news)
            lines.append(f"{number} {status}: {label(question)}")
            choices.append(Choice(label(f"{_icon(ticket.status)} {number} {question}"), buttons.OwnOne(ticket.id)))
        head = page_head(language, WORDS.text(language, "Your questions:"), view.page, view.pages)
        return RichText("\n".join((head, *lines))), choices + turns(language, buttons.Own(view.page), view.pages)
    ticket, live = view.ticket, view.ticket.status in LIVE
    lines = [f"{_number(ticket, language)} {_status(ticket, language)}", _cut(label_of(ticket))]
    for line in view.said:
        lines.append(f"{_author(line, language)}: {_cut(from_agent(line.text).text if line.by_agent else line.text)}")
    if view.outlook is not None:
        lines += [place(language, view.ahead), *forecast(language, view.outlook)]
    if live:
        actions = [
            Choice(WORDS.text(language, "Add to it"), buttons.Add(ticket.id)),
            Choice(WORDS.text(language, "Withdraw the question"), buttons.Withdraw(ticket.id)),
            Choice(WORDS.text(language, "Ask a new question"), buttons.NewQuestion()),
        ]
    else:
        actions = (
            [Choice(WORDS.text(language, "Open it again"), buttons.Reopen(ticket.id))] if ticket.reopenable else []
        )
        if ticket.status is TicketStatus.SOLVED and ticket.rating is None:
            actions.append(Choice(WORDS.text(language, "Rate the help"), buttons.Stars(ticket.id)))
    return RichText("\n".join(lines)), [*actions, Choice(WORDS.text(language, "My questions"), buttons.Own())]


def render_ask(decision: AskIfAbout, asked: tuple[int, ...], language: str) -> tuple[str, list[Choice]]:
    """Return the question whether the messages `asked` are about a closed ticket, and its two answers."""
    number, title = decision.ticket, question_words(decision.title, partial(DESK_WORDS.text, language))
    words = WORDS.text(language, "Is this about question #{number}?", number=number)
    yes, no = WORDS.text(language, "Yes, #{number}", number=number), WORDS.text(language, "No, something else")
    other = buttons.NewQuestion(question=decision.question, asked=asked)
    return f"{words}\n{_cut(title)}", [Choice(yes, buttons.NotSolved(number, asked=asked)), Choice(no, other)]


def _number(ticket: TicketView, language: str) -> str:
    return WORDS.text(language, "#{number}", number=ticket.id)


def _status(ticket: TicketView, language: str, *, news: bool = False) -> str:
    words = WORDS.text(language, _STATUS[ticket.status])
    return f"{words}, {WORDS.text(language, 'new answer')}" if news else words


def _author(line: Line, language: str) -> str:
    if line.kind is MessageKind.INCOMING:
        return WORDS.text(language, "You")
    return WORDS.text(language, "Support") if line.unnamed else line.author


def _icon(status: TicketStatus) -> str:
    return _STATUS[status].split()[0]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_OF_A_LINE else text[: _SHOWN_OF_A_LINE - 1].rstrip() + "…"
