"""Decide what follows from a message."""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import escalation, forms, rejections
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    AskField,
    AskIfAbout,
    AskLanguage,
    CloseOffer,
    CommentTicket,
    Decision,
    Expect,
    Export,
    Filling,
    GiveAnswer,
    Link,
    OfferPerson,
    OpenTicket,
    Say,
    Show,
    Suggest,
    Trail,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, MATTER, NEW, commented_ticket
from bot.dialogue.sentences import ALL_RIGHT, INVITATION, NO_OTHER_ANSWER, WELCOME, hello, nothing_passed_on, show_view
from bot.dialogue.thread import MOST_OPEN, Found, PendingOffer, Thread, TicketContext
from bot.dialogue.understanding.utterance import Utterance, read_utterance
from handoff.messages import buttons
from handoff.messages.content_sentences import headline
from handoff.messages.contents import is_shown
from handoff.messages.values import IncomingEvent
from knowledge.entries.repository import EntryView
from knowledge.languages import Command, Saying
from knowledge.matching import MOST_CHOICES, Band, keep_plausible


def question_of(thread: Thread, event: IncomingEvent, said: Utterance) -> str | None:
    """Return the words to look up, after the pending question if there is one."""
    if forms.takes(thread, said) is not None:
        return said.text if forms.asks_between(thread, event, said) else None
    if _reopens(thread, said) or _is_for_person(thread) or thread.expects == MATTER:
        return None
    if not said.has_words or said.text.startswith("/") or said.command:
        return None
    if said.wants_person or said.is_courtesy or not said.has_content:
        return None
    if thread.ticket is not None:
        return said.text if escalation.may_be_answered(thread, thread.ticket, said) else None
    return said.text if thread.pending is None else f"{thread.pending.question}\n{said.text}"


def decide_message(thread: Thread, event: IncomingEvent, said: Utterance, found: Found | None) -> list[Decision]:
    """Decide what follows from a message, or from a burst joined into one.

    The response is always a new message; the offer that it continues is closed.
    """
    decisions, pending = _decide(thread, event, said, found), thread.pending
    if pending is None or not any(_continues(one, pending) for one in decisions):
        return decisions
    return [*decisions, CloseOffer(pending.message)]


def _continues(decision: Decision, pending: PendingOffer) -> bool:
    """Decide whether the decision is about the pending question: it was asked by the same messages."""
    match decision:
        case GiveAnswer() | Suggest() | OfferPerson() | OpenTicket() | AskIfAbout():
            return decision.trail == pending.trail
        case AskField(filling):
            return filling.trail == pending.trail
        case _:
            return False


def _decide(thread: Thread, event: IncomingEvent, said: Utterance, found: Found | None) -> list[Decision]:
    if thread.link is not None and (said.command == "menu" or said.greets):
        return follow_link(thread, thread.link)
    if thread.link is not None and thread.link.leads_to_person and said.has_words:
        return [escalation.pass_on(thread, said.text, category=thread.link.category)]
    if said.command:
        # Looking around does not take back a wish for a person.
        wish: list[Decision] = [Expect(MATTER)] if thread.expects == MATTER else []
        return [_called(thread, said.command), *wish]
    if (filling := forms.takes(thread, said)) is not None:
        if found is not None and _is_known(found, filling):
            return [*_answer_between(thread, found, said), AskField(filling)]
        return forms.fill_field(thread, filling, event, said)
    number = commented_ticket(thread.expects)
    if thread.quoted is not None and _reopens(thread, said):
        return escalation.reopen(thread, thread.quoted, joined=NO_TRAIL)
    if thread.quoted is not None and said.gives_thanks and not said.shows:
        return [WELCOME]
    if number is not None and _comments(said, found):
        return [CommentTicket(number, said.text)]
    if thread.ticket is not None:
        beside = _answer_beside(thread, thread.ticket, said, found) if found is not None else []
        return beside or escalation.join_open_ticket(thread, thread.ticket, said)
    if thread.closed is not None and _may_be_about(thread, said, found):
        return [_ask_if_about(thread, thread.closed, event, said)]
    if found is not None:
        apart = thread.expects == NEW
        if found.parts:
            return decide_parts(replace(thread, pending=None, form=()), found.parts, Trail(apart=apart))
        if found.is_new_question and thread.pending is not None:  # what was offered before stays as it is
            apart, thread = thread.pending.trail.apart, replace(thread, pending=None)
        return decide_matches(thread, found, question_of(thread, event, said) or said.text, Trail(apart=apart))
    if thread.expects == MATTER:
        return _describe_wish(thread, event, said)
    if _is_for_person(thread):
        if said.wants_only_person and not said.shows:
            return [escalation.open_wish(thread)]
        if not said.shows and said.sayings & {Saying.REFUSAL, Saying.WITHDRAWAL}:
            return [ALL_RIGHT]
        if not said.shows and (not said.text or said.is_courtesy or said.consents or said.passes_on):
            return escalation.expect_description(thread)  # not yet what it is about
        return [escalation.pass_on(thread, said.text or _shown_question(event))]
    return _said_otherwise(thread, event, said)


def _is_known(found: Found, filling: Filling) -> bool:
    """Decide whether a message while a form is filled in is a question to answer; words are answers to a text field."""
    sure = found.first is not None and found.match.band in {Band.ANSWER, Band.LIKELY}
    return sure or (bool(found.entries) and filling.field.type != "text" and found.match.band is Band.SUGGEST)


def _answer_between(thread: Thread, found: Found, said: Utterance) -> list[Decision]:
    """Answer a question in the middle of a form, which stays open below."""
    answers = decide_matches(replace(thread, pending=None, form=()), found, said.text)
    return [replace(one, hand_off=False) if isinstance(one, GiveAnswer) else one for one in answers]


def _answer_beside(thread: Thread, ticket: TicketContext, said: Utterance, found: Found) -> list[Decision]:
    """Answer what the knowledge base covers while a person has another question; nothing if the message joins that.

    Of several questions in a message, those without an answer join.
    """
    answers: dict[int, GiveAnswer] = {}
    joins = False
    for question, one in found.parts or ((said.text, found),):
        answer = _answer_one_beside(thread, ticket, question, one)
        if answer is None:
            joins = True
        else:
            # A question of some categories goes to a person in any case: the one who has the thread.
            joins = joins or answer.entry.handoff == "always"
            answers.setdefault(answer.entry.id, answer)
    if not answers:
        return []
    return [*answers.values(), *(escalation.join_silently(thread, ticket) if joins else [])]


def _answer_one_beside(thread: Thread, ticket: TicketContext, question: str, found: Found) -> GiveAnswer | None:
    """Answer a question beside a ticket; None if it joins that.

    A guess is given only for a question by form: a statement more likely adds to the ticket.
    """
    said = read_utterance(question)
    guess = found.match.band is Band.LIKELY and said.asks and not ticket.asks_back
    if said.nudges or found.first is None or not (found.match.band is Band.ANSWER or guess):
        return None
    trail = Trail(apart=thread.live < MOST_OPEN)
    (answer,) = decide_matches(replace(thread, pending=None, form=()), found, question, trail)
    if not isinstance(answer, GiveAnswer):
        return None
    always = answer.entry.handoff == "always"
    return replace(answer, hand_off=False, beside=ticket.number, trail=NO_TRAIL if always else trail)


def _may_be_about(thread: Thread, said: Utterance, found: Found | None) -> bool:
    """Decide whether a message may continue a ticket that was closed after a silence; a question with an answer not."""
    answered = found is not None and found.first is not None and found.match.band is Band.ANSWER and said.asks
    return not (answered or said.wants_person or thread.expects in {NEW, MATTER} or _is_for_person(thread))


def _ask_if_about(thread: Thread, closed: TicketContext, event: IncomingEvent, said: Utterance) -> Decision:
    pending = thread.pending
    words = said.text if pending is None else f"{pending.question}\n{said.text}".strip()
    trail = pending.trail if pending else NO_TRAIL
    return AskIfAbout(closed.number, closed.question, words or _shown_question(event), trail)


def _said_otherwise(thread: Thread, event: IncomingEvent, said: Utterance) -> list[Decision]:
    """Decide for a message that is not looked up."""
    pending = thread.pending
    question = pending.question if pending else thread.last_question
    trail = pending.trail if pending else NO_TRAIL
    if said.passes_on:  # what they ask to pass on was asked before
        return [escalation.pass_on(thread, question, trail)] if question else escalation.expect_description(thread)
    if said.wants_person and not (said.matter or question or said.shows):
        return escalation.ask_matter(thread)
    if said.wants_person:
        return [escalation.pass_on(thread, said.matter or question or _shown_question(event), trail)]
    if not said.shows:
        return [_respond_to_courtesy(thread, said)]
    if pending is not None:
        # A picture says what words did not, and people can read it.
        return [OfferPerson(pending.question, "unanswered", trail=pending.trail, extended=True)]
    question = thread.last_question or _shown_question(event)
    if any(map(is_shown, event.contents)):
        return [
            AskAbout(
                "I have received this. What would you like to know about it? Describe it in words, or ask a person.",
                question,
            )
        ]
    return [AskAbout("I can only read text. Describe your question in words, or ask a person.", question)]


def _describe_wish(thread: Thread, event: IncomingEvent, said: Utterance) -> list[Decision]:
    """Decide for the message after a bare wish for a person: its words are the question, and are not looked up.

    Who asks for a person has decided against an answer of the bot.
    """
    if said.shows:
        return [escalation.open_wish(thread, said.text or _shown_question(event))]
    if said.cancels or said.sayings & {Saying.REFUSAL, Saying.WITHDRAWAL}:
        return [nothing_passed_on(buttons.AskPerson(reason="asked"))]
    if not said.text or said.is_courtesy or said.consents:
        return escalation.ask_matter(thread)
    if said.wants_person or said.passes_on or said.nudges or not said.has_words:
        return [escalation.open_wish(thread, said.matter)]
    return [escalation.open_wish(thread, said.text)]


def _respond_to_courtesy(thread: Thread, said: Utterance) -> Decision:
    """Respond to a message without content; a pending offer is never answered with "you are welcome"."""
    pending = thread.pending
    if pending is not None and said.consents and not pending.offered:
        return escalation.pass_on(thread, pending.question, pending.trail)
    if pending is not None and (said.consents or said.gives_thanks):
        return OfferPerson(pending.question, "unanswered", trail=pending.trail)
    if said.gives_thanks:
        return WELCOME
    if Saying.UNSOLVED in said.sayings and thread.last_question:
        return OfferPerson(thread.last_question, "asked")
    if said.opens or said.consents or Saying.UNSOLVED in said.sayings:
        return INVITATION
    return ALL_RIGHT if said.sayings & {Saying.REFUSAL, Saying.WITHDRAWAL} else hello()


def _shown_question(event: IncomingEvent) -> str:
    """Return the headline that stands for a message without words."""
    return headline(event.contents, event.attachments)


def _comments(said: Utterance, found: Found | None) -> bool:
    """Decide whether it is the invited comment on the help; a question is answered instead."""
    if not said.text or "?" in said.text or said.wants_person or said.is_courtesy:
        return False
    return found is None or found.match.band is not Band.ANSWER


def _reopens(thread: Thread, said: Utterance) -> bool:
    quoted = thread.quoted
    if quoted is None or not quoted.reopenable:  # about one that is too old it is a new question
        return False
    return not (said.gives_thanks or Saying.WITHDRAWAL in said.sayings) and said.command is None


def _is_for_person(thread: Thread) -> bool:
    """Decide whether the next message goes to a person, even if an entry would answer it."""
    return thread.expects == FOR_A_PERSON or (thread.link is not None and thread.link.leads_to_person)


def _called(thread: Thread, command: Command) -> Decision:
    match command:
        case "menu":
            return hello()
        case "language":
            return AskLanguage()
        case "topics" | "own":
            return show_view(thread.view)
        case "export":
            return Export()
        case "forget":
            return Say(
                "Everything you wrote to us will be erased, and open questions withdrawn. This cannot be undone.",
                (("Erase everything", buttons.Forget()), ("Keep everything", buttons.Keep())),
            )


def follow_link(thread: Thread, link: Link) -> list[Decision]:
    """Follow a deep link."""
    if link.topic is not None:
        return [Show(link.topic)]
    if link.entry is not None:
        return [open_entry(link.entry)]
    return escalation.expect_description(thread)


def open_entry(entry: EntryView) -> Decision:
    """Show an entry that was browsed; where every such question goes to a person, it offers one."""
    return GiveAnswer(entry, entry.question, None, hand_off=False, browsed=True)


def decide_matches(thread: Thread, found: Found, question: str, trail: Trail = NO_TRAIL) -> list[Decision]:
    """Decide by what was found: the answer, the likely answer, choices, or the offer of a person."""
    pending = thread.pending
    if pending is not None:
        trail = pending.trail
    views = [found.entries.get(candidate.entry_id) for candidate in keep_plausible(found.match.candidates)]
    # Two of them may be one entry in two languages.
    known = tuple({view.id: view for view in views if view is not None}.values())[:MOST_CHOICES]
    first_is_there = found.first is not None
    match found.match.band:
        case Band.ANSWER if first_is_there:
            answer = replace(answer_from(known[0], question, None), trail=trail, form=thread.form, others=known[1:])
            return [answer if thread.live < MOST_OPEN else replace(answer, hand_off=False)]
        case Band.LIKELY if first_is_there:
            # No ticket is opened on a guess, even where the entry's questions always go to a person.
            return [GiveAnswer(known[0], question, None, hand_off=False, trail=trail, likely=True, others=known[1:])]
        case Band.ANSWER | Band.LIKELY | Band.SUGGEST if known:
            return [Suggest(known, question, trail, extended=pending is not None)]
        case _ if rejections.keeps_from_people(found.rejected):
            return [NO_OTHER_ANSWER]
        case _:
            reason = "not_helped" if found.rejected else "unanswered"
            return [OfferPerson(question, reason, trail=trail, extended=pending is not None)]


def decide_parts(thread: Thread, parts: Sequence[tuple[str, Found]], trail: Trail) -> list[Decision]:
    """Decide for the questions of one message: what was found for each, in order, then what a person may answer."""
    decided: list[Decision] = []
    given: set[int] = set()
    open_: list[str] = []
    for question, found in parts:
        for one in decide_matches(thread, found, question, trail):
            match one:
                case GiveAnswer(entry) if entry.id in given:
                    pass  # it answers an earlier question of the message, too
                case GiveAnswer(entry):
                    given.add(entry.id)
                    decided.append(one)
                    thread = replace(thread, live=thread.live + one.hand_off)
                case Suggest():
                    decided.append(replace(one, heading=question))
                case OfferPerson():
                    open_.append(question)
                case _:
                    decided.append(one)
    # Last, so that a "yes" is consent to it.
    left = "\n".join(open_)
    return [*decided, OfferPerson(left, "unanswered", trail=trail, heading=left)] if open_ else decided


def answer_from(entry: EntryView, question: str, lookup: int | None) -> GiveAnswer:
    return GiveAnswer(entry, question, lookup, hand_off=entry.handoff == "always")
