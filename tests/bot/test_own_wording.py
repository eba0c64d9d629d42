"""Texts of admins in place of the bot's sentences: what they must keep, and what contacts read if they do not fit."""

import ast
from itertools import chain
from pathlib import Path

import pytest

import handoff
from bot.wording import WORDS
from bot.wording.groups import GROUPS
from bot.wording.sentences import WORDBOOK
from handoff.wording.placeholders import WordingError
from handoff.wording.wordbook import LONGEST, LONGEST_LABEL, Sentence, SentenceGroup, key_of
from handoff.words import CONTACT_WORDS, TO_CONTACTS
from handoff.words import WORDS as DESK_WORDS
from knowledge.languages import LANGUAGES

HELLO = "Hello. Describe your question in your own words, and I will find the answer or ask a person."
PASSED = "Your question #{number} has been passed to a person."
AHEAD = "{count} question is ahead of it."


def find(text: str) -> Sentence:
    found = WORDBOOK.find(key_of(text))
    assert found is not None
    return found


def refusal(text: str, language: str, *forms: str) -> str:
    with pytest.raises(WordingError) as caught:
        WORDBOOK.check(find(text), language, forms)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _built_in_afterwards() -> object:
    yield
    WORDBOOK.apply({})


def test_every_sentence_that_contacts_read_is_there_once() -> None:
    texts = [sentence.text for sentence in WORDBOOK.sentences]
    assert len(texts) == len(set(texts))
    assert set(texts) == {ids[0] for ids in WORDS.sentences("en")} | set(TO_CONTACTS)
    keys = [sentence.key for sentence in WORDBOOK.sentences]
    assert len(keys) == len(set(keys))
    assert max(map(len, keys)) <= 64


def test_the_desk_s_sentences_to_contacts_are_listed() -> None:
    said = set()
    for file in Path(str(handoff.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "CONTACT_WORDS.text":
                said.add(ast.literal_eval(node.args[1]))
    assert said == set(TO_CONTACTS)


def test_the_same_sentence_reads_the_same_in_both_catalogues() -> None:
    for text in set(TO_CONTACTS) & {ids[0] for ids in WORDS.sentences("en")}:
        for language in LANGUAGES:
            assert WORDS.built_in(language, text) == CONTACT_WORDS.built_in(language, text)


def test_each_group_names_sentences_that_exist() -> None:
    assert set(GROUPS) <= {sentence.text for sentence in WORDBOOK.sentences}
    assert set(GROUPS.values()) == set(SentenceGroup)


def test_built_in_texts_pass_their_own_rules_and_can_be_shown() -> None:
    for sentence in WORDBOOK.sentences:
        for language in WORDBOOK.languages:
            forms = WORDBOOK.built_in(sentence, language)
            assert WORDBOOK.check(sentence, language, forms) == forms
            shown = WORDBOOK.fill_in(sentence, language, forms)
            assert not set("{}") & set(chain.from_iterable(shown)), sentence.text


@pytest.mark.parametrize(
    ("text", "language", "forms", "sentence"),
    [
        (PASSED, "en", ["We have it."], "Please keep {number} in the text: contacts need it."),
        (PASSED, "en", ["{number} {agent} {zz}"], "{agent}, {zz} is unknown here: this sentence can have {number}."),
        (HELLO, "en", ["Hello, {name}."], "This sentence has no placeholders: please leave out {name}."),
        (PASSED, "en", ["No. {number"], "“{number” is no placeholder"),
        (PASSED, "en", ["No. number}"], "“}” is no placeholder"),
        (PASSED, "en", ["No. {{number}}"], "“{{number}}” is no placeholder"),
        (PASSED, "en", ["{number} {}"], "“{}” is no placeholder"),
        (PASSED, "en", ["{number} {number.real}"], "“{number.real}” is no placeholder"),
        (PASSED, "en", ["{number} {number[0]}"], "“{number[0]}” is no placeholder"),
        (PASSED, "en", ["{number!r}"], "“{number!r}” is no placeholder"),
        (PASSED, "en", ["{number:az}"], "“{number:az}” is no placeholder"),
        (PASSED, "hu", ["{number:>999999999}"], "“{number:>999999999}” is no placeholder"),
        (PASSED, "en", [" \n\u200b\u00ad"], "Write a text, or go back to the built-in one."),
        (PASSED, "en", ["{number} " + "x" * LONGEST], f"The text is too long: {LONGEST} characters at most."),
        (AHEAD, "ru", ["{count} вопрос", "{count} вопроса"], "Give 3 texts, one for each form."),
        (AHEAD, "en", ["{count} question", "many"], "Please keep {count} in the text: contacts need it."),
        ("Ask a person", "en", ["x" * (LONGEST_LABEL + 1)], "Write one line of at most 40 characters"),
        ("Ask a person", "en", ["Ask\nus"], "Write one line of at most 40 characters"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_by_name(text: str, language: str, forms: list[str], sentence: str) -> None:
    assert sentence in refusal(text, language, *forms)


def test_the_faulty_form_is_named() -> None:
    with pytest.raises(WordingError) as caught:
        WORDBOOK.check(find(AHEAD), "ru", ["{count} вопрос", "без числа", "{count}"])
    assert caught.value.form == 1


def test_numbers_may_take_any_article_that_the_language_has() -> None:
    (text,) = WORDBOOK.check(find(PASSED), "hu", ["Megkaptuk {number:az}. számú kérdését.\r\nKöszönjük.\x00 "])
    assert text == "Megkaptuk {number:az}. számú kérdését.\nKöszönjük."
    assert WORDBOOK.fill_in(find(PASSED), "hu", [text]) == ("Megkaptuk a 482. számú kérdését.\nKöszönjük.",)


def test_contacts_read_the_texts_that_are_applied_and_the_desk_keeps_its_own() -> None:
    WORDBOOK.apply(
        {
            ("ru", HELLO): ("Привет!",),
            ("en", HELLO): ("Hi!",),
            ("ru", AHEAD): ("{count} впереди", "{count} — впереди", "впереди: {count}"),
            ("en", "Cancel"): ("Stop it",),
        }
    )
    assert (WORDS.text("ru", HELLO), WORDS.text("hu", HELLO)[:3]) == ("Привет!", "Üdv")
    assert WORDS.text("xx", HELLO) == "Hi!"
    plural = (AHEAD, "{count} questions are ahead of it.")
    assert [WORDS.plural("ru", *plural, n) for n in (21, 2, 5)] == ["21 впереди", "2 — впереди", "впереди: 5"]
    assert (WORDS.text("en", "Cancel"), CONTACT_WORDS.text("en", "Cancel")) == ("Stop it", "Stop it")
    assert DESK_WORDS.text("en", "Cancel") == "Cancel"
    WORDBOOK.apply({})
    assert WORDS.text("en", HELLO) == HELLO


@pytest.mark.parametrize("text", ["{agent} has it", "{number.x.y}", "{", "{number:zz}", "{0}", "{number[q]}"])
def test_a_text_that_cannot_be_filled_in_is_never_heard(text: str) -> None:
    assert not WORDBOOK.fits(find(PASSED), "en", [text])
    WORDBOOK.apply({("en", PASSED): (text,)})
    assert WORDS.text("en", PASSED, number=7) == "Your question #7 has been passed to a person."


def test_too_few_plural_forms_do_not_fit() -> None:
    assert not WORDBOOK.fits(find(AHEAD), "ru", ["{count} a", "{count} b"])
    WORDBOOK.apply({("ru", AHEAD): ("{count} a",)})
    assert WORDS.plural("ru", AHEAD, "{count} questions are ahead of it.", 5) == "Впереди в очереди 5 вопросов."
