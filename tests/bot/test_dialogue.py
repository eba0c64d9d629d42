"""The bot's decisions as a table: thread, event and matches on one side, decisions on the other."""

from dataclasses import replace

import pytest

from bot.dialogue import (
    Found,
    Thread,
)
from bot.dialogue.decisions import (
    NO_TRAIL,
    AskAbout,
    AskLanguage,
    Attach,
    Decision,
    EndForm,
    Expect,
    GiveAnswer,
    JoinTicket,
    Mark,
    OfferPerson,
    OpenTicket,
    OwnQuestions,
    ReopenTicket,
    Say,
    Show,
    Suggest,
    Topics,
)
from bot.dialogue.expected_reply import FOR_A_PERSON, addition_to
from handoff.messages.values import IncomingEvent
from knowledge.matching import Band
from tests.bot.dialogue_cases import (
    ADDED,
    ALWAYS,
    ANEW,
    ANSWERED,
    APART,
    ASKED_BACK,
    ASKED_MATTER,
    ATTENDED,
    BESIDE,
    CLOSED,
    DESCRIBE,
    ENOUGH,
    ENTRIES,
    FREE,
    HELD,
    HELLO,
    INVITATION,
    LAST_STEP,
    MARKED,
    NEVER,
    NO_ANSWERS,
    NONE_ASKED,
    OFFERED,
    OWN_LIST,
    PATIENT,
    PLACE,
    QUOTED,
    RECEIVED,
    REOPENED,
    STILL_OPEN,
    TEXT_ONLY,
    TOLD,
    TOPICS,
    TRAIL,
    WELCOME,
    WISHED,
    WITHDRAW,
    first,
    forwards,
    found,
    says,
)
from tests.bot.rounds import decide


@pytest.mark.parametrize(
    ("thread", "event", "knowledge", "decisions"),
    [
        # sure, unsure, and at a loss
        (FREE, says("пароль"), found(Band.ANSWER, 0.9), [GiveAnswer(ENTRIES[1], "пароль", None, hand_off=False)]),
        (FREE, says(" пароль "), found(Band.SUGGEST, 0.4, 0.3), [Suggest((ENTRIES[1], ENTRIES[2]), "пароль")]),
        (FREE, says("погода"), found(Band.NONE), [OfferPerson("погода", "unanswered")]),
        (FREE, says("погода"), found(Band.NONE, 0.1, 0.1), [OfferPerson("погода", "unanswered")]),
        # up to five choices, and none below a fifth of the first
        (FREE, says("м"), found(Band.SUGGEST, 0.3, 0.06, 0.059, 0.01), [Suggest(first(2), "м")]),
        (FREE, says("м"), found(Band.SUGGEST, *[0.2] * 7), [Suggest(first(5), "м")]),
        # likely: the answer at once, with the others for a contact who meant something else
        (
            FREE,
            says("м"),
            found(Band.LIKELY, 0.7, 0.2, 0.1),
            [GiveAnswer(ENTRIES[1], "м", None, hand_off=False, likely=True, others=(ENTRIES[2],))],
        ),
        (
            FREE,
            says("ж"),
            found(Band.LIKELY, 0.7, known={1: ALWAYS}),
            [GiveAnswer(ALWAYS, "ж", None, hand_off=False, likely=True)],
        ),
        (
            FREE,
            says("пароль"),
            found(Band.ANSWER, 0.9, 0.3),
            [GiveAnswer(ENTRIES[1], "пароль", None, hand_off=False, others=(ENTRIES[2],))],
        ),
        (FREE, says("м"), found(Band.LIKELY, 0.7, 0.2, known={2: ENTRIES[2]}), [Suggest((ENTRIES[2],), "м")]),
        (FREE, says("м"), found(Band.LIKELY, 0.7, known={}), [OfferPerson("м", "unanswered")]),
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
        (FREE, says("🙂"), None, [WELCOME]),
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
        (FREE, says("оператор"), None, ASKED_MATTER),
        (WISHED, says("оператор"), None, [OpenTicket("", "asked", recent=True)]),
        (WISHED, says("не помню пароль"), None, [OpenTicket("не помню пароль", "asked", recent=True)]),
        (replace(WISHED, live=3), says("не помню пароль"), None, [ENOUGH]),
        (replace(FREE, last_question="пароль"), says("оператор"), None, [OpenTicket("пароль", "asked")]),
        (
            replace(FREE, last_question="пароль"),
            says("у меня второй день не открывается музыка на странице, позовите оператора"),
            None,
            [OpenTicket("у меня второй день не открывается музыка на странице", "asked")],
        ),
        # a person holds the thread: the bot adds to it and says nothing of its own
        (HELD, says("пароль"), None, [JoinTicket(7, acknowledge=True, text="пароль")]),
        (replace(HELD, ticket=TOLD), says("пароль"), None, [JoinTicket(7, acknowledge=False), ADDED]),
        # a mark says the same without words, unless it may be another question; words that were asked for are said
        (MARKED, says("пароль"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (MARKED, says("", "photo"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (MARKED, says("а рыбы?"), None, [JoinTicket(7, acknowledge=True, text="а рыбы?"), Mark()]),
        (replace(MARKED, ticket=TOLD), says("а рыбы?"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (MARKED, says("ну что там?"), None, [JoinTicket(7, acknowledge=False, patience=True), Mark()]),
        (replace(MARKED, ticket=PATIENT), says("ну что там?"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (
            replace(MARKED, ticket=ATTENDED, expects=addition_to(7)),
            says("вот ещё"),
            None,
            [JoinTicket(7, acknowledge=True), Mark()],
        ),
        (MARKED, says("благодарю"), None, [Attach(7), Mark()]),
        (MARKED, says("", "sticker"), None, [Attach(7), Mark()]),
        # while an agent is replying, the bot says nothing
        (replace(MARKED, ticket=ATTENDED), says("а рыбы?"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (replace(HELD, ticket=ATTENDED), says("а рыбы?"), None, [JoinTicket(7, acknowledge=False)]),
        (replace(HELD, ticket=ATTENDED), says("где деньги?"), None, [JoinTicket(7, acknowledge=False)]),
        (replace(MARKED, ticket=ATTENDED), says("благодарю"), None, [Attach(7), Mark()]),
        (replace(HELD, ticket=ATTENDED), says("добрый вечер"), None, [Attach(7)]),
        # what the knowledge covers is answered beside the ticket; a guess only for a question by form
        (HELD, says("ключ потерян"), found(Band.ANSWER, 0.9), [replace(BESIDE, question="ключ потерян")]),
        (HELD, says("где ключ?"), found(Band.LIKELY, 0.7), [replace(BESIDE, question="где ключ?", likely=True)]),
        (MARKED, says("ключ потерян"), found(Band.LIKELY, 0.7), [JoinTicket(7, acknowledge=False), Mark()]),
        (MARKED, says("ключ потерян"), found(Band.SUGGEST, 0.5), [JoinTicket(7, acknowledge=False), Mark()]),
        (MARKED, says("ключ"), found(Band.ANSWER, 0.9, known={}), [JoinTicket(7, acknowledge=False), Mark()]),
        (
            MARKED,
            says("ключ потерян"),
            found(Band.ANSWER, 0.9, known={1: ALWAYS}),
            [
                replace(BESIDE, entry=ALWAYS, question="ключ потерян", trail=NO_TRAIL),
                JoinTicket(7, acknowledge=False),
                Mark(),
            ],
        ),
        (
            replace(HELD, live=3),
            says("ключ потерян"),
            found(Band.ANSWER, 0.9),
            [replace(BESIDE, question="ключ потерян", trail=NO_TRAIL)],
        ),
        # what answers the agent is never guessed at
        (
            replace(MARKED, ticket=replace(TOLD, asks_back=True)),
            says("где ключ?"),
            found(Band.LIKELY, 0.7),
            [JoinTicket(7, acknowledge=False), Mark()],
        ),
        # an agreement that answers the agent is more than thanks
        (
            replace(MARKED, ticket=ASKED_BACK),
            says("окей, договорились"),
            None,
            [JoinTicket(7, acknowledge=False), Mark()],
        ),
        (replace(MARKED, ticket=ASKED_BACK), says("всё заработало"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (replace(MARKED, ticket=ASKED_BACK), says("👍"), None, [JoinTicket(7, acknowledge=False), Mark()]),
        (replace(MARKED, ticket=ASKED_BACK), says("огромное спасибо"), None, [Attach(7), Mark()]),
        # a question that needs no answer any more can be withdrawn
        (HELD, says("закройте обращение"), None, [Attach(7), WITHDRAW]),
        (HELD, says("уже разобралась сама"), None, [Attach(7), WITHDRAW]),
        (HELD, says("мой вопрос решился"), None, [Attach(7), WITHDRAW]),
        (replace(HELD, ticket=ANSWERED), says("вопрос решён"), None, [Attach(7), WELCOME]),
        (
            replace(MARKED, ticket=ATTENDED),
            says("закройте обращение"),
            None,
            [JoinTicket(7, acknowledge=False), Mark()],
        ),
        # thanks, greetings and stickers stand in the thread and change nothing
        (HELD, says("спасибо"), None, [Attach(7), WELCOME]),
        (replace(HELD, ticket=ANSWERED), says("спасибо"), None, [Attach(7), WELCOME]),
        (HELD, says("", "sticker"), None, [Attach(7), ADDED]),
        (HELD, says("здравствуйте"), None, [Attach(7), STILL_OPEN]),
        (HELD, says("", "photo"), None, [JoinTicket(7, acknowledge=True)]),
        # a contact who asks again is informed once that it does not speed things up
        (HELD, says("оператор"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (HELD, says("ну что там?"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (HELD, says("Где деньги ?"), None, [JoinTicket(7, acknowledge=False, patience=True)]),
        (replace(HELD, ticket=PATIENT), says("где деньги?"), None, [JoinTicket(7, acknowledge=False), ADDED]),
        (
            replace(HELD, ticket=ANSWERED),
            says("где деньги?"),
            None,
            [JoinTicket(7, acknowledge=True, text="где деньги?")],
        ),
        # a new question is asked of the knowledge, and joins nothing
        (ANEW, says("пароль"), found(Band.NONE), [OfferPerson("пароль", "unanswered", trail=APART)]),
        (replace(ANEW, live=3), says("оператор"), None, [ENOUGH]),
        # what completes an unanswered question gets a new offer below it, and the one before is closed
        (OFFERED, says("и звук"), found(Band.SUGGEST, 0.4), [Suggest(first(1), "музыка\nи звук", TRAIL, True), CLOSED]),
        (
            OFFERED,
            says("и звук"),
            found(Band.NONE),
            [OfferPerson("музыка\nи звук", "unanswered", trail=TRAIL, extended=True), CLOSED],
        ),
        (
            OFFERED,
            says("и звук"),
            found(Band.ANSWER, 0.9),
            [GiveAnswer(ENTRIES[1], "музыка\nи звук", None, hand_off=False, trail=TRAIL), CLOSED],
        ),
        (
            OFFERED,
            says("", "photo"),
            None,
            [OfferPerson("музыка", "unanswered", trail=TRAIL, extended=True), CLOSED],
        ),
        (OFFERED, says("оператор"), None, [OpenTicket("музыка", "asked", trail=TRAIL), CLOSED]),
        # consent to an offer opens the ticket with what was asked, and thanks do not end the offer
        (OFFERED, says("да, будьте добры"), None, [OpenTicket("музыка", "asked", trail=TRAIL), CLOSED]),
        (OFFERED, says("перешлите вопрос специалисту"), None, [OpenTicket("музыка", "asked", trail=TRAIL), CLOSED]),
        (OFFERED, says("спасибо вам"), None, [OfferPerson("музыка", "unanswered", trail=TRAIL), CLOSED]),
        (replace(FREE, last_question="пароль"), says("отправьте оператору"), None, [OpenTicket("пароль", "asked")]),
        (FREE, says("передайте дальше"), None, [Expect(FOR_A_PERSON), DESCRIBE]),
        (replace(FREE, last_question="пароль"), says("увы, не помогло"), None, [OfferPerson("пароль", "asked")]),
        # consent and refusal are no description of a question
        (replace(FREE, expects=FOR_A_PERSON), says("ага, идёт"), None, [Expect(FOR_A_PERSON), DESCRIBE]),
        (
            replace(FREE, expects=FOR_A_PERSON),
            says("не надо"),
            None,
            [Say("All right. If anything comes up, just write.")],
        ),
        # an opening, or a word that answers nothing, is answered with an invitation to ask
        (FREE, says("Здравствуйте, можно вопрос?"), None, [INVITATION]),
        (FREE, says("ага"), None, [INVITATION]),
        (FREE, says("нет, не надо"), None, [Say("All right. If anything comes up, just write.")]),
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
