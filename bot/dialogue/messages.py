"""Decide what follows from a message."""

from dataclasses import replace

from bot.dialogue import escalation, forms
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    AskLanguage,
    CommentTicket,
    Decision,
    Export,
    GiveAnswer,
    Link,
    OfferPerson,
    Say,
    Show,
    Suggest,
    Trail,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, NEW, commented_ticket
from bot.dialogue.sentences import WELCOME, hello, show_view
from bot.dialogue.thread import MOST_OPEN, Found, PendingOffer, Thread
from bot.dialogue.utterance import Utterance
from handoff.messages import buttons
from handoff.messages.content_sentences import headline
from handoff.messages.contents import is_shown
from handoff.messages.values import IncomingEvent
from knowledge.entries.repository import EntryView
from knowledge.languages import Command
from knowledge.matching import Band

_SHOWN_ANYHOW = 3
_WORTH_A_BUTTON = 0.05
"""Confidence below which an entry beyond the third is no help among the choices."""
_TO_A_PERSON = Link()


def question_of(thread: Thread, said: Utterance) -> str | None:
    """Return the words to look up, after the pending question if there is one."""
    if thread.ticket is not None or _reopens(thread, said) or forms.takes(thread, said) is not None:
        return None
    if thread.expects == FOR_A_PERSON or thread.link == _TO_A_PERSON:
        return None
    if not said.has_words or said.text.startswith("/") or said.command:
        return None
    if said.wants_person or said.is_courtesy:
        return None
    return said.text if thread.pending is None else f"{thread.pending.question}\n{said.text}"


def decide_message(thread: Thread, event: IncomingEvent, said: Utterance, found: Found | None) -> list[Decision]:
    """Decide what follows from a message, or from a burst joined into one."""
    if thread.link is not None and (said.command == "menu" or said.greets):
        return follow_link(thread, thread.link)
    if said.command:
        return [_called(thread, said.command)]
    if (filling := forms.takes(thread, said)) is not None:
        return forms.fill_field(thread, filling, event, said)
    number = commented_ticket(thread.expects)
    if number is not None and _comments(said, found):
        return [CommentTicket(number, said.text)]
    if thread.quoted is not None and _reopens(thread, said):
        return escalation.reopen(thread, thread.quoted, joined=True)
    if thread.ticket is not None:
        return escalation.join_open_ticket(thread, thread.ticket, said)
    if found is not None:
        apart = thread.expects == NEW
        if found.anew and thread.pending is not None:  # what was offered before stays as it is
            apart, thread = thread.pending.trail.apart, replace(thread, pending=None)
        return decide_matches(thread, found, question_of(thread, said) or said.text, Trail(apart=apart))
    if thread.expects == FOR_A_PERSON or thread.link == _TO_A_PERSON:
        if not said.shows and (not said.text or said.is_courtesy):
            return follow_link(thread, _TO_A_PERSON)  # not yet what it is about
        return [escalation.pass_on(thread, said.text or _shown_question(event))]
    return _said_otherwise(thread, event, said)


def _said_otherwise(thread: Thread, event: IncomingEvent, said: Utterance) -> list[Decision]:
    """Decide for a message that is not looked up."""
    pending = thread.pending
    if said.wants_person:
        question = thread.last_question if said.wants_only_person and thread.last_question else said.text
        return [escalation.pass_on(thread, question, pending.trail if pending else NO_TRAIL)]
    if not said.shows:
        return [WELCOME if said.gives_thanks else hello()]
    if pending is not None:
        # A picture says what words did not, and people can read it.
        return [OfferPerson(pending.question, "unanswered", trail=pending.trail, instead_of=_replaced(pending))]
    question = thread.last_question or _shown_question(event)
    if any(map(is_shown, event.contents)):
        return [
            AskAbout(
                "I have received this. What would you like to know about it? Describe it in words, or ask a person.",
                question,
            )
        ]
    return [AskAbout("I read text only. Describe the question in words, or ask a person.", question)]


def _shown_question(event: IncomingEvent) -> str:
    """Return the headline that stands for a message without words."""
    return headline(event.contents, event.attachments)


def _comments(said: Utterance, found: Found | None) -> bool:
    """Decide whether it is the invited comment on the help; a question is answered instead."""
    if not said.text or "?" in said.text or said.wants_person or said.is_courtesy:
        return False
    return found is None or found.match.band is not Band.ANSWER


def _replaced(pending: PendingOffer | None) -> int | None:
    """Return the offer to edit in place; None if it was edited once already: a second edit is easy to miss."""
    return pending.message if pending is not None and not pending.changed else None


def _reopens(thread: Thread, said: Utterance) -> bool:
    quoted = thread.quoted
    if quoted is None or not quoted.solved or not quoted.reopenable:  # about one that is too old it is a new question
        return False
    return not said.gives_thanks and said.command is None


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
    """Decide by what was found: the answer, choices, or the offer of a person."""
    pending = thread.pending
    if pending is not None:
        trail = pending.trail
    earlier = _replaced(pending)
    likely = [
        candidate
        for place, candidate in enumerate(found.match.candidates)
        if candidate.entry_id in found.entries and (place < _SHOWN_ANYHOW or candidate.confidence >= _WORTH_A_BUTTON)
    ]
    # Two of them may be one entry in two languages.
    known = list({view.id: view for view in (found.entries[candidate.entry_id] for candidate in likely)}.values())
    match found.match.band:
        case Band.ANSWER if known:
            answer = replace(answer_from(known[0], question, None), trail=trail, form=thread.form)
            return [answer if thread.live < MOST_OPEN else replace(answer, hand_off=False)]
        case Band.SUGGEST if known:
            return [Suggest(tuple(known[:5]), question, trail, earlier)]
        case _:
            return [OfferPerson(question, "unanswered", trail=trail, instead_of=earlier)]


def answer_from(entry: EntryView, question: str, lookup: int | None) -> GiveAnswer:
    return GiveAnswer(entry, question, lookup, hand_off=entry.handoff == "always")
