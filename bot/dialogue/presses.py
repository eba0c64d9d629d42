"""What follows from a pressed button. Buttons answer for ever, however late they are pressed."""

from dataclasses import replace

from bot.dialogue import escalation, forms
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
    OwnQuestion,
    RateTicket,
    Say,
    SettleLookup,
    Show,
    Speak,
    SplitOff,
    WithdrawTicket,
)
from bot.dialogue.expected_reply import NEW, addition_to, comment_on
from bot.dialogue.messages import answer_from, decide_matches, open_entry
from bot.dialogue.sentences import ASK_PERSON, GONE, OWN, enough_open, show_view
from bot.dialogue.thread import MOST_OPEN, ButtonPress, Found, Thread, TicketContext
from handoff.models import LIVE
from knowledge.entries.models import Outcome

LOOKING = frozenset({"topics", "topic", "own", "own_one"})
"""Buttons that only show something: they answer for ever."""
UNSEEN = LOOKING | {"add", "stars"}
"""Buttons of which nobody at the desk has to read that they were pressed."""
FORMS = frozenset({"form_skip", "form_back", "form_cancel", "form_pick", "form_go"})
_ON_A_TICKET = frozenset({"solved", "not_solved", "rate", "stars"})
_ON_OWN = frozenset({"withdraw", "reopen", "add"})


def repeated_question(thread: Thread) -> str | None:
    """The question to look up where the contact says that what they wrote was a new one."""
    pressed = thread.pressed
    if pressed is None or pressed.action != "new_question" or pressed.used or thread.live >= MOST_OPEN:
        return None
    return pressed.question or None


def decide_press(thread: Thread, found: Found | None) -> list[Decision]:
    """What follows from the press; `found` is for a new question."""
    pressed = thread.pressed
    if pressed is None:
        return [Say("This button no longer works. Write your question in your own words.")]
    if pressed.action in LOOKING:
        return [show_view(thread.view)]
    if pressed.action in {"pick", "read"}:
        return _opened(thread, pressed)
    if pressed.action == "speak" and pressed.language:
        return [Speak(pressed.language), Say("From now on we write to you in English.")]
    if pressed.action in _ON_OWN and isinstance(thread.view, OwnQuestion):
        return _about_own(thread, pressed, thread.view)
    if pressed.action in FORMS:
        return _on_a_form(thread, pressed)
    if pressed.action == "new_question":
        return _asked_anew(thread, pressed, found)
    if pressed.used:
        return []
    return _chosen(thread, pressed)


def _opened(thread: Thread, pressed: ButtonPress) -> list[Decision]:
    if pressed.entry is None or pressed.entry.status != "published":
        return [GONE]
    if pressed.action == "read":
        return [open_entry(pressed.entry)]
    chosen = [SettleLookup(pressed.lookup, "chosen", pressed.entry.id)] if pressed.lookup else []
    answer = replace(
        answer_from(pressed.entry, pressed.question, pressed.lookup), trail=pressed.trail, form=thread.form
    )
    # A person who has the thread already needs no second ticket.
    held = thread.ticket is not None and not pressed.trail.apart
    return [*chosen, replace(answer, hand_off=False) if held or thread.live >= MOST_OPEN else answer]


def _chosen(thread: Thread, pressed: ButtonPress) -> list[Decision]:
    match pressed.action:
        case "helped":
            ended = [EndForm(thread.filling.id or 0, sent=False)] if thread.filling else []
            good = Say("Good to hear. If anything else comes up, just write.")
            return [*_settled(pressed, "helped"), *ended, good]
        case "not_helped":
            to_a_person = pressed.entry is None or pressed.entry.handoff != "never"
            why = AskWhy(pressed.entry, pressed.question, pressed.lookup, pressed.trail, to_a_person)
            return [*_settled(pressed, "not_helped"), why]
        case "unclear":
            return [*_settled(pressed, "unclear"), Say("Thank you, we will work on this answer.")]
        case "disliked":
            return [*_settled(pressed, "disliked"), Say("Thank you. Your opinion has been counted.")]
        case "still":
            return [escalation.escalate(thread, pressed, "not_helped")]
        case "none_fits":
            return [*_settled(pressed, "none_fits"), escalation.escalate(thread, pressed, "none_fits")]
        case "ask_person":
            return [escalation.escalate(thread, pressed, "asked")]
        case "not_now":
            return [Say("All right, nothing was passed on. If you change your mind, just write.", (ASK_PERSON,))]
        case action if action in _ON_A_TICKET and thread.pressed_ticket is not None:
            return _about_ticket(thread, pressed, thread.pressed_ticket)
        case "enough":
            return [Expect(""), Say("Thank you. If anything else comes up, just write.")]
        case "forget":
            return [Forget()]
        case "keep":
            return [Say("Nothing was changed.")]
        case _:
            return [GONE]


def _settled(pressed: ButtonPress, outcome: Outcome) -> list[Decision]:
    if pressed.lookup is None:
        return []
    return [SettleLookup(pressed.lookup, outcome, pressed.entry.id if pressed.entry else None)]


def _asked_anew(thread: Thread, pressed: ButtonPress, found: Found | None) -> list[Decision]:
    if pressed.used and pressed.question:
        return []
    if thread.live >= MOST_OPEN:
        return [enough_open()]
    if found is None:
        return [Expect(NEW), Say("Write the new question in one message.")]
    trail = replace(pressed.trail, apart=True)
    return [SplitOff(trail.asked), *decide_matches(replace(thread, pending=None), found, pressed.question, trail)]


def _about_own(thread: Thread, pressed: ButtonPress, view: OwnQuestion) -> list[Decision]:
    number, live = view.ticket.id, view.ticket.status in LIVE
    if pressed.action == "add" and live:
        about = {"number": number}
        return [
            Expect(addition_to(number)),
            Say("Write in one message what you want to add to question №{number}.", values=about),
        ]
    if pressed.used or live is (pressed.action == "reopen"):
        return [Show(view)]  # a late press: here is how things stand
    if pressed.action == "withdraw":
        return [
            WithdrawTicket(number),
            Say(
                "Question №{number} is withdrawn. You can open it again under “My questions”.",
                (OWN,),
                {"number": number},
            ),
        ]
    fact = TicketContext(number, live=False, acknowledged=False, reopenable=view.ticket.reopenable)
    return escalation.reopen(thread, fact)


def _on_a_form(thread: Thread, pressed: ButtonPress) -> list[Decision]:
    """Buttons of a form that is over, or of a step that is past, lead to where it stands now."""
    filling = thread.filling
    if filling is None:
        return [Say("This form is closed. Write your question in your own words.")]
    if pressed.action == "form_cancel":
        return [EndForm(filling.id or 0, sent=False), forms.CANCELLED]
    if pressed.action == "form_go" or pressed.step != len(filling.answers):
        return [AskField(filling)]
    if pressed.action == "form_back":
        return forms.turned_back(filling)
    if pressed.action == "form_skip" and not filling.field.required:
        return forms.decide_next_field(thread, filling, None)
    if pressed.action == "form_pick" and any(pressed.picked in known for known in filling.field.choices.values()):
        return forms.decide_next_field(thread, filling, pressed.picked)
    return [AskField(filling)]


def _about_ticket(thread: Thread, pressed: ButtonPress, ticket: TicketContext) -> list[Decision]:
    if pressed.action == "solved":
        return [CloseTicket(ticket.number), AskRating(ticket.number)]
    if pressed.action == "stars":
        return [AskRating(ticket.number)]
    if pressed.action == "rate":
        more = Say("Thank you. If you like, add a word about it in one message.", (("Nothing to add", "enough"),))
        return [RateTicket(ticket.number, pressed.stars), Expect(comment_on(ticket.number)), more]
    if ticket.live:
        return [JoinTicket(ticket.number, acknowledge=True)]
    return escalation.reopen(thread, ticket)
