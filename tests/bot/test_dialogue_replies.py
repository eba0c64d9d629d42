"""What the bot looks up, and how it reads links, ratings, comments and words after an offer."""

from dataclasses import replace

import pytest

from bot.dialogue import (
    Found,
    PendingOffer,
    Thread,
    asks_back,
    choose_lookup,
    read_utterance,
)
from bot.dialogue.decisions import (
    NO_TRAIL,
    CommentTicket,
    Decision,
    Expect,
    Export,
    Forget,
    GiveAnswer,
    Link,
    OfferPerson,
    OpenTicket,
    RateTicket,
    Say,
    Show,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, addition_to, comment_on
from handoff.messages import buttons
from handoff.messages.values import EventKind, IncomingEvent
from knowledge.matching import Band, Candidate, Match
from tests.bot.dialogue_cases import (
    ATTENDED,
    DESCRIBE,
    ENOUGH,
    ENTRIES,
    FREE,
    HELD,
    NOW,
    OFFERED,
    SOLVED,
    TOLD,
    TOPIC,
    WELCOME,
    WHO,
    found,
    pressing,
    says,
)
from tests.bot.rounds import decide, question_in


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
    # While a person has another question, what has content is looked up, too; not while they are replying.
    said = question if question and "\n" not in question and any(map(str.isalpha, text)) else None
    assert question_in(HELD, says(text)) == said
    assert question_in(replace(HELD, ticket=ATTENDED), says(text)) is None


@pytest.mark.parametrize("text", ["5 мая", "ул. Ленина, 3", "два дня назад"])
def test_what_answers_an_agents_question_is_not_looked_up(text: str) -> None:
    asked = replace(HELD, ticket=replace(TOLD, asks_back=True))
    assert question_in(asked, says(text)) is None
    assert question_in(asked, says("а где взять ключ?")) == "а где взять ключ?"
    assert question_in(replace(HELD, expects=addition_to(7)), says("а где взять ключ?")) is None
    assert question_in(replace(HELD, quotes=True), says("а где взять ключ?")) is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Какой у вас телефон?", True),
        ("Уточните, пожалуйста, адрес.", True),
        ("Could you describe it", True),
        ("Kérem, küldje el a számot.", True),
        ("Деньги вернутся завтра.", False),
        ("It is fixed now.", False),
    ],
)
def test_an_agent_asks_something_back(text: str, *, asks: bool) -> None:
    assert asks_back(text) is asks


ASKED_FOR = replace(FREE, link=Link())
NUMBER_FIVE = replace(FREE, expects=comment_on(5))
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
            [OpenTicket("пропали деньги", "asked")],
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
        ("помогли с паролем", found(Band.LIKELY, 0.7), [CommentTicket(5, "помогли с паролем")]),
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
NOTHING = found(Band.NONE)


def leads_to(entry: int, band: Band, confidence: float) -> Found:
    return Found(Match("", band, (Candidate(entry, "", confidence, ()),)), ENTRIES)


@pytest.mark.parametrize(
    ("text", "alone", "joined", "chosen"),
    [
        # the form of a question, about something else
        ("когда концерт в москве", NOTHING, leads_to(3, Band.SUGGEST, 0.4), "new"),
        ("а как вернуть билет на концерт?", leads_to(1, Band.SUGGEST, 0.4), leads_to(3, Band.SUGGEST, 0.5), "new"),
        ("when is the concert in Moscow", NOTHING, leads_to(3, Band.SUGGEST, 0.4), "new"),
        ("mikor lesz koncert Moszkvában", NOTHING, leads_to(3, Band.SUGGEST, 0.4), "new"),
        # a statement about something else
        ("удалить свою страницу", leads_to(1, Band.ANSWER, 0.95), leads_to(3, Band.SUGGEST, 0.4), "new"),
        ("деньги списали дважды", leads_to(1, Band.SUGGEST, 0.3), leads_to(3, Band.SUGGEST, 0.5), "new"),
        ("деньги списали дважды", leads_to(1, Band.SUGGEST, 0.5), leads_to(1, Band.SUGGEST, 0.3), "new"),
        ("взломали", leads_to(1, Band.ANSWER, 0.95), leads_to(3, Band.SUGGEST, 0.4), "new"),
        # more words about the same: the surer of both
        ("музыка на айфоне молчит", leads_to(1, Band.LIKELY, 0.7), leads_to(3, Band.SUGGEST, 0.4), "alone"),
        ("на айфоне молчит", leads_to(1, Band.LIKELY, 0.7), leads_to(1, Band.ANSWER, 0.9), "joined"),
        ("на айфоне молчит", leads_to(1, Band.SUGGEST, 0.3), leads_to(2, Band.LIKELY, 0.7), "joined"),
        ("на айфоне молчит", leads_to(1, Band.SUGGEST, 0.3), leads_to(1, Band.SUGGEST, 0.4), "joined"),
        ("на айфоне после обновления", NOTHING, leads_to(3, Band.SUGGEST, 0.4), "joined"),
        ("айфон", leads_to(1, Band.SUGGEST, 0.3), leads_to(3, Band.SUGGEST, 0.4), "joined"),
        ("а на айфоне?", NOTHING, leads_to(3, Band.SUGGEST, 0.4), "joined"),
        ("почему музыку не включить", leads_to(1, Band.SUGGEST, 0.4), leads_to(3, Band.SUGGEST, 0.5), "joined"),
        ("хочу", NOTHING, NOTHING, "joined"),
        ("", NOTHING, NOTHING, "joined"),
        # what was offered is chosen by its words
        ("громкий звук включить", leads_to(3, Band.ANSWER, 0.95), leads_to(3, Band.LIKELY, 0.7), "alone"),
        ("громкий звук включить", leads_to(3, Band.SUGGEST, 0.4), leads_to(5, Band.SUGGEST, 0.5), "joined"),
    ],
)
def test_the_better_of_two_lookups_wins(text: str, alone: Found, joined: Found, chosen: str) -> None:
    expected = {"new": replace(alone, is_new_question=True), "alone": alone, "joined": joined}[chosen]
    assert choose_lookup(read_utterance(text), MUSIC, alone, joined) == expected


def test_a_new_question_leaves_the_offer_before_as_it_is() -> None:
    alone = replace(found(Band.NONE), is_new_question=True)
    assert decide(OFFERED, says("когда концерт в москве"), alone) == [
        OfferPerson("когда концерт в москве", "unanswered")
    ]
