"""Decisions become rows: words in the contact's language, messages, buttons, tickets, outcomes of lookups."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.dialogue import (
    CloseTicket,
    Decision,
    Found,
    GiveAnswer,
    JoinTicket,
    MarkBlocked,
    OpenTicket,
    ReopenTicket,
    Say,
    SettleLookup,
    Suggest,
)
from bot.wording import WORDS
from handoff import waiting
from handoff.desk import Desk
from handoff.messages import Addressee, Entity, EntityKind, RichText
from handoff.models import Contact, Ticket
from handoff.outbox import Choice, Outbox
from handoff.richtext import clean, from_markdown, units
from infra.clock import Clock
from knowledge.entries import EntryView
from knowledge.lookups import record_lookup, settle_lookup
from knowledge.models import Outcome

LABEL = 40
"""Longest label of a button, in characters: VK's limit, and what fits a phone."""


class Effects:
    """Carries out decisions within the round's transaction."""

    def __init__(self, desk: Desk, outbox: Outbox, clock: Clock) -> None:
        self._desk = desk
        self._outbox = outbox
        self._clock = clock

    def apply(
        self, session: Session, contact: Addressee, decisions: Sequence[Decision], found: Found | None
    ) -> int | None:
        """Do everything in order; the id of the ticket that the round was about, if it was about one."""
        round_ = _Round(session, contact, self._desk, self._outbox, self._clock)
        lookup = None
        if found is not None:
            lookup = record_lookup(
                session, contact_id=contact.id, match=found.match, lang=contact.language, at=self._clock()
            )
        for decision in decisions:
            round_.do(decision, lookup)
        return round_.ticket_id

    def hand_over_unread(self, session: Session, contact: Addressee, words: str) -> int | None:
        """A message that could not be handled: a person gets it, and the contact is told so; the ticket's id."""
        round_ = _Round(session, contact, self._desk, self._outbox, self._clock)
        round_.do(OpenTicket(clean(words), "poison"), None)
        return round_.ticket_id


class _Round:
    """The decisions of one event."""

    def __init__(self, session: Session, contact: Addressee, desk: Desk, outbox: Outbox, clock: Clock) -> None:
        self._session = session
        self._contact = contact
        self._desk = desk
        self._outbox = outbox
        self._clock = clock
        self._language = contact.language
        self.ticket_id: int | None = None

    def do(self, decision: Decision, lookup: int | None) -> None:
        match decision:
            case Say(sentence, buttons, values):
                choices = [Choice(self._text(label), action, {}) for label, action in buttons]
                self._say(RichText(self._text(sentence, **values)), choices)
            case GiveAnswer():
                self._answer(decision, decision.lookup or lookup)
            case Suggest(entries, question):
                self._suggest(entries, question, lookup)
            case OpenTicket():
                self._open(decision, decision.lookup or lookup)
            case JoinTicket(number, acknowledge):
                self._join(number, acknowledge=acknowledge)
            case SettleLookup(number, outcome, entry_id):
                self._settle(number, outcome, entry_id)
            case CloseTicket(number):
                self._desk.confirm(self._session, self._ticket(number))
            case ReopenTicket(number):
                self._desk.dispute(self._session, self._ticket(number))
            case MarkBlocked():
                blocked = update(Contact).where(Contact.id == self._contact.id)
                self._session.execute(blocked.values(unreachable="blocked the community"))

    def _answer(self, decision: GiveAnswer, lookup: int | None) -> None:
        entry = decision.entry
        head = RichText(entry.question, (Entity(EntityKind.BOLD, 0, units(entry.question)),))
        text = _joined(head, from_markdown(entry.answer))
        if decision.hand_off:
            # One message, not two: the answer and the word that a person looks at it too.
            text = _joined(text, RichText(self._opened(decision.question, "rule", entry.category, lookup)))
        data = {"lookup": lookup, "entry": entry.id, "question": decision.question}
        choices = [Choice(self._text("This helped"), "helped", data)]
        if not decision.hand_off:
            choices.append(Choice(self._text("This doesn't solve my problem"), "not_helped", data))
        self._say(text, choices)

    def _suggest(self, entries: Sequence[EntryView], question: str, lookup: int | None) -> None:
        choices = [
            Choice(_label(entry.question), "pick", {"lookup": lookup, "entry": entry.id, "question": question})
            for entry in entries
        ]
        choices.append(Choice(self._text("None of these"), "none_fits", {"lookup": lookup, "question": question}))
        self._say(RichText(self._text("Maybe you mean one of these:")), choices)

    def _open(self, decision: OpenTicket, lookup: int | None) -> None:
        self._say(RichText(self._opened(decision.question, decision.reason, decision.category, lookup)))

    def _opened(self, question: str, reason: str, category: str | None, lookup: int | None) -> str:
        """Open the ticket; what to tell the contact about it."""
        ticket = self._desk.open(self._session, self._contact, question or "…", reason=reason, category=category)
        self.ticket_id = ticket.id
        if lookup is not None:
            self._settle(lookup, "unanswered" if reason == "unanswered" else "handed_off", None)
        ahead = waiting.ahead(self._session, ticket.id)
        place = (
            WORDS.plural(
                self._language, "{count} question is ahead of it.", "{count} questions are ahead of it.", ahead
            )
            if ahead
            else self._text("It is the next in line.")
        )
        return "\n".join(
            (
                self._text("Your question №{number} has been passed to a person.", number=ticket.id) + " " + place,
                self._text("The answer will come here as a private message. You can add details right here."),
            )
        )

    def _join(self, number: int, *, acknowledge: bool) -> None:
        ticket = self._ticket(number)
        self.ticket_id = ticket.id
        self._desk.join(self._session, ticket)
        if acknowledge:
            ticket.joined_acknowledged = True
            self._say(RichText(self._text("Added to question №{number}. A person will read it all.", number=number)))

    def _settle(self, lookup: int, outcome: Outcome, entry_id: int | None) -> None:
        settle_lookup(self._session, lookup, outcome, entry_id)

    def _ticket(self, number: int) -> Ticket:
        return self._session.get_one(Ticket, number)

    def _say(self, text: RichText, choices: Sequence[Choice] = ()) -> None:
        self._outbox.post(self._session, self._contact, text, ticket_id=self.ticket_id, choices=choices)

    def _text(self, sentence: str, **values: object) -> str:
        return WORDS.text(self._language, sentence, **values)


def _joined(first: RichText, second: RichText) -> RichText:
    shift = units(first.text) + 2
    moved = tuple(Entity(e.kind, e.offset + shift, e.length, e.url) for e in second.entities)
    return RichText(f"{first.text}\n\n{second.text}", first.entities + moved)


def _label(question: str) -> str:
    return question if len(question) <= LABEL else question[: LABEL - 1].rstrip() + "…"
