"""Write decisions as rows: words in the contact's language, messages, buttons, tickets, outcomes of lookups."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.conversation import forms
from bot.conversation.privacy import OwnData
from bot.dialogue import Found
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    AskField,
    AskIfAbout,
    AskLanguage,
    AskRating,
    AskWhy,
    Attach,
    CloseOffer,
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
    Mark,
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
from bot.views import answers, my_questions, topics
from bot.views.answers import make_button
from bot.views.paging import label
from bot.views.wait_times import forecast, place
from bot.wording import WORDS
from handoff.deliveries.new_rows import Choice, OutgoingMessage
from handoff.deliveries.outbox import Outbox
from handoff.messages import buttons
from handoff.messages.rich_text import clean
from handoff.messages.values import Addressee, RichText
from handoff.models import Contact, Ticket
from handoff.tickets import queue
from handoff.tickets.promises.due_times import expected_due
from handoff.tickets.service import Desk
from handoff.tickets.thread_parts import latest_said, split_off, take_along
from handoff.tickets.wait_estimate import outlook_of
from infra.bus import Bus
from infra.clock import Clock
from knowledge.entries.models import Outcome
from knowledge.languages import LANGUAGES
from knowledge.matching import Match
from knowledge.quality.lookups import record_lookup, record_reading, settle_lookup

_HEADING = 200
"""Characters of a question above what was found for it."""
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
    marks: Callable[[str], bool] = lambda _: False
    """Returns whether messages of an account can be marked as received."""


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
        used = found if found is not None and _uses_lookup(decisions) else None
        asked = {text: replace(part.match, question=text) for text, part in used.parts} if used else {}
        lookup = self._record(session, contact, used.match) if used and not asked else None
        for decision in decisions:
            if asked:
                own = decision.question if isinstance(decision, GiveAnswer | Suggest | OfferPerson) else ""
                lookup = self._record(session, contact, asked[own]) if own in asked else None
            round_.do(decision, lookup)
        return round_.ticket_id

    def _record(self, session: Session, contact: Addressee, match: Match) -> int:
        now = self._services.clock()
        return record_lookup(session, contact_id=contact.id, match=match, lang=contact.language, at=now)

    def open_wish(self, session: Session, contact: Addressee) -> None:
        """Open a ticket for a contact who asked for a person and said nothing more."""
        _Round(session, contact, self._services, ()).do(OpenTicket("", "asked", recent=True), None)

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
                person = make_button(buttons.AskPerson, None, None, question, self._asked(trail))
                self._say(RichText(self._text(sentence)), [Choice(self._text("Ask a person"), person)])
            case AskIfAbout(trail=trail):
                self._propose(*my_questions.render_ask(decision, self._asked(trail).asked, self._language))
            case GiveAnswer():
                self._answer(decision, decision.lookup or lookup)
            case AskWhy():
                self._ask_why(decision)
            case Suggest():
                self._suggest(decision, decision.lookup or lookup)
            case OfferPerson():
                self._offer(decision, decision.lookup or lookup)
            case OpenTicket():
                self._open(decision, decision.lookup or lookup)
            case AskField(filling):
                asked = replace(decision, filling=replace(filling, trail=self._asked(filling.trail)))
                self._say(*self._asked_field(asked))
            case EndForm(number, sent):
                forms.end_form(self._session, number, sent=sent)
            case JoinTicket():
                self._join(decision)
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
            case AskRating(number):
                stars = [Choice(f"{count} ★", buttons.Rate(number, count)) for count in range(1, 6)]
                self._say(RichText(self._text("Thank you. How was our help, from 1 to 5?")), stars)
            case Export():
                self._own_data.send(self._session, self._contact, self._text("Everything we keep about you:"))
            case Forget():
                goodbye = self._text("Done: your messages, questions and files have been erased.")
                self._own_data.erase(self._session, self._contact, goodbye)
            case _:
                self._change(decision)

    def _change(self, decision: Decision) -> None:
        """Write the changes that the contact does not see."""
        match decision:
            case SettleLookup(number, outcome, entry_id):
                self._settle(number, outcome, entry_id)
            case MarkBlocked():
                self._note(unreachable="blocked the community")
            case Expect(what):
                self._note(expects=what or None)
            case Attach(number):
                self.ticket_id = number
                self._desk.attach(self._session, self._ticket(number))
            case CloseOffer(message):
                self._outbox.close_offer(self._session, message)
            case Mark():
                for message in self._incoming:
                    self._outbox.mark(self._session, self._contact, message)
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
        text = answers.render_answer(decision, self._language)
        if decision.hand_off and not decision.form:
            # One message, not two: the answer and the word that a person looks at it too.
            text = answers.join(text, RichText(self._opened(decision.question, "rule", entry.category, lookup)))
        trail = replace(self._asked(decision.trail), shown=f"answer-{secrets.token_urlsafe(12)}")
        choices = answers.list_buttons(decision, self._language, lookup, trail)
        if decision.hand_off and decision.form:
            # A person looks at it too, and the form says with what they need to know: in one message with the answer.
            filling = Filling(
                None, decision.question, "rule", lookup, entry.category, trail, decision.form, (), self._language
            )
            step, fields = self._asked_field(AskField(filling))
            head = RichText(self._text("A person will look at this too, and needs to know a few things first."))
            text, choices = answers.join(answers.join(text, head), step), [*choices, *fields]
        self._say(text, choices, key=trail.shown)

    def _ask_why(self, decision: AskWhy) -> None:
        category = decision.entry.category if decision.entry else None
        outlook = outlook_of(self._session, category, self._clock()) if decision.person else None
        self._say(*answers.render_reasons(decision, self._language, outlook))

    def _suggest(self, decision: Suggest, lookup: int | None) -> None:
        choices = answers.list_choices(decision, self._language, lookup, self._asked(decision.trail))
        words = self._text("Maybe you mean one of these:")
        self._propose(self._headed(decision.heading, words), choices, extended=decision.extended)

    def _offer(self, decision: OfferPerson, lookup: int | None) -> None:
        unanswered = decision.reason == "unanswered"
        if unanswered and lookup is not None:
            self._settle(lookup, "unanswered", None)
        trail = self._asked(decision.trail)
        person = make_button(buttons.AskPerson, lookup, None, decision.question, trail)
        person = replace(person, reason=decision.reason, category=decision.category)
        not_now = make_button(buttons.NotNow, lookup, None, decision.question, trail)
        not_now = replace(not_now, reason=decision.reason, category=decision.category)
        choices = [Choice(self._text("Yes, pass it on"), person), Choice(self._text("Not now"), not_now)]
        head = (
            self._text("I don't have a ready answer. Shall I pass your question to a person?")
            if unanswered
            else self._text("Shall I pass your question to a person?")
        )
        outlook = outlook_of(self._session, decision.category, self._clock())
        words = "\n".join((head, *forecast(self._language, outlook)))
        self._propose(self._headed(decision.heading, words), choices, extended=decision.extended)

    def _headed(self, heading: str, words: str) -> str:
        """Return the words under the question that they are about."""
        if not heading:
            return words
        return self._text("You asked: “{question}”", question=label(heading, _HEADING)) + "\n" + words

    def _asked_field(self, asked: AskField) -> tuple[RichText, list[Choice]]:
        number = forms.save_form(self._session, self._contact.id, asked.filling, self._clock())
        self._note(expects=answer_to(number))
        words, choices = forms.render_field(self._language, asked, number)
        return RichText(words), choices

    def _propose(self, words: str, choices: Sequence[Choice], *, extended: bool = False) -> None:
        """Post an offer; a message instead of a press may continue the question."""
        head = self._text("Your addition has been taken into account.") + "\n" if extended else ""
        self._note(expects=completion_of(self._say(RichText(head + words), choices)))

    def _asked(self, trail: Trail) -> Trail:
        """Return the trail with the messages that the round answers."""
        return replace(trail, asked=(*trail.asked, *self._incoming))

    def _open(self, decision: OpenTicket, lookup: int | None) -> None:
        question = decision.question or (self._text("Asked for a person") if decision.reason == "asked" else "…")
        words = self._opened(question, decision.reason, decision.category, lookup)
        self._take_along(decision.trail)
        if decision.recent and self.ticket_id is not None:
            take_along(self._session, self._ticket(self.ticket_id), latest_said(self._session, self._contact.id))
        withdraw = Choice(self._text("Withdraw the question"), buttons.Withdraw(self.ticket_id))
        self._say(RichText(words), [withdraw])

    def _opened(self, question: str, reason: str, category: str | None, lookup: int | None) -> str:
        """Open the ticket; return what the contact reads about it."""
        ticket = self._desk.open(self._session, self._contact, question or "…", reason=reason, category=category)
        self.ticket_id = ticket.id
        if lookup is not None:
            self._settle(lookup, "unanswered" if reason == "unanswered" else "handed_off", None)
        ahead = queue.ahead(self._session, ticket.id)
        outlook = outlook_of(self._session, category, self._clock(), ahead, due=ticket.due_at)
        return "\n".join(
            (
                self._text("Your question #{number} has been passed to a person.", number=ticket.id)
                + " "
                + place(self._language, ahead),
                *forecast(self._language, outlook),
                self._text("The answer will come here as a private message. You can add details right here."),
            )
        )

    def _join(self, decision: JoinTicket) -> None:
        ticket = self._ticket(decision.number)
        self.ticket_id = ticket.id
        self._desk.join(self._session, ticket, self._incoming)
        self._take_along(decision.trail)
        if decision.patience:
            ticket.patience_asked = True
            ahead = queue.ahead(self._session, ticket.id)
            now = self._clock()
            due = expected_due(self._session, ticket, now)
            outlook = outlook_of(self._session, ticket.category, now, ahead, due=due)
            head = self._text("Question #{number} is still waiting for a person.", number=ticket.id)
            tail = self._text("Asking again does not speed things up, and nothing gets lost.")
            self._say(RichText("\n".join((head, *forecast(self._language, outlook), tail))))
        if decision.acknowledge:
            ticket.joined_acknowledged = True
            words = self._text("Got it, added. A person will read it all with question #{number}.", number=ticket.id)
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


def _uses_lookup(decisions: Sequence[Decision]) -> bool:
    """Decide whether what was found is used: a comment or a form's answer is no question that nothing answers."""
    kinds = {type(decision) for decision in decisions}
    return not kinds & {CommentTicket, AskField, AskIfAbout, EndForm, JoinTicket} or bool(kinds & {GiveAnswer, Suggest})


def _worded(view: View, language: str) -> tuple[RichText, list[Choice]]:
    if isinstance(view, Topics | Topic):
        return topics.render(view, language)
    return my_questions.render(view, language)
