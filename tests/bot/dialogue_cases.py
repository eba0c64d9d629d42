"""Threads, events, matches and decisions of which the tables of the dialogue consist."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

from bot.dialogue import (
    ButtonPress,
    Found,
    PendingOffer,
    Thread,
    TicketContext,
)
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    CloseOffer,
    Decision,
    Expect,
    Filling,
    GiveAnswer,
    OwnQuestion,
    OwnQuestions,
    Say,
    Topic,
    Topics,
    Trail,
)
from bot.dialogue.expected_reply import MATTER, NEW
from handoff.messages import buttons
from handoff.messages.button_codec import decode
from handoff.messages.contents import Passage, Place, Role
from handoff.messages.values import Address, Attachment, EventKind, IncomingEvent
from handoff.models import TicketStatus
from handoff.tickets.queue import TicketView
from knowledge.entries.forms import FormField
from knowledge.entries.repository import EntryPage, EntryView, HelpCategory
from knowledge.matching import Band, Candidate, Match

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
ATTENDED = replace(ANSWERED, attended=True)
ASKED_BACK = replace(ATTENDED, asks_back=True)
FREE = Thread("ru")
HELD = Thread("ru", ticket=LIVE, live=1)
MARKED = replace(HELD, marks=True)
ADDED = Say("Got it, added.")
WITHDRAW = Say(
    "Shall I withdraw question #{number}? Agents will not answer it then.",
    (("Withdraw the question", buttons.Withdraw(7)), ("Keep it open", buttons.KeepOpen(7))),
    {"number": 7},
)
ANEW = Thread("ru", live=1, expects=NEW)
WISHED = Thread("ru", expects=MATTER)
ASKED_MATTER: list[Decision] = [
    Expect(MATTER),
    Say("I will call a person. What is it about?", (("Skip", buttons.SkipMatter()),)),
]
QUOTED = Thread("ru", quoted=SOLVED)
TRAIL = Trail((11, 12), "answer-1")
APART = Trail(apart=True)
BESIDE = GiveAnswer(ENTRIES[1], "", None, hand_off=False, trail=APART, beside=7)
OFFER = PendingOffer(9, "музыка", TRAIL)
OFFERED = Thread("ru", pending=OFFER)
CLOSED = CloseOffer(9)
LAST_STEP = Filling(
    4, "взломали", "rule", None, "access", NO_TRAIL, (FormField("what", labels={"ru": "Что?"}),), (), "ru"
)
ENOUGH = Say(
    "You already have {count} open questions. You can add to any of them, and ask another once one is closed.",
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
TEXT_ONLY = AskAbout("I can only read text. Describe your question in words, or ask a person.", "📎 photo")
RECEIVED = "I have received this. What would you like to know about it? Describe it in words, or ask a person."
PLACE = Place(55.75, 37.61, "Кафе")


def forwards(text: str, own: str = "") -> IncomingEvent:
    """Passes on what somebody else wrote, perhaps with words of their own."""
    return replace(says(own), contents=(Passage(Role.FORWARD, text, author="Зоя"),))


WELCOME = Say("You are welcome. If anything else comes up, just write.")


REOPENED = Say(
    "Question #{number} is open again; an agent will look at it. You can add details right here.",
    values={"number": 5},
)
WITHDRAWN = Say(
    "Question #{number} is withdrawn. You can open it again under “My questions”.",
    (("My questions", buttons.Own()),),
    {"number": 7},
)
NOT_NOW = Say(
    "All right, nothing was passed on. If you change your mind, just write.",
    (("Ask a person", buttons.AskPerson(lookup=3, question="не помню пароль")),),
)
DESCRIBE = Say("Describe your question in one message, with everything that matters. It goes to a person.")
INVITATION = Say("Go ahead: describe your question in one message, and I will find the answer or ask a person.")
ONE_MESSAGE = Say("Write the new question in one message.")
WHAT_TO_ADD = Say("Write in one message what you want to add to question #{number}.", values={"number": 7})
IN_ENGLISH = Say("From now on I will write to you in English.")
STILL_OPEN = Say("Question #{number} is still open: write here, and a person will read it.", values={"number": 7})


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
    "Question #{number} was closed too long ago to be opened again. Just ask again, and we will gladly help.",
    values={"number": 5},
)
OWN_LIST = OwnQuestions((OWN_LIVE.ticket, OWN_SOLVED.ticket), 1, 1)


def pressing(action: str, thread: Thread = FREE, **more: object) -> Thread:
    data = {"question": "не помню пароль", "lookup": 3, "entry": ENTRIES[1], "trail": NO_TRAIL, "used": False, **more}
    entry, trail, used, others = data.pop("entry"), data.pop("trail"), data.pop("used"), data.pop("others", ())
    assert entry is None or isinstance(entry, EntryView)
    assert isinstance(trail, Trail)
    assert isinstance(others, tuple)
    named = {"entry": entry.id if entry else None, "others": [other.id for other in others]}
    payload = decode(action, data | asdict(trail) | named)
    return replace(thread, pressed=ButtonPress(payload, entry, used=bool(used), others=others))
