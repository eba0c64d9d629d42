"""The bot's decisions as a table: thread, event and matches on one side, decisions on the other."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from bot.dialogue import (
    ASK_PERSON,
    ButtonPress,
    Found,
    PendingOffer,
    Thread,
    TicketContext,
    read_utterance,
    selects_offer,
    starts_new_question,
)
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
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
    Link,
    MarkBlocked,
    OfferPerson,
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
    Topic,
    Topics,
    Trail,
    WithdrawTicket,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, NEW, addition_to, comment_on
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.contents import Passage, Place, Role
from handoff.messages.values import Address, Attachment, EventKind, IncomingEvent
from handoff.models import TicketStatus
from handoff.tickets.queue import TicketView
from knowledge.entries.forms import FormField
from knowledge.entries.repository import EntryPage, EntryView, HelpCategory
from knowledge.matching import Band, Candidate, Match
from tests.bot.rounds import decide, question_in

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHO = Address("vk:main", "1")


def entry(number: int, handoff: str = "allowed") -> EntryView:
    return EntryView(
        id=number,
        key=f"e{number}",
        lang="ru",
        category="access",
        category_title="Вход",
        question=f"Вопрос {number}?",
        alternatives=(),
        answer=f"Ответ {number}",
        own_handoff=None,
        handoff=handoff,  # type: ignore[arg-type]  # one of its three words
        status="published",
        position=number,
        helped=0,
        not_helped=0,
        created_at=NOW,
        updated_at=NOW,
        author="",
    )


ENTRIES = {number: entry(number) for number in range(1, 8)}
ALWAYS, NEVER = entry(8, "always"), entry(9, "never")


def found(band: Band, *confidences: float, known: dict[int, EntryView] | None = None) -> Found:
    """A match whose candidates are entries 1, 2, 3 …"""
    candidates = tuple(Candidate(place, "", confidence, ()) for place, confidence in enumerate(confidences, 1))
    return Found(Match("", band, candidates), ENTRIES if known is None else known)


def first(count: int) -> tuple[EntryView, ...]:
    return tuple(ENTRIES[number] for number in range(1, count + 1))


def says(text: str, *attachments: str) -> IncomingEvent:
    return IncomingEvent(
        EventKind.MESSAGE, WHO, NOW, text=text, attachments=tuple(Attachment(kind) for kind in attachments)
    )


PRESS = IncomingEvent(EventKind.PRESS, WHO, NOW, choice_id="c")
LIVE = TicketContext(7, live=True, acknowledged=False, question="где деньги")
TOLD = replace(LIVE, acknowledged=True)
SOLVED = TicketContext(5, live=False, acknowledged=False, solved=True)
ANSWERED, PATIENT = replace(LIVE, answered=True), replace(LIVE, patience_asked=True)
FREE = Thread("ru")
HELD = Thread("ru", ticket=LIVE, live=1)
ANEW = Thread("ru", live=1, expects=NEW)
QUOTED = Thread("ru", quoted=SOLVED)
TRAIL = Trail((11, 12), "answer-1")
APART = Trail(apart=True)
OFFER = PendingOffer(9, "музыка", TRAIL)
OFFERED = Thread("ru", pending=OFFER)
LAST_STEP = Filling(
    4, "взломали", "rule", None, "access", NO_TRAIL, (FormField("what", labels={"ru": "Что?"}),), (), "ru"
)
ENOUGH = Say(
    "You have {count} open questions already. You can add to one of them; another can be asked when one is closed.",
    (("My questions", buttons.Own()),),
    {"count": 3},
)

HELLO = Say(
    "Hello. Describe your question in your own words, and I will find the answer or ask a person.",
    (("Topics", buttons.Topics()), ("My questions", buttons.Own())),
)
GONE = Say("This answer has been removed. Write your question in your own words.")
NO_ANSWERS = Say("There are no ready answers yet. Write your question in your own words.")
NONE_ASKED = Say(
    "You have not asked a person anything yet. Write your question in your own words.", (("Topics", buttons.Topics()),)
)
TEXT_ONLY = AskAbout("I read text only. Describe the question in words, or ask a person.", "📎 photo")
RECEIVED = "I have received this. What would you like to know about it? Describe it in words, or ask a person."
PLACE = Place(55.75, 37.61, "Кафе")


def forwards(text: str, own: str = "") -> IncomingEvent:
    """Passes on what somebody else wrote, perhaps with words of their own."""
    return replace(says(own), contents=(Passage(Role.FORWARD, text, author="Зоя"),))


WELCOME = Say("You are welcome. If anything else comes up, just write.")


REOPENED = Say(
    "Question №{number} is open again; an agent will look at it. You can add details right here.",
    values={"number": 5},
)
WITHDRAWN = Say(
    "Question №{number} is withdrawn. You can open it again under “My questions”.",
    (("My questions", buttons.Own()),),
    {"number": 7},
)
NOT_NOW = Say("All right, nothing was passed on. If you change your mind, just write.", (ASK_PERSON,))
ONE_MESSAGE = Say("Write the new question in one message.")
WHAT_TO_ADD = Say("Write in one message what you want to add to question №{number}.", values={"number": 7})
IN_ENGLISH = Say("From now on we write to you in English.")
STILL_OPEN = Say("Question №{number} is still open: write here, and a person reads it.", values={"number": 7})


def ticket(number: int, status: TicketStatus) -> TicketView:
    return TicketView(
        id=number,
        status=status,
        question="не помню пароль",
        channel="vk:main",
        contact_id=1,
        contact_name="Анна",
        contact_user_id="1",
        unreachable=None,
        assignee_id=None,
        assignee=None,
        category=None,
        language="ru",
        reason="asked",
        opened_at=NOW,
        due_at=NOW,
        waiting_since=None,
        solved_at=None,
        rating=None,
        rating_comment=None,
        version=1,
    )


TOPICS = Topics((HelpCategory("access", "Вход", 2),), "ru", 1, 1)
TOPIC = Topic("access", "Вход", "ru", EntryPage((ENTRIES[1],), 1, 1, 1))
OWN_LIVE = OwnQuestion(ticket(7, TicketStatus.WAITING), ())
OWN_SOLVED = OwnQuestion(ticket(5, TicketStatus.SOLVED), ())
OWN_OLD = replace(OWN_SOLVED, ticket=replace(OWN_SOLVED.ticket, reopenable=False))
OLD = replace(SOLVED, reopenable=False)
TOO_OLD = Say(
    "Question №{number} was closed too long ago to be opened again. Just ask again, and we will gladly help.",
    values={"number": 5},
)
OWN_LIST = OwnQuestions((OWN_LIVE.ticket, OWN_SOLVED.ticket), 1, 1)


def pressing(action: str, thread: Thread = FREE, **more: object) -> Thread:
    data = {"question": "не помню пароль", "lookup": 3, "entry": ENTRIES[1], "trail": NO_TRAIL, "used": False, **more}
    entry, trail, used = data.pop("entry"), data.pop("trail"), data.pop("used")
    assert entry is None or isinstance(entry, EntryView)
    assert isinstance(trail, Trail)
    payload = decode(action, data | asdict(trail) | {"entry": entry.id if entry else None})
    return replace(thread, pressed=ButtonPress(payload, entry, used=bool(used)))


@pytest.mark.parametrize(
    ("thread", "event", "knowledge", "decisions"),
    [
        # sure, unsure, and at a loss
        (FREE, says("пароль"), found(Band.ANSWER, 0.9), [GiveAnswer(ENTRIES[1], "пароль", None, hand_off=False)]),
        (FREE, says(" пароль "), found(Band.SUGGEST, 0.4, 0.3), [Suggest((ENTRIES[1], ENTRIES[2]), "пароль")]),
        (FREE, says("погода"), found(Band.NONE), [OfferPerson("погода", "unanswered")]),
        (FREE, says("погода"), found(Band.NONE, 0.1, 0.1), [OfferPerson("погода", "unanswered")]),
        # three choices at least, up to five, and beyond the third only what may help
        (FREE, says("м"), found(Band.SUGGEST, 0.3, 0.01, 0.01, 0.01), [Suggest(first(3), "м")]),
        (FREE, says("м"), found(Band.SUGGEST, *[0.2] * 7), [Suggest(first(5), "м")]),
        # entries that vanished between the match and the look at them
        (FREE, says("м"), found(Band.ANSWER, 0.9, known={}), [OfferPerson("м", "unanswered")]),
        (FREE, says("м"), found(Band.SUGGEST, 0.3, 0.2, known={2: ENTRIES[2]}), [Suggest((ENTRIES[2],), "м")]),
        # rules of the entry
        (FREE, says("ж"), found(Band.ANSWER, 0.9, known={1: ALWAYS}), [GiveAnswer(ALWAYS, "ж", None, hand_off=True)]),
        (FREE, says("ч"), found(Band.ANSWER, 0.9, known={1: NEVER}), [GiveAnswer(NEVER, "ч", None, hand_off=False)]),
        # no question at all
        (FREE, says("Привет!"), None, [HELLO]),
        (FREE, says("/start"), None, [HELLO]),
        (FREE, says("???"), None, [HELLO]),
        (FREE, says("🙂"), None, [HELLO]),
        (FREE, says("", "sticker"), None, [HELLO]),
        (FREE, says(""), None, [HELLO]),
        (FREE, says("спасибо"), None, [WELCOME]),
        (FREE, says("", "photo"), None, [TEXT_ONLY]),
        (FREE, says("  ", "sticker", "voice"), None, [replace(TEXT_ONLY, question="📎 voice message")]),
        # what others wrote is no question of the contact's own, and neither thanks nor greets
        (FREE, forwards("не помню пароль"), None, [AskAbout(RECEIVED, "↪ Forwarded message\nне помню пароль")]),
        (FREE, forwards("спасибо"), None, [AskAbout(RECEIVED, "↪ Forwarded message\nспасибо")]),
        (FREE, forwards("оператор", "?"), None, [AskAbout(RECEIVED, "↪ Forwarded message\nоператор")]),
        (FREE, forwards("вот", "спасибо"), None, [AskAbout(RECEIVED, "↪ Forwarded message\nвот")]),
        (
            FREE,
            replace(says(""), contents=(PLACE,)),
            None,
            [AskAbout(RECEIVED, "📍 Place\nКафе\n55.750000, 37.610000")],
        ),
        (
            replace(FREE, last_question="где деньги"),
            forwards("не работает вход"),
            None,
            [AskAbout(RECEIVED, "где деньги")],
        ),
        # commands, by their sign or by the words of their button
        (FREE, says("/help"), None, [HELLO]),
        (FREE, says("Начать"), None, [HELLO]),
        (replace(FREE, view=TOPICS), says("/topics"), None, [Show(TOPICS)]),
        (replace(FREE, view=TOPICS), says("Темы"), None, [Show(TOPICS)]),
        (replace(FREE, view=Topics((), "ru", 1, 1)), says("/topics"), None, [NO_ANSWERS]),
        (replace(FREE, view=OWN_LIST), says("Мои вопросы"), None, [Show(OWN_LIST)]),
        (replace(FREE, view=OwnQuestions((), 1, 1)), says("/my"), None, [NONE_ASKED]),
        (replace(HELD, view=OWN_LIST), says("/my"), None, [Show(OWN_LIST)]),
        (HELD, says("/start"), None, [HELLO]),
        (FREE, says("/language"), None, [AskLanguage()]),
        (HELD, says("Язык"), None, [AskLanguage()]),
        (HELD, says("/unknown"), None, [JoinTicket(7, acknowledge=True, text="/unknown")]),
        # a person is wished for
        (FREE, says("оператор"), None, [OpenTicket("оператор", "asked")]),
        (replace(FREE, last_question="пароль"), says("оператор"), None, [OpenTicket("пароль", "asked")]),
        (
            replace(FREE, last_question="пароль"),
            says("у меня второй день не открывается музыка на странице, позовите оператора"),
            None,
            [OpenTicket("у меня второй день не открывается музыка на странице, позовите оператора", "asked")],
        ),
        # a person holds the thread: the bot adds to it and says nothing of its own
        (HELD, says("пароль"), None, [JoinTicket(7, acknowledge=True, text="пароль")]),
        (replace(HELD, ticket=TOLD), says("пароль"), None, [JoinTicket(7, acknowledge=False)]),
        # thanks, greetings and stickers stand in the thread and change nothing
        (HELD, says("спасибо"), None, [Attach(7)]),
        (replace(HELD, ticket=ANSWERED), says("спасибо"), None, [Attach(7), WELCOME]),
        (HELD, says("", "sticker"), None, [Attach(7)]),
        (HELD, says("здравствуйте"), None, [Attach(7), STILL_OPEN]),
        (HELD, says("", "photo"), None, [JoinTicket(7, acknowledge=True)]),
        # a contact who asks again is informed once that it does not speed things up
        (HELD, says("оператор"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (HELD, says("ну что там?"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (HELD, says("Где деньги ?"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (replace(HELD, ticket=PATIENT), says("где деньги?"), None, [JoinTicket(7, acknowledge=False)]),
        (
            replace(HELD, ticket=ANSWERED),
            says("где деньги?"),
            None,
            [JoinTicket(7, acknowledge=True, text="где деньги?")],
        ),
        # a new question is asked of the knowledge, and joins nothing
        (ANEW, says("пароль"), found(Band.NONE), [OfferPerson("пароль", "unanswered", trail=APART)]),
        (replace(ANEW, live=3), says("оператор"), None, [ENOUGH]),
        # what completes an unanswered question changes the offer in place, but only once
        (OFFERED, says("и звук"), found(Band.SUGGEST, 0.4), [Suggest(first(1), "музыка\nи звук", TRAIL, 9)]),
        (
            OFFERED,
            says("и звук"),
            found(Band.NONE),
            [OfferPerson("музыка\nи звук", "unanswered", trail=TRAIL, instead_of=9)],
        ),
        (OFFERED, says("", "photo"), None, [OfferPerson("музыка", "unanswered", trail=TRAIL, instead_of=9)]),
        (OFFERED, says("оператор"), None, [OpenTicket("оператор", "asked", trail=TRAIL)]),
        (
            replace(FREE, pending=replace(OFFER, changed=True)),
            says("и звук"),
            found(Band.SUGGEST, 0.4),
            [Suggest(first(1), "музыка\nи звук", TRAIL)],
        ),
        # with as many open as may be, nothing opens another
        (
            replace(ANEW, live=3),
            says("ж"),
            found(Band.ANSWER, 0.9, known={1: ALWAYS}),
            [GiveAnswer(ALWAYS, "ж", None, hand_off=False, trail=APART)],
        ),
        (replace(FREE, live=3, filling=LAST_STEP), says("да"), None, [ENOUGH]),
        (
            replace(FREE, live=2, filling=LAST_STEP),
            says("да"),
            None,
            [EndForm(4, sent=True), OpenTicket("взломали\nЧто? да", "rule", None, "access", NO_TRAIL)],
        ),
        # quoting a solved question opens it again, unless it is thanked for
        (QUOTED, says("а теперь?"), None, [ReopenTicket(5), JoinTicket(5, acknowledge=False), REOPENED]),
        (QUOTED, says("спасибо"), None, [WELCOME]),
        (replace(QUOTED, live=3), says("а теперь?"), None, [ENOUGH]),
    ],
)
def test_what_is_said(thread: Thread, event: IncomingEvent, knowledge: Found | None, decisions: list[Decision]) -> None:
    assert decide(thread, event, knowledge) == decisions


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


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (" не помню пароль ", "не помню пароль"),
        ("2fa", "2fa"),
        ("привет, не помню пароль", "привет, не помню пароль"),
        ("человек прислал мне вирус", "человек прислал мне вирус"),
        ("помощь", "помощь"),
        ("привет", None),
        ("спасибо", None),
        ("оператор", None),
        ("/start", None),
        ("язык", None),
        ("язык страницы", "язык страницы"),
        ("/topics@frontdesk_bot", None),
        ("мои вопросы", None),
        ("мои вопросы к музыке", "мои вопросы к музыке"),
        ("!?", None),
        ("", None),
    ],
)
def test_what_is_looked_up(text: str, question: str | None) -> None:
    assert question_in(FREE, says(text)) == question
    assert question_in(HELD, says(text)) is None


ASKED_FOR = replace(FREE, link=Link())
NUMBER_FIVE = replace(FREE, expects=comment_on(5))
DESCRIBE = Say("Describe your question in one message, with everything that matters. It goes to a person.")
ADD_A_WORD = Say("Thank you. If you like, add a word about it in one message.", (("Nothing to add", buttons.Enough()),))
SURE = Say(
    "Everything you wrote to us will be erased, and open questions withdrawn. This cannot be undone.",
    (("Erase everything", buttons.Forget()), ("Keep everything", buttons.Keep())),
)


@pytest.mark.parametrize(
    ("thread", "text", "expected"),
    [
        (ASKED_FOR, "/start", [Expect(FOR_A_PERSON), DESCRIBE]),
        (ASKED_FOR, "Начать", [Expect(FOR_A_PERSON), DESCRIBE]),
        (ASKED_FOR, "пропали деньги", [OpenTicket("пропали деньги", "asked")]),
        (replace(HELD, link=Link()), "/start", [Expect(FOR_A_PERSON), DESCRIBE]),
        (replace(HELD, link=Link(), live=3), "/start", [ENOUGH]),
        (replace(FREE, link=Link(topic=TOPIC)), "/start", [Show(TOPIC)]),
        (
            replace(FREE, link=Link(entry=ENTRIES[1])),
            "/start",
            [GiveAnswer(ENTRIES[1], ENTRIES[1].question, None, hand_off=False, browsed=True)],
        ),
        (replace(FREE, expects=FOR_A_PERSON), "не помню пароль", [OpenTicket("не помню пароль", "asked")]),
        (replace(FREE, expects=FOR_A_PERSON), "здравствуйте", [Expect(FOR_A_PERSON), DESCRIBE]),
        (NUMBER_FIVE, "спасибо", [WELCOME]),
        (
            NUMBER_FIVE,
            "позовите оператора, пропали деньги",
            [OpenTicket("позовите оператора, пропали деньги", "asked")],
        ),
        (FREE, "/export", [Export()]),
        (FREE, "Забыть меня", [SURE]),
    ],
)
def test_links_ratings_and_own_data_by_words(thread: Thread, text: str, expected: list[Decision]) -> None:
    event = IncomingEvent(EventKind.MESSAGE, WHO, NOW, text=text)
    assert question_in(thread, event) is None
    assert decide(thread, event, None) == expected


@pytest.mark.parametrize(
    ("thread", "expected"),
    [
        (
            replace(pressing("rate", stars=4), pressed_ticket=SOLVED),
            [RateTicket(5, 4), Expect(comment_on(5)), ADD_A_WORD],
        ),
        (pressing("enough"), [Expect(""), Say("Thank you. If anything else comes up, just write.")]),
        (pressing("forget"), [Forget()]),
        (pressing("keep"), [Say("Nothing was changed.")]),
    ],
)
def test_ratings_and_own_data_by_buttons(thread: Thread, expected: list[Decision]) -> None:
    assert decide(thread, IncomingEvent(EventKind.PRESS, WHO, NOW), None) == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("быстро", found(Band.NONE), [CommentTicket(5, "быстро")]),
        ("помогли с паролем", found(Band.SUGGEST, 0.5), [CommentTicket(5, "помогли с паролем")]),
        ("а когда вернут деньги?", found(Band.NONE), [OfferPerson("а когда вернут деньги?", "unanswered")]),
    ],
)
def test_a_word_about_the_help_is_told_from_a_question(text: str, known: Found, expected: list[Decision]) -> None:
    event = IncomingEvent(EventKind.MESSAGE, WHO, NOW, text=text)
    assert question_in(NUMBER_FIVE, event) == text
    assert decide(NUMBER_FIVE, event, known) == expected


def test_a_question_that_the_knowledge_answers_is_no_comment() -> None:
    event = IncomingEvent(EventKind.MESSAGE, WHO, NOW, text="не помню пароль")
    (decision,) = decide(NUMBER_FIVE, event, found(Band.ANSWER, 0.97))
    assert isinstance(decision, GiveAnswer)


MUSIC = PendingOffer(9, "не работает музыка", NO_TRAIL, offered=(3, 5))


@pytest.mark.parametrize(
    ("text", "alone", "joined", "anew"),
    [
        # the form of a question, about something else
        ("когда концерт в москве", found(Band.NONE), Band.SUGGEST, True),
        ("а как вернуть билет на концерт?", found(Band.SUGGEST, 0.4), Band.SUGGEST, True),
        ("when is the concert in Moscow", found(Band.NONE), Band.SUGGEST, True),
        ("mikor lesz koncert Moszkvában", found(Band.NONE), Band.SUGGEST, True),
        # the form of none, but the answer is known
        ("удалить свою страницу", found(Band.ANSWER, 0.95), Band.SUGGEST, True),
        # more words about the same
        ("на айфоне после обновления", found(Band.NONE), Band.SUGGEST, False),
        ("а на айфоне?", found(Band.NONE), Band.SUGGEST, False),
        ("как это исправить", found(Band.NONE), Band.SUGGEST, False),
        ("почему музыку не включить на айфоне", found(Band.SUGGEST, 0.4), Band.SUGGEST, False),
        # with them the answer is known
        ("как скачать плейлист на айфон", found(Band.SUGGEST, 0.4), Band.ANSWER, False),
        ("хочу", found(Band.NONE), Band.NONE, False),
        ("", found(Band.NONE), Band.NONE, False),
    ],
)
def test_what_asks_something_else_than_what_is_pending(text: str, alone: Found, joined: Band, anew: bool) -> None:
    assert starts_new_question(read_utterance(text), MUSIC, alone, joined) is anew


def test_what_leads_to_what_was_offered_asks_nothing_else() -> None:
    offered = replace(MUSIC, offered=(1, 3))
    known = found(Band.ANSWER, 0.95)
    assert known.first == 1
    assert not starts_new_question(read_utterance("как включить громкий звук"), offered, known, Band.SUGGEST)
    assert starts_new_question(read_utterance("как включить громкий звук"), MUSIC, known, Band.SUGGEST)


def test_a_choice_that_is_typed_is_chosen_though_both_together_are_unsure() -> None:
    offered = replace(MUSIC, offered=(1, 3))
    known = found(Band.ANSWER, 0.95)
    assert selects_offer(offered, known, Band.SUGGEST)
    assert not selects_offer(offered, known, Band.ANSWER), "together they say as much"
    assert not selects_offer(MUSIC, known, Band.SUGGEST), "it was not offered"
    assert not selects_offer(offered, found(Band.SUGGEST, 0.4), Band.SUGGEST)


def test_a_new_question_leaves_the_offer_before_as_it_is() -> None:
    anew = replace(found(Band.NONE), anew=True)
    assert decide(OFFERED, says("когда концерт в москве"), anew) == [
        OfferPerson("когда концерт в москве", "unanswered")
    ]
