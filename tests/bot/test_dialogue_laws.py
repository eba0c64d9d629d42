"""Invariants of the dialogue for any thread and any event."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import MOST_OPEN, ButtonPress, Found, PendingOffer, Thread, TicketContext
from bot.dialogue.decisions import (
    AskAbout,
    AskIfAbout,
    AskLanguage,
    AskRating,
    AskWhy,
    Attach,
    Decision,
    GiveAnswer,
    JoinTicket,
    Mark,
    OfferPerson,
    OpenTicket,
    ReopenTicket,
    Say,
    Show,
    Suggest,
    Trail,
)
from handoff.messages.button_codec import decode
from handoff.messages.buttons import Action
from handoff.messages.values import Attachment, EventKind, IncomingEvent
from knowledge.matching import Band
from tests.bot.dialogue_cases import (
    ALWAYS,
    ENTRIES,
    NEVER,
    NOW,
    OWN_LIST,
    OWN_LIVE,
    OWN_SOLVED,
    TOPIC,
    TOPICS,
    WHO,
    found,
)
from tests.bot.rounds import decide, question_in

numbers, flags, texts = st.integers(1, 99), st.booleans(), st.text(max_size=9)
live_facts = st.builds(TicketContext, numbers, st.just(True), flags, texts, flags, flags, attended=flags)
solved_facts = st.builds(TicketContext, numbers, st.just(False), flags, texts, solved=st.just(True))
entries = st.sampled_from([*ENTRIES.values(), ALWAYS, NEVER])
actions = st.sampled_from([*Action, "else"])
trails = st.builds(Trail, st.just(()), st.just(""), flags)
payloads = st.builds(
    decode,
    actions,
    st.fixed_dictionaries({"question": texts, "lookup": st.none() | st.integers(1, 9), "apart": flags}),
)
presses = st.builds(ButtonPress, payloads, st.none() | entries, flags)


@st.composite
def threads(draw: st.DrawFn) -> Thread:
    ticket = draw(st.none() | live_facts)
    return Thread(
        draw(st.sampled_from(["ru", "en", "hu"])),
        ticket,
        draw(st.integers(1, 3)) if ticket else 0,
        draw(st.none() | solved_facts),
        draw(st.none() | presses),
        draw(st.none() | live_facts | solved_facts),
        draw(texts),
        draw(st.sampled_from([None, TOPICS, TOPIC, OWN_LIST, OWN_LIVE, OWN_SOLVED])),
        pending=draw(st.none() | st.builds(PendingOffer, numbers, texts, trails)),
        marks=draw(flags),
        closed=draw(st.none() | solved_facts),
    )


words = st.text(max_size=30) | st.sampled_from(
    ["оператор", "спасибо", "привет", "/start", "/my", "темы", "язык", "не помню пароль", "human", "ну что там"]
)
attachments = st.lists(st.sampled_from(["photo", "sticker", "voice", "other"]).map(Attachment), max_size=2).map(tuple)
events = st.builds(
    lambda kind, text, given_: IncomingEvent(kind, WHO, NOW, text=text, attachments=given_),
    st.sampled_from(EventKind),
    words,
    attachments,
)
matches = st.builds(
    lambda band, confidences, known: found(band, *confidences, known=known),
    st.sampled_from(Band),
    st.lists(st.floats(0, 1), max_size=7),
    st.dictionaries(st.integers(1, 9), entries, max_size=9),
)


_SEEN = (
    Say
    | AskAbout
    | AskIfAbout
    | GiveAnswer
    | AskWhy
    | Suggest
    | OfferPerson
    | OpenTicket
    | Show
    | AskLanguage
    | AskRating
)


def seen(decisions: Sequence[Decision]) -> Sequence[Decision]:
    """Those that the contact gets a message by."""
    told = [d for d in decisions if isinstance(d, JoinTicket) and (d.acknowledge or d.patience)]
    return [d for d in decisions if isinstance(d, _SEEN)] + [*told]


def is_attended(thread: Thread) -> bool:
    return thread.ticket is not None and thread.ticket.attended


def considered(thread: Thread, event: IncomingEvent, knowledge: Found) -> list[Decision]:
    return decide(thread, event, knowledge if question_in(thread, event) is not None else None)


@given(threads(), events, matches)
def test_a_message_always_leads_to_something_that_is_seen(
    thread: Thread, event: IncomingEvent, knowledge: Found
) -> None:
    decisions = considered(thread, event, knowledge)
    if event.kind is not EventKind.MESSAGE:
        return
    held = [d for d in decisions if isinstance(d, JoinTicket | Attach)]
    # A mark alone, or silence while an agent is replying, is for those alone whose words a person has.
    marked = any(isinstance(d, Mark) for d in decisions)
    assert len(seen(decisions)) == 1 or (held and not seen(decisions) and (marked or is_attended(thread)))
    assert not marked or (held and thread.marks)
    if held and thread.pending is None and thread.quoted is None and thread.ticket is not None:
        assert [d.number for d in held] == [thread.ticket.number]


@given(threads(), events, matches)
def test_whatever_happens_there_is_one_ticket_at_most_and_one_message(
    thread: Thread, event: IncomingEvent, knowledge: Found
) -> None:
    decisions = considered(thread, event, knowledge)
    opening = [d for d in decisions if isinstance(d, OpenTicket) or (isinstance(d, GiveAnswer) and d.hand_off)]
    reopening = [d for d in decisions if isinstance(d, ReopenTicket)]
    assert len(opening) + len(reopening) <= (thread.live < MOST_OPEN)
    assert len(seen(decisions)) <= 1
    for decision in decisions:
        if isinstance(decision, Suggest):
            assert 1 <= len(decision.entries) <= 5
