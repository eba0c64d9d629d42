"""Write decisions as rows: words in the contact's language, messages, buttons, tickets, outcomes of lookups."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversation import forms
from bot.conversation.privacy import OwnData
from bot.dialogue import Found
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    AskField,
    AskLanguage,
    AskRating,
    AskWhy,
    Attach,
    CloseTicket,
    CommentTicket,
    Decision,
    EndForm,
    Expect,
    Export,
    Filling,
    Forget,
    GiveAnswer,
    JoinTicket,
    MarkBlocked,
    OfferPerson,
    OpenTicket,
    OwnQuestion,
    RateTicket,
    ReopenTicket,
    Say,
    SettleLookup,
    Show,
    Speak,
    SplitOff,
    Suggest,
    Topic,
    Topics,
    Trail,
    View,
    WithdrawTicket,
)
from bot.dialogue.expected_reply import answer_to, completion_of
from bot.inbox.attachments import Attachments
from bot.views import my_questions, topics
from bot.views.other_language import button, with_remark
from bot.views.wait_times import forecast, place
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages import buttons
from handoff.messages.rich_text import clean, from_markdown, units
from handoff.messages.values import Addressee, Entity, EntityKind, RichText
from handoff.models import Contact, Ticket
from handoff.tickets import queue
from handoff.tickets.service import Desk
from handoff.tickets.thread_parts import split_off, take_along
from handoff.tickets.wait_estimate import outlook_of
from infra.bus import Bus
from infra.clock import Clock
from knowledge.entries.models import Outcome
from knowledge.entries.repository import EntryView
from knowledge.languages import LANGUAGES
from knowledge.quality.lookups import record_lookup, record_reading, settle_lookup

_Q = TypeVar("_Q", bound=buttons.QuestionButton)

_SHORT_COMMENT = 2
"""Words that are hardly a question of their own ("very quick")."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services that a round writes through, within its transaction."""

    desk: Desk
    outbox: Outbox
    own_data: OwnData
    attachments: Attachments
    bus: Bus
    clock: Clock


class Effects:
    """Writes decisions within the round's transaction."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def apply(
        self,
        session: Session,
        contact: Addressee,
        decisions: Sequence[Decision],
        found: Found | None,
        incoming: tuple[int, ...],
    ) -> int | None:
        """Write everything in order; return the id of the ticket that the round concerned, if any.

        `incoming` are the messages that the decisions answer.
        """
        round_ = _Round(session, contact, self._services, incoming)
        lookup = None
        # A word about the help is no question that the knowledge could not answer.
        if found is not None and not any(isinstance(decision, CommentTicket) for decision in decisions):
            now = self._services.clock()
            lookup = record_lookup(session, contact_id=contact.id, match=found.match, lang=contact.language, at=now)
        for decision in decisions:
            round_.do(decision, lookup)
        return round_.ticket_id

    def hand_over_unread(self, session: Session, contact: Addressee, words: str) -> int | None:
        """Hand a message that could not be handled to a person, and say so to the contact; return the ticket's id."""
        round_ = _Round(session, contact, self._services, ())
        round_.do(OpenTicket(clean(words), "poison"), None)
        return round_.ticket_id


class _Round:
    """The decisions of one event."""

    def __init__(self, session: Session, contact: Addressee, services: Services, incoming: tuple[int, ...]) -> None:
        self._session = session
        self._contact = contact
        self._incoming = incoming
        self._desk = services.desk
        self._outbox = services.outbox
        self._own_data = services.own_data
        self._clock = services.clock
        self._language = contact.language
        self.ticket_id: int | None = None

    def do(self, decision: Decision, lookup: int | None) -> None:
        match decision:
            case Say(sentence, offered, values):
                choices = [Choice(self._text(label), payload) for label, payload in offered]
                self._say(RichText(self._text(sentence, **values)), choices)
            case AskAbout(sentence, question, trail):
                person = _under(buttons.AskPerson, None, None, question, self._asked(trail))
                self._say(RichText(self._text(sentence)), [Choice(self._text("Ask a person"), person)])
            case GiveAnswer():
                self._answer(decision, decision.lookup or lookup)
            case AskWhy():
                self._ask_why(decision)
            case Suggest():
                self._suggest(decision, lookup)
            case OfferPerson():
                self._offer(decision, decision.lookup or lookup)
            case OpenTicket():
                self._open(decision, decision.lookup or lookup)
            case AskField(filling, unsuited):
                self._say(*self._asked_field(replace(filling, trail=self._asked(filling.trail)), unsuited=unsuited))
            case EndForm(number, sent):
                forms.end_form(self._session, number, sent=sent)
            case JoinTicket():
                self._join(decision)
            case SettleLookup(number, outcome, entry_id):
                self._settle(number, outcome, entry_id)
            case Show(view):
                if isinstance(view, OwnQuestion):
                    self._desk.looked_at(self._ticket(view.ticket.id))
                self._say(*_worded(view, self._language))
            case AskLanguage():
                choices = [Choice(language.name, buttons.Speak(code)) for code, language in LANGUAGES.items()]
                self._say(RichText(self._text("Which language do you prefer?")), choices)
            case Speak(language):
                self._language = language
                self._note(language=language, chosen_language=language)
            case MarkBlocked():
                self._note(unreachable="blocked the community")
            case Expect(what):
                self._note(expects=what or None)
            case AskRating(number):
                stars = [Choice(f"{count} ★", buttons.Rate(number, count)) for count in range(1, 6)]
                self._say(RichText(self._text("Thank you. How was our help, from 1 to 5?")), stars)
            case Export():
                self._own_data.send(self._session, self._contact, self._text("Everything we keep about you:"))
            case Forget():
                goodbye = self._text("We have forgotten you: your messages, questions and files are erased.")
                self._own_data.erase(self._session, self._contact, goodbye)
            case _:
                self._change(decision)

    def _change(self, decision: Decision) -> None:
        """Write the changes of a ticket that the contact does not see."""
        match decision:
            case Attach(number):
                self.ticket_id = number
                self._desk.attach(self._ticket(number))
            case SplitOff(messages):
                split_off(self._session, self._contact.id, messages)
            case CloseTicket(number):
                self._desk.confirm(self._session, self._ticket(number))
            case ReopenTicket(number):
                self._desk.dispute(self._session, self._ticket(number))
            case WithdrawTicket(number):
                self._desk.withdraw(self._session, self._ticket(number))
            case RateTicket(number, count):
                self._desk.rate(self._session, self._ticket(number), count)
            case CommentTicket(number, text):
                self._comment(number, text)

    def _answer(self, decision: GiveAnswer, lookup: int | None) -> None:
        entry = decision.entry
        if decision.browsed:
            lookup = record_reading(self._session, contact_id=self._contact.id, entry=entry, at=self._clock())
        title = with_remark(entry.question, self._language, entry.lang)
        head = RichText(title, (Entity(EntityKind.BOLD, 0, units(entry.question)),))
        text = _joined(head, from_markdown(entry.answer))
        if decision.hand_off and not decision.form:
            # One message, not two: the answer and the word that a person looks at it too.
            text = _joined(text, RichText(self._opened(decision.question, "rule", entry.category, lookup)))
        trail = replace(self._asked(decision.trail), shown=f"answer-{secrets.token_urlsafe(12)}")
        under = partial(_under, lookup=lookup, entry=entry, question=decision.question, trail=trail)
        choices = [Choice(self._text("This helped"), under(buttons.Helped))]
        if decision.hand_off and decision.form:
            # A person looks at it too, and the form says with what they need to know: in one message with the answer.
            filling = Filling(
                None, decision.question, "rule", lookup, entry.category, trail, decision.form, (), self._language
            )
            step, answers = self._asked_field(filling)
            head = RichText(self._text("A person looks at this as well, and has to know a few things first."))
            text, choices = _joined(_joined(text, head), step), [*choices, *answers]
        elif decision.browsed and entry.handoff == "always":
            choices.append(Choice(self._text("Ask a person"), under(buttons.AskPerson)))
        elif not decision.hand_off:
            choices.append(Choice(self._text("This doesn't solve my problem"), under(buttons.NotHelped)))
        self._say(text, choices, key=trail.shown)

    def _ask_why(self, decision: AskWhy) -> None:
        under = partial(
            _under, lookup=decision.lookup, entry=decision.entry, question=decision.question, trail=decision.trail
        )
        choices = [
            Choice(self._text("The answer is unclear"), under(buttons.Unclear)),
            Choice(self._text("I don't like how it works"), under(buttons.Disliked)),
        ]
        if decision.person:
            choices.append(Choice(self._text("I still have questions"), under(buttons.Still)))
        words = [self._text("What is wrong with this answer?")]
        if decision.person:
            outlook = outlook_of(self._session, decision.entry.category if decision.entry else None, self._clock())
            words += [
                self._text("If you still have questions, a person will answer."),
                *forecast(self._language, outlook),
            ]
        self._say(RichText("\n".join(words)), choices)

    def _suggest(self, decision: Suggest, lookup: int | None) -> None:
        trail, question = self._asked(decision.trail), decision.question
        choices = [
            Choice(
                button(entry.question, self._language, entry.lang),
                _under(buttons.Pick, lookup, entry, question, trail),
            )
            for entry in decision.entries
        ]
        choices.append(Choice(self._text("None of these"), _under(buttons.NoneFits, lookup, None, question, trail)))
        self._propose(self._text("Maybe you mean one of these:"), choices, decision.instead_of)

    def _offer(self, decision: OfferPerson, lookup: int | None) -> None:
        unanswered = decision.reason == "unanswered"
        if unanswered and lookup is not None:
            self._settle(lookup, "unanswered", None)
        trail = self._asked(decision.trail)
        person = _under(buttons.AskPerson, lookup, None, decision.question, trail)
        person = replace(person, reason=decision.reason, category=decision.category)
        not_now = _under(buttons.NotNow, lookup, None, decision.question, trail)
        not_now = replace(not_now, reason=decision.reason, category=decision.category)
        choices = [Choice(self._text("Ask a person"), person), Choice(self._text("Not now"), not_now)]
        head = (
            self._text("There is no ready answer to this. Shall we pass the question to a person?")
            if unanswered
            else self._text("Shall we pass the question to a person?")
        )
        outlook = outlook_of(self._session, decision.category, self._clock())
        self._propose("\n".join((head, *forecast(self._language, outlook))), choices, decision.instead_of)

    def _asked_field(self, filling: Filling, *, unsuited: bool = False) -> tuple[RichText, list[Choice]]:
        number = forms.save_form(self._session, self._contact.id, filling, self._clock())
        self._note(expects=answer_to(number))
        words, choices = forms.render_field(self._language, filling, number, unsuited=unsuited)
        return RichText(words), choices

    def _propose(self, words: str, choices: Sequence[Choice], instead_of: int | None) -> None:
        """Post an offer; a message instead of a press may continue the question."""
        if instead_of is None:
            message = self._say(RichText(words), choices)
        else:
            words, message = self._text("Your addition has been taken into account.") + "\n" + words, instead_of
            self._outbox.revise(self._session, message, RichText(words), choices)
        self._note(expects=completion_of(message))

    def _asked(self, trail: Trail) -> Trail:
        """Return the trail with the messages that the round answers."""
        return replace(trail, asked=(*trail.asked, *self._incoming))

    def _open(self, decision: OpenTicket, lookup: int | None) -> None:
        words = self._opened(decision.question, decision.reason, decision.category, lookup)
        self._take_along(decision.trail)
        withdraw = Choice(self._text("Withdraw the question"), buttons.Withdraw(self.ticket_id))
        self._say(RichText(words), [withdraw])

    def _opened(self, question: str, reason: str, category: str | None, lookup: int | None) -> str:
        """Open the ticket; return what the contact reads about it."""
        ticket = self._desk.open(self._session, self._contact, question or "…", reason=reason, category=category)
        self.ticket_id = ticket.id
        if lookup is not None:
            self._settle(lookup, "unanswered" if reason == "unanswered" else "handed_off", None)
        ahead = queue.ahead(self._session, ticket.id)
        outlook = outlook_of(self._session, category, self._clock(), ahead)
        return "\n".join(
            (
                self._text("Your question №{number} has been passed to a person.", number=ticket.id)
                + " "
                + place(self._language, ahead),
                *forecast(self._language, outlook),
                self._text("The answer will come here as a private message. You can add details right here."),
            )
        )

    def _join(self, decision: JoinTicket) -> None:
        ticket = self._ticket(decision.number)
        self.ticket_id = ticket.id
        self._desk.join(self._session, ticket)
        self._take_along(decision.trail)
        if decision.patience:
            ticket.patience_asked = True
            ahead = queue.ahead(self._session, ticket.id)
            outlook = outlook_of(self._session, ticket.category, self._clock(), ahead)
            head = self._text("Question №{number} still waits for a person.", number=ticket.id)
            tail = self._text("Asking again does not speed things up, and nothing gets lost.")
            self._say(RichText("\n".join((head, *forecast(self._language, outlook), tail))))
        if decision.acknowledge:
            ticket.joined_acknowledged = True
            words = self._text("Added to question №{number}. A person will read it all.", number=ticket.id)
            self._say(RichText(words), [self._new_question(decision.text)] if decision.text else [])

    def _comment(self, number: int, text: str) -> None:
        self._desk.comment(self._session, self._ticket(number), text)
        asks = [self._new_question(text)] if len(text.split()) > _SHORT_COMMENT else []
        self._say(RichText(self._text("Thank you. This helps us to help better.")), asks)

    def _new_question(self, text: str) -> Choice:
        about = buttons.NewQuestion(question=text, asked=self._incoming)
        return Choice(self._text("This is a new question"), about)

    def _take_along(self, trail: Trail) -> None:
        """Attach the lines that led to the ticket."""
        if self.ticket_id is not None and trail != NO_TRAIL:
            take_along(self._session, self._ticket(self.ticket_id), trail.asked, trail.shown)

    def _settle(self, lookup: int, outcome: Outcome, entry_id: int | None) -> None:
        settle_lookup(self._session, lookup, outcome, entry_id)

    def _note(self, **values: str | None) -> None:
        """Update columns of the contact."""
        self._session.execute(update(Contact).where(Contact.id == self._contact.id).values(values))

    def _ticket(self, number: int) -> Ticket:
        return self._session.get_one(Ticket, number)

    def _say(self, text: RichText, choices: Sequence[Choice] = (), key: str | None = None) -> int:
        message = OutgoingMessage(text, choices, self.ticket_id, key=key)
        return self._outbox.post(self._session, self._contact, message)

    def _text(self, sentence: str, **values: object) -> str:
        return WORDS.text(self._language, sentence, **values)


def _worded(view: View, language: str) -> tuple[RichText, list[Choice]]:
    if isinstance(view, Topics | Topic):
        return topics.render(view, language)
    return my_questions.render(view, language)


def _under(kind: type[_Q], lookup: int | None, entry: EntryView | None, question: str, trail: Trail) -> _Q:
    """Return a button under what was found for the question."""
    return kind(lookup, entry.id if entry else None, question, trail.asked, trail.shown, trail.apart)


def _joined(first: RichText, second: RichText) -> RichText:
    shift = units(first.text) + 2
    moved = tuple(Entity(e.kind, e.offset + shift, e.length, e.url) for e in second.entities)
    return RichText(f"{first.text}\n\n{second.text}", first.entities + moved)
