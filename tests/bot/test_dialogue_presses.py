"""The bot's decisions on presses of buttons, as a table."""

from dataclasses import replace

import pytest

from bot.dialogue import (
    Thread,
)
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskRating,
    AskWhy,
    CloseTicket,
    Decision,
    Expect,
    GiveAnswer,
    JoinTicket,
    MarkBlocked,
    OfferPerson,
    OpenTicket,
    OwnQuestions,
    ReopenTicket,
    Say,
    SettleLookup,
    Show,
    Speak,
    Suggest,
    WithdrawTicket,
)
from bot.dialogue.expected_reply import NEW, addition_to
from handoff.messages.values import EventKind, IncomingEvent
from tests.bot.dialogue_cases import (
    ALWAYS,
    APART,
    ENOUGH,
    ENTRIES,
    FREE,
    GONE,
    HELD,
    IN_ENGLISH,
    LIVE,
    NEVER,
    NONE_ASKED,
    NOT_NOW,
    NOW,
    OLD,
    ONE_MESSAGE,
    OWN_LIST,
    OWN_LIVE,
    OWN_OLD,
    OWN_SOLVED,
    PRESS,
    REOPENED,
    SOLVED,
    TOO_OLD,
    TOPIC,
    TOPICS,
    TRAIL,
    WHAT_TO_ADD,
    WHO,
    WITHDRAWN,
    pressing,
)
from tests.bot.rounds import decide, question_in


@pytest.mark.parametrize(
    ("thread", "decisions"),
    [
        (FREE, [Say("This button no longer works. Write your question in your own words.")]),
        (
            pressing("helped"),
            [SettleLookup(3, "helped", 1), Say("Good to hear. If anything else comes up, just write.")],
        ),
        (pressing("helped", lookup=None), [Say("Good to hear. If anything else comes up, just write.")]),
        # why it did not help, and on to a person where the entry's rule allows it
        (
            pressing("not_helped", trail=TRAIL),
            [SettleLookup(3, "not_helped", 1), AskWhy(ENTRIES[1], "не помню пароль", 3, TRAIL, person=True)],
        ),
        (
            pressing("not_helped", entry=NEVER),
            [SettleLookup(3, "not_helped", 9), AskWhy(NEVER, "не помню пароль", 3, NO_TRAIL, person=False)],
        ),
        (
            pressing("not_helped", entry=None),
            [SettleLookup(3, "not_helped", None), AskWhy(None, "не помню пароль", 3, NO_TRAIL, person=True)],
        ),
        (
            pressing("not_helped", others=(ENTRIES[2],)),
            [
                SettleLookup(3, "not_helped", 1),
                AskWhy(ENTRIES[1], "не помню пароль", 3, NO_TRAIL, person=True, others=(ENTRIES[2],)),
            ],
        ),
        # something else: the other choices, or a person where they are gone
        (
            pressing("something_else", entry=None, others=(ENTRIES[2], ENTRIES[3]), trail=TRAIL),
            [
                SettleLookup(3, "something_else"),
                Suggest((ENTRIES[2], ENTRIES[3]), "не помню пароль", TRAIL, lookup=3),
            ],
        ),
        (
            pressing("something_else", entry=None, trail=TRAIL),
            [SettleLookup(3, "something_else"), OfferPerson("не помню пароль", "none_fits", 3, trail=TRAIL)],
        ),
        (pressing("something_else", entry=None, others=(ENTRIES[2],), used=True), []),
        (pressing("unclear"), [SettleLookup(3, "unclear", 1), Say("Thank you, we will work on this answer.")]),
        (pressing("disliked"), [SettleLookup(3, "disliked", 1), Say("Thank you. Your opinion has been counted.")]),
        (pressing("disliked", lookup=None), [Say("Thank you. Your opinion has been counted.")]),
        (pressing("still", trail=TRAIL), [OpenTicket("не помню пароль", "not_helped", 3, "access", TRAIL)]),
        (pressing("still", HELD, trail=TRAIL), [JoinTicket(7, acknowledge=True, trail=TRAIL)]),
        (pressing("unclear", used=True), []),
        (pressing("disliked", used=True), []),
        (pressing("still", used=True), []),
        (
            pressing("none_fits", entry=None),
            [SettleLookup(3, "none_fits", None), OfferPerson("не помню пароль", "none_fits", 3, None)],
        ),
        (
            pressing("ask_person", entry=None, reason="none_fits", trail=TRAIL),
            [OpenTicket("не помню пароль", "none_fits", 3, None, TRAIL)],
        ),
        (pressing("not_now", entry=None), [NOT_NOW]),
        # what was written is a new question: the knowledge is asked, and it joins nothing
        (pressing("new_question", HELD, question="", entry=None), [Expect(NEW), ONE_MESSAGE]),
        (pressing("new_question", replace(HELD, live=3)), [ENOUGH]),
        (pressing("new_question", HELD, used=True), []),
        (
            pressing("none_fits", HELD, entry=None, lookup=None, trail=APART),
            [OfferPerson("не помню пароль", "none_fits", trail=APART)],
        ),
        (pressing("ask_person", question="", lookup=None, entry=None), [OpenTicket("", "asked")]),
        (
            pressing("ask_person", Thread("ru", last_question="музыка"), question="", lookup=None, entry=None),
            [OpenTicket("музыка", "asked")],
        ),
        (
            pressing("pick", trail=TRAIL),
            [SettleLookup(3, "chosen", 1), GiveAnswer(ENTRIES[1], "не помню пароль", 3, hand_off=False, trail=TRAIL)],
        ),
        (
            pressing("pick", entry=ALWAYS),
            [SettleLookup(3, "chosen", 8), GiveAnswer(ALWAYS, "не помню пароль", 3, hand_off=True)],
        ),
        # with a live ticket, a choice shows its answer and opens no second ticket
        (
            pressing("pick", HELD, entry=ALWAYS),
            [SettleLookup(3, "chosen", 8), GiveAnswer(ALWAYS, "не помню пароль", 3, hand_off=False)],
        ),
        (
            pressing("not_helped", HELD),
            [SettleLookup(3, "not_helped", 1), AskWhy(ENTRIES[1], "не помню пароль", 3, NO_TRAIL, person=True)],
        ),
        (pressing("ask_person", HELD, lookup=None), [JoinTicket(7, acknowledge=True)]),
        # choices may be looked at again, everything else acts once
        (
            pressing("pick", used=True),
            [SettleLookup(3, "chosen", 1), GiveAnswer(ENTRIES[1], "не помню пароль", 3, hand_off=False)],
        ),
        (pressing("helped", used=True), []),
        (pressing("not_helped", used=True), []),
        (pressing("none_fits", used=True), []),
        # looking around
        (pressing("topics", replace(FREE, view=TOPICS), used=True), [Show(TOPICS)]),
        (pressing("topic", replace(HELD, view=TOPIC)), [Show(TOPIC)]),
        (pressing("topic"), [GONE]),
        (
            pressing("read", question="", lookup=None, used=True),
            [GiveAnswer(ENTRIES[1], "Вопрос 1?", None, hand_off=False, browsed=True)],
        ),
        (
            pressing("read", entry=ALWAYS, lookup=None),
            [GiveAnswer(ALWAYS, "Вопрос 8?", None, hand_off=False, browsed=True)],
        ),
        (pressing("read", entry=replace(ENTRIES[1], status="archived")), [GONE]),
        (pressing("pick", entry=replace(ENTRIES[1], status="draft")), [GONE]),
        # the language, as often as they like
        (pressing("speak", language="hu"), [Speak("hu"), IN_ENGLISH]),
        (pressing("speak", HELD, language="en", used=True), [Speak("en"), IN_ENGLISH]),
        # one's own questions
        (pressing("own", replace(FREE, view=OWN_LIST), used=True), [Show(OWN_LIST)]),
        (pressing("own", replace(FREE, view=OwnQuestions((), 1, 1))), [NONE_ASKED]),
        (pressing("own_one", replace(FREE, view=OWN_LIVE)), [Show(OWN_LIVE)]),
        (pressing("own_one"), [GONE]),
        (pressing("withdraw", replace(HELD, view=OWN_LIVE)), [WithdrawTicket(7), WITHDRAWN]),
        (pressing("withdraw", replace(HELD, view=OWN_LIVE), used=True), [Show(OWN_LIVE)]),
        (pressing("withdraw", replace(FREE, view=OWN_SOLVED)), [Show(OWN_SOLVED)]),
        (pressing("withdraw"), [GONE]),
        (pressing("reopen", replace(FREE, view=OWN_SOLVED)), [ReopenTicket(5), REOPENED]),
        (pressing("reopen", replace(FREE, view=OWN_SOLVED), used=True), [Show(OWN_SOLVED)]),
        (pressing("reopen", replace(HELD, view=OWN_LIVE)), [Show(OWN_LIVE)]),
        (pressing("reopen", replace(HELD, view=OWN_SOLVED)), [ReopenTicket(5), REOPENED]),
        (pressing("reopen", replace(HELD, view=OWN_SOLVED, live=3)), [ENOUGH]),
        (pressing("add", replace(HELD, view=OWN_LIVE), used=True), [Expect(addition_to(7)), WHAT_TO_ADD]),
        (pressing("add", replace(FREE, view=OWN_SOLVED)), [Show(OWN_SOLVED)]),
        (pressing("reopen", replace(FREE, view=OWN_OLD)), [TOO_OLD]),
        (pressing("reopen", replace(HELD, view=OWN_OLD)), [TOO_OLD]),
        # what the button speaks of is gone
        (pressing("pick", entry=None), [Say("This answer has been removed. Write your question in your own words.")]),
        (pressing("unheard of"), [Say("This answer has been removed. Write your question in your own words.")]),
        (pressing("solved"), [Say("This answer has been removed. Write your question in your own words.")]),
        # "is it solved?"
        (
            replace(pressing("solved"), pressed_ticket=SOLVED),
            [CloseTicket(5), AskRating(5)],
        ),
        (
            replace(pressing("not_solved"), pressed_ticket=SOLVED),
            [ReopenTicket(5), REOPENED],
        ),
        (
            replace(pressing("not_solved", HELD), pressed_ticket=SOLVED),
            [ReopenTicket(5), REOPENED],
        ),
        (replace(pressing("not_solved", HELD), pressed_ticket=LIVE), [JoinTicket(7, acknowledge=True)]),
        (replace(pressing("not_solved", used=True), pressed_ticket=SOLVED), []),
        (replace(pressing("not_solved"), pressed_ticket=OLD), [TOO_OLD]),
        (replace(pressing("not_solved", HELD), pressed_ticket=OLD), [TOO_OLD]),
    ],
)
def test_what_a_button_does(thread: Thread, decisions: list[Decision]) -> None:
    assert decide(thread, PRESS, None) == decisions


@pytest.mark.parametrize("kind", [k for k in EventKind if k not in {EventKind.MESSAGE, EventKind.PRESS}])
@pytest.mark.parametrize("thread", [FREE, HELD, pressing("helped")])
def test_what_needs_no_answer(kind: EventKind, thread: Thread) -> None:
    event = IncomingEvent(kind, WHO, NOW, text="не помню пароль")
    assert question_in(thread, event) is None
    assert decide(thread, event, None) == ([MarkBlocked()] if kind is EventKind.BLOCKED else [])
