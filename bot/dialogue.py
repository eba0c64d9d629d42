"""What the bot decides: a pure function of the thread, the event, the knowledge found and the time.

No input or output, no platform names, no clock of its own. `question_in` says what to look up; `decide` says what to
do with what was found. `bot/conversation.py` loads the values and turns decisions into rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.decisions import (
    FOR_A_PERSON,
    NO_TRAIL,
    AskLanguage,
    AskRating,
    AskWhy,
    CloseTicket,
    CommentTicket,
    Decision,
    Expect,
    Export,
    Forget,
    GiveAnswer,
    JoinTicket,
    Link,
    MarkBlocked,
    OpenTicket,
    OwnQuestion,
    OwnQuestions,
    RateTicket,
    ReopenTicket,
    Say,
    SettleLookup,
    Show,
    Speak,
    Suggest,
    Topics,
    Trail,
    View,
    WithdrawTicket,
    comment_on,
    commented,
)
from bot.language import Command, command_in, is_greeting, is_thanks, says_only_person, wants_person
from handoff.messages import Attachment, EventKind, IncomingEvent
from handoff.models import LIVE
from knowledge.entries import EntryView
from knowledge.matching import Band, Match
from knowledge.models import Outcome


@dataclass(frozen=True, slots=True)
class TicketFact:
    """A ticket of the contact, as far as the dialogue needs to know it."""

    number: int
    live: bool
    acknowledged: bool
    """Whether the contact was told already that further messages join."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What the pressed button means."""

    action: str
    question: str = ""
    lookup: int | None = None
    entry: EntryView | None = None
    used: bool = False
    trail: Trail = NO_TRAIL
    language: str = ""
    """The one that the contact chose."""
    stars: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """A contact's thread at one moment."""

    language: str
    ticket: TicketFact | None = None
    """The live ticket, if there is one: then a person holds the thread."""
    pressed: Pressed | None = None
    pressed_ticket: TicketFact | None = None
    last_question: str = ""
    """What the contact asked lately, for when they only say that they want a person."""
    view: View | None = None
    """What a command or a button asks to see, where it is still there."""
    link: Link | None = None
    """Where the deep link leads by which the contact came."""
    expects: str = ""
    """What the message is taken for, as `Expect` said."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the knowledge knows about the question, with the entries that the match names."""

    match: Match
    entries: Mapping[int, EntryView]


_SHOWN_ANYHOW = 3
_WORTH_A_BUTTON = 0.05
"""Confidence below which an entry beyond the third is no help among the choices."""
_TO_A_PERSON = Link()
ASK_PERSON = ("Ask a person", "ask_person")
TOPICS = ("Topics", "topics")
OWN = ("My questions", "own")
LOOKING = frozenset({"topics", "topic", "own", "own_one"})
"""Buttons that only show something: they answer for ever, and nobody has to read that they were pressed."""
_GONE = Say("This answer has been removed. Write your question in your own words.")


def question_in(thread: Thread, event: IncomingEvent) -> str | None:
    """The words to look up in the knowledge; None where the event asks nothing of it."""
    if event.kind is not EventKind.MESSAGE or thread.ticket is not None:
        return None
    if thread.expects == FOR_A_PERSON or thread.link == _TO_A_PERSON:
        return None
    text = event.text.strip()
    if not any(map(str.isalnum, text)) or text.startswith("/") or command_in(text):
        return None
    if wants_person(text) or is_greeting(text) or is_thanks(text):
        return None
    return text


def decide(thread: Thread, event: IncomingEvent, found: Found | None) -> list[Decision]:
    """Everything that follows from the event, in order. `found` answers `question_in`."""
    match event.kind:
        case EventKind.MESSAGE:
            return _said(thread, event, found)
        case EventKind.PRESS:
            return _pressed(thread)
        case EventKind.BLOCKED:
            return [MarkBlocked()]
        case _:
            return []  # an edit, a profile, a permission, a colleague's reply: recorded, and nothing to say


def _said(thread: Thread, event: IncomingEvent, found: Found | None) -> list[Decision]:
    text = event.text.strip()
    if thread.link is not None and (command_in(text) == "menu" or is_greeting(text)):
        return _linked(thread, thread.link)
    if command := command_in(text):
        return [_called(thread, command)]
    if thread.ticket is not None:
        return [JoinTicket(thread.ticket.number, acknowledge=not thread.ticket.acknowledged)]
    number = commented(thread.expects)
    if found is not None and number is not None and found.match.band is not Band.ANSWER and "?" not in text:
        # Whoever asks something after all is answered; all else is the word about the help that was invited.
        return [CommentTicket(number, text), Say("Thank you. This helps us to help better.")]
    if found is not None:
        return _answer(text, found)
    if thread.expects == FOR_A_PERSON or thread.link == _TO_A_PERSON:
        if is_greeting(text) or (not text and _only_stickers(event.attachments)):
            return _linked(thread, _TO_A_PERSON)  # not yet what it is about
        return [OpenTicket(text, "asked")]
    if wants_person(text):
        question = thread.last_question if says_only_person(text) and thread.last_question else text
        return [OpenTicket(question, "asked")]
    if is_thanks(text):
        return [Say("You are welcome. If anything else comes up, just write.")]
    if text or _only_stickers(event.attachments):
        return [_hello()]
    return [Say("I read text only. Describe the question in words, or ask a person.", (ASK_PERSON,))]


def _called(thread: Thread, command: Command) -> Decision:
    match command:
        case "menu":
            return _hello()
        case "language":
            return AskLanguage()
        case "topics" | "own":
            return _shown(thread)
        case "export":
            return Export()
        case "forget":
            return Say(
                "Everything you wrote to us will be erased, and open questions withdrawn. This cannot be undone.",
                (("Erase everything", "forget"), ("Keep everything", "keep")),
            )


def _linked(thread: Thread, link: Link) -> list[Decision]:
    if link.topic is not None:
        return [Show(link.topic)]
    if link.entry is not None:
        return [_read(link.entry)]
    if thread.ticket is not None:
        return [_still_open(thread.ticket)]
    return [
        Expect(FOR_A_PERSON),
        Say("Describe your question in one message, with everything that matters. It goes to a person."),
    ]


def _read(entry: EntryView) -> Decision:
    # Who only reads about it has not asked: where a person looks at every such question, the answer offers one.
    return GiveAnswer(entry, entry.question, None, hand_off=False, browsed=True)


def _still_open(ticket: TicketFact) -> Decision:
    held = {"number": ticket.number}
    return Say("Question №{number} is still open: write here, and a person reads it.", values=held)


def _hello() -> Decision:
    return Say(
        "Hello. Describe your question in your own words, and I will find the answer or ask a person.", (TOPICS, OWN)
    )


def _shown(thread: Thread) -> Decision:
    match thread.view:
        case Topics(categories=()):
            return Say("There are no ready answers yet. Write your question in your own words.")
        case OwnQuestions(items=()):
            return Say("You have not asked a person anything yet. Write your question in your own words.", (TOPICS,))
        case None:
            return _GONE
        case view:
            return Show(view)


def _only_stickers(attachments: tuple[Attachment, ...]) -> bool:
    return all(attachment.kind == "sticker" for attachment in attachments)


def _answer(question: str, found: Found) -> list[Decision]:
    likely = [
        candidate
        for place, candidate in enumerate(found.match.candidates)
        if candidate.entry_id in found.entries and (place < _SHOWN_ANYHOW or candidate.confidence >= _WORTH_A_BUTTON)
    ]
    known = [found.entries[candidate.entry_id] for candidate in likely]
    match found.match.band:
        case Band.ANSWER if known:
            return [_give(known[0], question, None)]
        case Band.SUGGEST if known:
            return [Suggest(tuple(known[:5]), question)]
        case _:
            return [OpenTicket(question, "unanswered")]


def _give(entry: EntryView, question: str, lookup: int | None) -> GiveAnswer:
    return GiveAnswer(entry, question, lookup, hand_off=entry.handoff == "always")


def _pressed(thread: Thread) -> list[Decision]:
    pressed = thread.pressed
    if pressed is None:
        return [Say("This button no longer works. Write your question in your own words.")]
    if pressed.action in LOOKING:
        return [_shown(thread)]
    if pressed.action in {"pick", "read"} and (pressed.entry is None or pressed.entry.status != "published"):
        return [_GONE]
    if pressed.action == "read" and pressed.entry is not None:
        return [_read(pressed.entry)]
    if pressed.action == "pick" and pressed.entry is not None:
        chosen = [SettleLookup(pressed.lookup, "chosen", pressed.entry.id)] if pressed.lookup else []
        answer = replace(_give(pressed.entry, pressed.question, pressed.lookup), trail=pressed.trail)
        # A person who has the thread already needs no second ticket.
        return [*chosen, replace(answer, hand_off=False) if thread.ticket else answer]
    if pressed.action == "speak" and pressed.language:
        return [Speak(pressed.language), Say("From now on we write to you in English.")]
    if pressed.action in {"withdraw", "reopen"} and isinstance(thread.view, OwnQuestion):
        return _about_own(thread, pressed, thread.view)
    if pressed.used:
        return []
    match pressed.action:
        case "helped":
            return [*_settled(pressed, "helped"), Say("Good to hear. If anything else comes up, just write.")]
        case "not_helped":
            person = pressed.entry is None or pressed.entry.handoff != "never"
            why = AskWhy(pressed.entry, pressed.question, pressed.lookup, pressed.trail, person)
            return [*_settled(pressed, "not_helped"), why]
        case "unclear":
            return [*_settled(pressed, "unclear"), Say("Thank you, we will work on this answer.")]
        case "disliked":
            return [*_settled(pressed, "disliked"), Say("Thank you. Your opinion has been counted.")]
        case "still":
            return [_hand_off(thread, pressed, "not_helped")]
        case "none_fits":
            return [*_settled(pressed, "none_fits"), _hand_off(thread, pressed, "none_fits")]
        case "ask_person":
            return [_hand_off(thread, pressed, "asked")]
        case "solved" | "not_solved" | "rate" if thread.pressed_ticket is not None:
            return _about_ticket(thread, pressed, thread.pressed_ticket)
        case "enough":
            return [Expect(""), Say("Thank you. If anything else comes up, just write.")]
        case "forget":
            return [Forget()]
        case "keep":
            return [Say("Nothing was changed.")]
        case _:
            return [_GONE]


def _settled(pressed: Pressed, outcome: Outcome) -> list[Decision]:
    if pressed.lookup is None:
        return []
    return [SettleLookup(pressed.lookup, outcome, pressed.entry.id if pressed.entry else None)]


def _hand_off(thread: Thread, pressed: Pressed, reason: str) -> Decision:
    if thread.ticket is not None:
        return JoinTicket(thread.ticket.number, acknowledge=True, trail=pressed.trail)
    category = pressed.entry.category if pressed.entry else None
    return OpenTicket(pressed.question or thread.last_question, reason, pressed.lookup, category, pressed.trail)


def _about_own(thread: Thread, pressed: Pressed, view: OwnQuestion) -> list[Decision]:
    number, live = view.ticket.id, view.ticket.status in LIVE
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
    if thread.ticket is not None:
        return [_still_open(thread.ticket)]
    return [ReopenTicket(number), _reopened(number)]


def _about_ticket(thread: Thread, pressed: Pressed, ticket: TicketFact) -> list[Decision]:
    if pressed.action == "solved":
        return [CloseTicket(ticket.number), AskRating(ticket.number)]
    if pressed.action == "rate":
        more = Say("Thank you. If you like, add a word about it in one message.", (("Nothing to add", "enough"),))
        return [RateTicket(ticket.number, pressed.stars), Expect(comment_on(ticket.number)), more]
    if ticket.live or thread.ticket is not None:
        return [JoinTicket((thread.ticket or ticket).number, acknowledge=True)]
    return [ReopenTicket(ticket.number), _reopened(ticket.number)]


def _reopened(number: int) -> Decision:
    return Say(
        "Question №{number} is open again; an agent will look at it. You can add details right here.",
        values={"number": number},
    )
