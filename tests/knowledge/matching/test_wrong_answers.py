"""Kinds of questions that must not get the answer that they resemble."""

import pytest

from knowledge.matching import Band, Match, Matcher, Phrasing

SHOP = {
    "cancel": [("ru", "Как отменить заказ?"), ("ru", "хочу отменить заказ"), ("en", "How do I cancel my order?")],
    "pay": [("ru", "Как оплатить картой?"), ("ru", "можно ли оплатить банковской картой")],
    "pay-en": [("en", "How do I pay by card?"), ("en", "card payment")],
    "pay-hu": [("hu", "Hogyan fizethetek bankkártyával?"), ("hu", "kártyás fizetés")],
    "refund": [("ru", "Как вернуть деньги за заказ?"), ("ru", "возврат денег"), ("en", "How do I get a refund?")],
    "refund-hu": [("hu", "Hogyan kapom vissza a pénzemet?")],
    "cancel-hu": [("hu", "Hogyan mondhatom le a rendelésemet?"), ("hu", "rendelés lemondása")],
    "parcel": [("ru", "Сколько идёт посылка?"), ("ru", "когда придёт мой заказ")],
    "parcel-en": [("en", "When will my parcel arrive?")],
    "parcel-hu": [("hu", "Mikor érkezik meg a csomagom?")],
    "greeting": [("ru", "Добрый день"), ("ru", "Привет"), ("en", "Good morning"), ("hu", "Jó napot")],
    "password": [("ru", "Забыл пароль"), ("ru", "как восстановить пароль"), ("en", "I forgot my password")],
    "password-hu": [("hu", "Elfelejtettem a jelszavamat")],
    "blind": [("ru", "закрой правую штору")],
    "gate": [("en", "close the garage door"), ("hu", "csukd be a garázsajtót")],
    "water": [("hu", "kapcsold be a meleg vizet"), ("ru", "включи горячую воду")],
    "4k": [("ru", "Есть ли у вас 4К?")],
    "fps": [("ru", "Стрим в 60 fps")],
}
TROUBLE = {
    "cancelled": [("ru", "Почему мой заказ отменён?"), ("en", "Why was my order cancelled?")],
    "card refused": [("ru", "Не проходит оплата картой"), ("en", "I cannot pay by card")],
    "card refused-hu": [("hu", "Nem működik a kártyás fizetés")],
}


def matcher_of(entries: dict[str, list[tuple[str, str]]]) -> Matcher:
    names = list(entries)
    return Matcher.build(
        [Phrasing(names.index(name), text, lang) for name, own in entries.items() for lang, text in own]
    )


SHOP_ALONE = matcher_of(SHOP)
WITH_TROUBLE = matcher_of(SHOP | TROUBLE)
LIKELY = 0.65


def first(match: Match) -> str | None:
    return [*SHOP, *TROUBLE][match.candidates[0].entry_id] if match.candidates else None


def answered(match: Match) -> bool:
    """Whether the first entry would be answered at once, even as a guess."""
    return match.band is Band.ANSWER or any(candidate.confidence >= LIKELY for candidate in match.candidates)


@pytest.mark.parametrize(
    ("lang", "message", "entry"),
    [
        (
            "ru",
            "Добрый день! Я уже второй день жду и очень переживаю за подарок. Сколько идёт посылка до Омска?",
            "parcel",
        ),
        ("ru", "Здравствуйте! Надеюсь на вашу помощь. Как отменить заказ? Заранее спасибо!", "cancel"),
        (
            "en",
            "Good morning! I hope you are well. My nephew has his birthday on Friday. When will my parcel arrive?",
            "parcel-en",
        ),
        (
            "hu",
            "Jó napot kívánok! Remélem jól vannak. A múlt héten rendeltem egy széket. Mikor érkezik meg a csomagom?",
            "parcel-hu",
        ),
    ],
)
def test_a_sentence_of_courtesy_does_not_compete(lang: str, message: str, entry: str) -> None:
    assert first(SHOP_ALONE.match(message, languages=(lang,))) == entry


@pytest.mark.parametrize("message", ["Привет!", "Добрый день", "good morning!", "Jó napot"])
def test_a_message_of_courtesy_alone_is_a_greeting(message: str) -> None:
    assert first(SHOP_ALONE.match(message)) == "greeting"


COMPLAINTS = [
    ("ru", "я не отменял свой заказ", "cancelled"),
    ("ru", "почему вы отменили мой заказ", "cancelled"),
    ("ru", "заказ отменился сам", None),
    ("ru", "никак не получается оплатить картой", "card refused"),
    ("ru", "вернули не все деньги за заказ", None),
    ("ru", "деньги до сих пор не вернули", None),
    ("en", "i never cancelled my order", "cancelled"),
    ("en", "why did you cancel my order", "cancelled"),
    ("en", "i am not able to pay by card", "card refused"),
    ("en", "card payment doesn't work", None),
    ("hu", "nem mondtam le a rendelésemet", None),
    ("hu", "nem sikerül a kártyás fizetés", "card refused-hu"),
    ("hu", "nem kaptam vissza a pénzemet", None),
]


@pytest.mark.parametrize(("lang", "question", "trouble"), COMPLAINTS)
def test_a_complaint_is_not_answered_with_instructions(lang: str, question: str, trouble: str | None) -> None:
    assert not answered(SHOP_ALONE.match(question, languages=(lang,)))
    match = WITH_TROUBLE.match(question, languages=(lang,))
    assert not answered(match) or first(match) in TROUBLE
    if trouble is not None:
        assert first(match) == trouble


@pytest.mark.parametrize(
    ("lang", "question", "entry"),
    [
        ("ru", "не знаю как отменить заказ", "cancel"),
        ("ru", "не подскажете, можно ли оплатить картой", "pay"),
        ("en", "I don't know how to cancel my order", "cancel"),
        ("hu", "nem tudom, hogyan fizethetek bankkártyával", "pay-hu"),
    ],
)
def test_not_knowing_how_is_no_complaint(lang: str, question: str, entry: str) -> None:
    match = SHOP_ALONE.match(question, languages=(lang,))
    assert first(match) == entry
    assert answered(match)


@pytest.mark.parametrize(
    ("lang", "question", "entry"),
    [
        ("ru", "Бьюсь третий вечер, как отменить заказ?", "cancel"),
        ("ru", "не могу разобраться, как вернуть деньги за заказ", "refund"),
        ("ru", "никак не соображу как оплатить картой", "pay"),
        ("en", "I've been struggling for days, how do I cancel my order?", "cancel"),
        ("en", "can't figure out how to pay by card", "pay-en"),
        ("hu", "Napok óta kínlódom, hogyan mondhatom le a rendelésemet?", "cancel-hu"),
        ("hu", "nem jövök rá, hogyan fizethetek bankkártyával", "pay-hu"),
    ],
)
def test_the_effort_of_looking_for_the_way_is_no_complaint(lang: str, question: str, entry: str) -> None:
    match = SHOP_ALONE.match(question, languages=(lang,))
    assert first(match) == entry
    assert answered(match)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ru", "хочу отменить отмену заказа"),
        ("ru", "отзовите отмену моего заказа"),
        ("ru", "верните отменённый заказ"),
        ("en", "please cancel the cancellation of my order"),
        ("en", "undo the cancellation of my order"),
        ("hu", "mondja le a rendelés lemondását"),
        ("hu", "vonja vissza a rendelésem lemondását"),
    ],
)
def test_what_takes_an_action_back_is_not_answered_with_the_action(lang: str, question: str) -> None:
    assert not answered(SHOP_ALONE.match(question, languages=(lang,)))


@pytest.mark.parametrize(
    ("lang", "phrasings", "denied"),
    [
        ("ru", ["Как удалить аккаунт?", "аккаунт мне больше не нужен, куда нажать"], "я не удаляла аккаунт"),
        ("en", ["How do I close my page?", "I do not use the page any more"], "I did not close my page"),
        ("hu", ["Hogyan törlöm a profilomat?", "nem használom többé az oldalt"], "nem töröltem a profilomat"),
    ],
)
def test_the_phrasing_that_is_nearest_decides_whether_an_entry_is_about_trouble(
    lang: str, phrasings: list[str], denied: str
) -> None:
    entries = [Phrasing(1, text, lang) for text in phrasings]
    match = Matcher.build([*entries, Phrasing(2, "Где найти музыку?", "ru")]).match(denied)
    assert match.candidates[0].entry_id == 1
    assert not answered(match)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ru", "открой правую штору"),
        ("ru", "закрой левую штору"),
        ("ru", "включи холодную воду"),
        ("en", "open the garage door"),
        ("en", "is the garage door closed?"),
        ("hu", "kapcsold be a hideg vizet"),
        ("hu", "kapcsold ki a meleg vizet"),
        ("hu", "csukva van a garázsajtó?"),
    ],
)
def test_the_opposite_and_a_question_for_the_state_are_not_answered_with_a_command(lang: str, question: str) -> None:
    assert not answered(SHOP_ALONE.match(question, languages=(lang,)))


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ru", "забыл пароль от вайфая"),
        ("ru", "как отменить подписку"),
        ("ru", "сколько идёт сериал"),
        ("en", "I forgot my locker password"),
        ("en", "how do I cancel my gym membership"),
        ("en", "when will my bus arrive"),
        ("hu", "elfelejtettem a router jelszavát"),
        ("hu", "mikor érkezik meg a vonatom"),
    ],
)
def test_a_question_about_something_else_in_the_same_words_is_not_answered(lang: str, question: str) -> None:
    assert not answered(SHOP_ALONE.match(question, languages=(lang,)))


def test_entries_whose_phrasings_differ_in_such_words_are_answered() -> None:
    cities = ["Париже", "Лондоне", "Праге", "Вене"]
    phrasings = [Phrasing(1, f"какая погода ожидается в {city}", "ru") for city in cities]
    matcher = Matcher.build([*phrasings, Phrasing(2, "какой курс валют ожидается", "ru")])
    match = matcher.match("какая погода ожидается в Мадриде")
    assert match.candidates[0].entry_id == 1
    assert match.candidates[0].confidence > LIKELY


@pytest.mark.parametrize(
    ("question", "entry"),
    [("где 4К у вас?", "4k"), ("где 4k у вас", "4k"), ("60fps", "fps"), ("стрим в 60fps", "fps")],
)
def test_a_rare_word_that_is_found_counts(question: str, entry: str) -> None:
    assert first(SHOP_ALONE.match(question, languages=("ru",))) == entry


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202a", "\ufe0f"])
def test_invisible_characters_do_not_split_words(hidden: str) -> None:
    question = f"как отме{hidden}нить за{hidden}каз"
    assert SHOP_ALONE.match(question, languages=("ru",)).candidates == SHOP_ALONE.match("как отменить заказ").candidates


PRICES = {
    "single": [("en", "Price of a single room"), ("ru", "Сколько стоит одноместный номер?")],
    "single-hu": [("hu", "Mennyibe kerül egy egyágyas szoba?")],
    "monthly": [("en", "What does the monthly pass cost?"), ("ru", "Цена месячного абонемента")],
    "monthly-hu": [("hu", "Mennyibe kerül a havi bérlet?")],
    "gas": [("en", "Is nitrogen monoxide toxic?"), ("ru", "Опасен ли монооксид азота?")],
    "gas-hu": [("hu", "Mérgező a nitrogén-monoxid?")],
}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("Price of a double room", "price of the single rooms"),
        ("Сколько стоит двухместный номер?", "сколько стоит номер одноместный"),
        ("Mennyibe kerül egy kétágyas szoba?", "mennyibe kerül az egyágyas szoba"),
        ("What does the yearly pass cost?", "what does a monthly pass cost"),
        ("Цена годового абонемента", "цена абонемента месячного"),
        ("Mennyibe kerül az éves bérlet?", "mennyibe kerül a havi bérlet"),
        ("Is nitrogen dioxide toxic?", "is nitrogen monoxide toxic"),
        ("Опасен ли диоксид азота?", "опасен ли азота монооксид"),
        ("Mérgező a nitrogén-dioxid?", "mérgező-e a nitrogén-monoxid"),
    ],
)
def test_another_number_of_the_same_is_not_the_same(other: str, same: str) -> None:
    matcher = matcher_of(PRICES)
    assert not answered(matcher.match(other)), other
    assert answered(matcher.match(same)), same
