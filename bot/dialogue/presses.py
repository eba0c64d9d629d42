"""Decide what follows from a pressed button; buttons work however late they are pressed."""

from dataclasses import replace
from typing import TypeGuard

from bot.dialogue import escalation, forms, rejections
from bot.dialogue.decisions import (
    AskField,
    AskRating,
    AskWhy,
    CloseTicket,
    Decision,
    EndForm,
    Expect,
    Forget,
    JoinTicket,
    OpenTicket,
    OwnQuestion,
    RateTicket,
    Say,
    SettleLookup,
    Show,
    Speak,
    SplitOff,
    Suggest,
    Trail,
    WithdrawTicket,
)
from bot.dialogue.expected_reply import MATTER, NEW, addition_to, comment_on
from bot.dialogue.messages import answer_from, decide_matches, open_entry
from bot.dialogue.sentences import GONE, NO_OTHER_ANSWER, OWN, enough_open, nothing_passed_on, show_view
from bot.dialogue.thread import MOST_OPEN, ButtonPress, Found, Rejection, Thread, TicketContext, trail_of
from handoff.messages import buttons
from handoff.messages.button_rules import FormButton, QuestionButton, TicketButton
from handoff.models import LIVE
from knowledge.entries.repository import EntryView

_AboutAnswer = (
    buttons.Helped
    | buttons.NotHelped
    | buttons.Unclear
    | buttons.Disliked
    | buttons.NotNow
    | buttons.Still
    | buttons.AskPerson
    | buttons.NoneFits
    | buttons.SomethingElse
)


def repeated_question(thread: Thread) -> str | None:
    """Return the question to look up if the contact declares their message a new question."""
    pressed = thread.pressed
    if pressed is None or pressed.used or thread.live >= MOST_OPEN:
        return None
    return pressed.payload.question or None if isinstance(pressed.payload, buttons.NewQuestion) else None


def decide_press(thread: Thread, found: Found | None) -> list[Decision]:
    """Decide what follows from the press; `found` belongs to a new question."""
    pressed = thread.pressed
    if pressed is None:
        return [Say("This button no longer works. Write your question in your own words.")]
    if pressed.used and pressed.payload.once:
        return []
    match pressed.payload:
        case buttons.Topics() | buttons.Topic() | buttons.Own() | buttons.OwnOne():
            return [show_view(thread.view)]
        case buttons.Read():
            return [open_entry(pressed.entry)] if _is_readable(pressed.entry) else [GONE]
        case buttons.Pick() as about:
            return _open_choice(thread, pressed, about)
        case buttons.Speak(language):
            return [Speak(language), Say("From now on I will write to you in English.")] if language else [GONE]
        case buttons.NewQuestion() as about:
            return _split_off(thread, about, found)
        case buttons.Withdraw() | buttons.Reopen() | buttons.Add() as about:
            return _about_own(thread, pressed, about)
        case buttons.Solved() | buttons.NotSolved() | buttons.Stars() | buttons.Rate() | buttons.KeepOpen() as about:
            return _about_ticket(thread, about, thread.pressed_ticket) if thread.pressed_ticket is not None else [GONE]
        case (
            buttons.FormGo()
            | buttons.FormSkip()
            | buttons.FormBack()
            | buttons.FormPick()
            | buttons.FormAsIs()
            | buttons.FormCancel() as about
        ):
            return _on_a_form(thread, about)
        case buttons.Enough():
            return [Expect(""), Say("Thank you. If anything else comes up, just write.")]
        case buttons.SkipMatter():
            # A late press: a person has the question already.
            held = thread.ticket if thread.expects != MATTER else None
            return [escalation.say_still_open(held) if held else escalation.open_wish(thread)]
        case buttons.Forget():
            return [Forget()]
        case buttons.Keep():
            return [Say("Nothing was changed.")]
        case buttons.Retired():
            return [GONE]
        case about:
            return [*_settle(pressed, about), *_about_answer(thread, pressed, about)]


def end_wish(thread: Thread, decisions: list[Decision]) -> list[Decision]:
    """Stop waiting for what a wish for a person is about once a press has led to a person."""
    opens = any(isinstance(decision, OpenTicket) for decision in decisions)
    return [*decisions, Expect("")] if opens and thread.expects == MATTER else decisions


def _about_answer(thread: Thread, pressed: ButtonPress, about: _AboutAnswer) -> list[Decision]:
    """Decide what follows from a button under an answer, choices or the offer of a person."""
    if pressed.rejects is not None and rejections.is_second(pressed.rejects, thread.rejections):
        return [_after_second_rejection(thread, pressed, about, pressed.rejects)]
    match about:
        case buttons.Helped():
            filling = thread.filling
            # An answer to a question in the middle of a form leaves the form open.
            ended = [EndForm(filling.id or 0, sent=False)] if filling and filling.trail.shown == about.shown else []
            return [*ended, Say("Good to hear. If anything else comes up, just write.")]
        case buttons.NotHelped():
            to_a_person = pressed.entry is None or pressed.entry.handoff != "never"
            return [AskWhy(pressed.entry, about.question, about.lookup, trail_of(about), to_a_person, pressed.others)]
        case buttons.Unclear():
            return [Say("Thank you, we will work on this answer.")]
        case buttons.Disliked():
            return [Say("Thank you. Your opinion has been counted.")]
        case buttons.NotNow():
            again = buttons.AskPerson(
                about.lookup,
                about.entry,
                about.question,
                about.asked,
                about.shown,
                about.apart,
                about.reason,
                about.category,
            )
            return [nothing_passed_on(again)]
        case buttons.Still():
            return [escalation.escalate(thread, pressed, about, "not_helped", at_once=True)]
        case buttons.AskPerson():
            return [escalation.escalate(thread, pressed, about, "asked", at_once=True)]
        case buttons.NoneFits():
            return [escalation.escalate(thread, pressed, about, "none_fits", at_once=False)]
        case buttons.SomethingElse() if pressed.others:
            return [Suggest(pressed.others, about.question, trail_of(about), lookup=about.lookup)]
        case buttons.SomethingElse():
            return [escalation.escalate(thread, pressed, about, "none_fits", at_once=False)]


def _after_second_rejection(
    thread: Thread, pressed: ButtonPress, about: QuestionButton, rejected: Rejection
) -> Decision:
    if rejections.keeps_from_people(rejected.entries):
        return NO_OTHER_ANSWER
    return escalation.escalate(
        thread, pressed, about, "not_helped" if rejected.was_read else "none_fits", at_once=False
    )


def _settle(pressed: ButtonPress, about: QuestionButton) -> list[Decision]:
    if about.lookup is None or about.rule.outcome is None:
        return []
    return [SettleLookup(about.lookup, about.rule.outcome, pressed.entry.id if pressed.entry else None)]


def _is_readable(entry: EntryView | None) -> TypeGuard[EntryView]:
    return entry is not None and entry.status == "published"


def _open_choice(thread: Thread, pressed: ButtonPress, about: buttons.Pick) -> list[Decision]:
    entry, trail = pressed.entry, trail_of(about)
    if not _is_readable(entry):
        return [GONE]
    chosen = [SettleLookup(about.lookup, "chosen", entry.id)] if about.lookup else []
    answer = replace(answer_from(entry, about.question, about.lookup), trail=trail, form=thread.form)
    # A person who has the thread already needs no second ticket.
    held = thread.ticket is not None and not trail.apart
    return [*chosen, replace(answer, hand_off=False) if held or thread.live >= MOST_OPEN else answer]


def _split_off(thread: Thread, about: buttons.NewQuestion, found: Found | None) -> list[Decision]:
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    if found is None:
        return [Expect(NEW), Say("Write the new question in one message.")]
    trail = replace(trail_of(about), apart=True)
    return [SplitOff(trail.asked), *decide_matches(replace(thread, pending=None), found, about.question, trail)]


def _about_own(
    thread: Thread, pressed: ButtonPress, about: buttons.Withdraw | buttons.Reopen | buttons.Add
) -> list[Decision]:
    view = thread.view
    if not isinstance(view, OwnQuestion):
        return [] if pressed.used else [GONE]
    number, live = view.ticket.id, view.ticket.status in LIVE
    if isinstance(about, buttons.Add) and live:
        values = {"number": number}
        return [
            Expect(addition_to(number)),
            Say("Write in one message what you want to add to question #{number}.", values=values),
        ]
    if pressed.used or live is isinstance(about, buttons.Reopen):
        return [Show(view)]  # a late press: here is how things stand
    if isinstance(about, buttons.Withdraw):
        return [
            WithdrawTicket(number),
            Say(
                "Question #{number} is withdrawn. You can open it again under “My questions”.",
                (OWN,),
                {"number": number},
            ),
        ]
    fact = TicketContext(number, live=False, acknowledged=False, reopenable=view.ticket.reopenable)
    return escalation.reopen(thread, fact)


def _on_a_form(thread: Thread, about: FormButton) -> list[Decision]:
    """Decide for a form button; one of an earlier step or of an ended form leads to the current state."""
    filling = thread.filling
    if filling is None:
        return [Say("This form is closed. Write your question in your own words.")]
    if isinstance(about, buttons.FormCancel):
        return [EndForm(filling.id or 0, sent=False), forms.CANCELLED]
    if about.step == len(filling.answers):
        match about:
            case buttons.FormBack():
                return forms.turned_back(filling)
            case buttons.FormSkip() if not filling.field.required:
                return forms.decide_next_field(thread, filling, None)
            case buttons.FormPick() if any(about.picked in known for known in filling.field.choices.values()):
                return forms.decide_next_field(thread, filling, about.picked)
            case buttons.FormAsIs() if about.picked:
                return forms.decide_next_field(thread, filling, about.picked)
    return [AskField(filling)]


def _about_ticket(thread: Thread, about: TicketButton, ticket: TicketContext) -> list[Decision]:
    match about:
        case buttons.Solved():
            return [CloseTicket(ticket.number), AskRating(ticket.number)]
        case buttons.Stars():
            return [AskRating(ticket.number)]
        case buttons.Rate(_, stars):
            more = Say(
                "Thank you. If you like, add a word about it in one message.", (("Nothing to add", buttons.Enough()),)
            )
            return [RateTicket(ticket.number, stars), Expect(comment_on(ticket.number)), more]
        case buttons.KeepOpen() if ticket.live:
            return [escalation.say_still_open(ticket)]
    trail = Trail(about.asked)
    if ticket.live:
        return [JoinTicket(ticket.number, acknowledge=True, trail=trail)]
    return escalation.reopen(thread, ticket, joined=trail if about.asked else None)
