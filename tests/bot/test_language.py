"""Detection of a message's language, and of messages that are no questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import read_utterance
from knowledge.languages import LANGUAGES
from knowledge.languages.detection import language_of

WISHES = [
    "оператор",
    "Оператор!",
    "агент",
    "человека пожалуйста",
    "напишите нам",
    "позовите оператора",
    "позови человека",
    "человека позовите",
    "соедините меня с оператором",
    "соедините меня, пожалуйста, с живым человеком",
    "переключите на специалиста",
    "свяжите с поддержкой",
    "хочу поговорить с человеком",
    "можно поговорить с живым человеком?",
    "можно оператора?",
    "мне нужен человек",
    "нужен живой оператор",
    "нужна помощь специалиста",
    "хочу связаться с поддержкой",
    "как связаться с оператором",
    "есть тут живой человек?",
    "хочу написать в поддержку",
    "агент поддержки",
    "у меня не играет музыка, позовите оператора",
    "human",
    "human agent",
    "Operator please",
    "I need a human",
    "I want a real person",
    "can I talk to a person",
    "I want to speak to an agent",
    "talk to someone",
    "connect me to a live agent",
    "get me a human",
    "I would like to speak with a human operator please",
    "write to us",
    "ügyintéző",
    "ügyintézőt kérek",
    "élő embert kérek",
    "emberrel szeretnék beszélni",
    "operátort kérek",
    "írjon nekünk",
]
NO_WISHES = [
    "человек прислал мне вирус",
    "как заблокировать человека",
    "можно ли заблокировать человека",
    "хочу заблокировать человека",
    "хочу пожаловаться на человека",
    "хочу найти человека по фото",
    "можно узнать, какой человек заходил на страницу",
    "нужно удалить человека из друзей",
    "человека нет в списке друзей",
    "оператор связи не присылает код",
    "мой мобильный оператор списал деньги",
    "код не приходит, сменил оператора",
    "как удалить Mail.ru Агент",
    "агентство недвижимости украло мою страницу",
    "сотрудник вуза просит мой пароль",
    "человек представился сотрудником поддержки, это мошенник?",
    "поддержка донатов не работает",
    "специалист по рекламе просит доступ",
    "не помню пароль",
    "a person sent me a virus",
    "how do I block a person",
    "my mobile operator does not send me the code",
    "human rights group was blocked",
    "prove that I am human does not load",
    "someone hacked my account",
    "how do I verify that I am a real person",
    "the agent of my bank asks for my password",
    "I cannot talk to someone I blocked",
    "valaki feltörte az oldalamat",
    "egy ember vírust küldött nekem",
    "a mobilszolgáltatóm nem küld kódot",
    "",
    "???",
]


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_for_a_person(text: str) -> None:
    assert read_utterance(text).wants_person


@pytest.mark.parametrize("text", NO_WISHES)
def test_people_are_spoken_of_without_being_wished_for(text: str) -> None:
    assert not read_utterance(text).wants_person


def test_a_long_wish_tells_its_own_question() -> None:
    assert read_utterance("позовите, пожалуйста, оператора").wants_only_person
    assert not read_utterance(
        "у меня второй день не открывается страница с музыкой, позовите оператора"
    ).wants_only_person
    assert not read_utterance("не помню пароль").wants_only_person


@pytest.mark.parametrize(
    "text",
    ["Привет!", "добрый день", "Здравствуйте", "доброго времени суток", "всем привет", "Hello", "hi there",
     "good morning", "Good day everyone, hello", "Szia!", "jó napot kívánok", "👋 привет", "👋"],
)  # fmt: skip
def test_a_greeting(text: str) -> None:
    assert read_utterance(text).greets


@pytest.mark.parametrize(
    "text",
    [
        "день",
        "всем",
        "привет, не помню пароль",
        "good",
        "day",
        "there",
        "szép",
        "",
        "добрый день как дела у вас там",
    ],
)
def test_no_greeting(text: str) -> None:
    assert not read_utterance(text).greets


@pytest.mark.parametrize(
    "text",
    ["спасибо", "Спасибо вам огромное за помощь!", "ок", "понял, спасибо", "Thanks a lot", "thank you so much",
     "ok got it", "köszönöm szépen", "köszi a segítséget", "это помогло", "всё заработало, спасибо!", "this helped",
     "ez segített", "🙏"],
)  # fmt: skip
def test_thanks(text: str) -> None:
    assert read_utterance(text).gives_thanks


@pytest.mark.parametrize(
    "text",
    ["помощь", "за помощь", "вам", "help", "help for you", "a lot", "segítséget", "спасибо, а как сменить пароль?",
     "you", "", "не помогло", "помогло?", "всё", "it", "this did not help", "nem segített"],
)  # fmt: skip
def test_no_thanks(text: str) -> None:
    assert not read_utterance(text).gives_thanks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("не помню пароль", "ru"),
        ("забыл password от ВК", "ru"),
        ("how do I reset my password", "en"),
        ("I forgot my VK пароль", "en"),
        ("elfelejtettem a jelszavamat", "hu"),
        ("nem tudok belepni", "hu"),
        ("12345", "?"),
        ("🙂", "?"),
        ("", "?"),
        ("ghbdtn", "?"),
        ("+7 900 123-45-67", "?"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    assert language_of(text, "?") == language


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert language_of(text, "ru") in LANGUAGES
    said = read_utterance(text)
    assert said.wants_person or not said.wants_only_person
    assert said.language in {"", *LANGUAGES}


def test_a_long_text_does_not_take_long_to_read() -> None:
    """Each pattern gives up early: what a million steps would take does not end within the test's time."""
    for text in ("можно " * 12_000, "мне " * 20_000, "a the " * 12_000, "соедини " * 9_000, "talk to " * 9_000):
        assert not read_utterance(text + "?").wants_person
