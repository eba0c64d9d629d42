"""The bot's sentences are complete in all three catalogues, which contain no unused sentence."""

import ast
import re
from io import BytesIO
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import bot
from bot.wording import WORDS
from knowledge.languages import LANGUAGES

BOT = Path(str(bot.__file__)).parent
CATALOGUES = BOT / "wording"
SPEAKERS = ("dialogue/*.py", "conversation/**/*.py", "views/*.py", "inbox/attachments.py", "channels/web/*.py")
_PLACE = re.compile(r"{(\w*)(?::[^}]*)?}")
# Who says words: the name of what is called, and which of its arguments are sentences.
_SAYING = {
    "Say": slice(0, 1),
    "AskAbout": slice(0, 1),
    "_text": slice(0, 1),
    "text": slice(1, 2),
    "plural": slice(1, 3),
    "mark": slice(0, 1),
}

Sentence = str | tuple[str, ...]


def said() -> set[Sentence]:
    """The literal sentences of the bot's code, found where they are said."""
    found: set[Sentence] = {language.remark for language in LANGUAGES.values()}
    for file in chain.from_iterable(map(BOT.glob, SPEAKERS)):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            found |= _sentences(node)
    return found


def _sentences(node: ast.AST) -> set[Sentence]:
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = [word for argument in node.args[_SAYING.get(called, slice(0))] if (word := _literal(argument))]
        return {tuple(words)} if called == "plural" else set(words)
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        # A button: its label and its payload.
        label, payload = _literal(node.elts[0]), node.elts[1]
        return {label} if label and ast.unparse(payload).startswith("buttons.") else set()
    return set()


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def catalogue(language: str) -> Catalog:
    return read_po(BytesIO((CATALOGUES / f"{language}.po").read_bytes()), locale=language)


def test_the_search_finds_each_way_of_saying() -> None:
    sentences = said()
    assert {"Ask a person", "This helped", "Maybe you mean one of these:"} <= sentences
    assert ("{count} question is ahead of it.", "{count} questions are ahead of it.") in sentences


@pytest.mark.parametrize("language", ["ru", "en", "hu"])
def test_the_catalogue_is_whole(language: str) -> None:
    catalog = catalogue(language)
    translated = {
        (message.id if isinstance(message.id, str) else tuple(message.id)): message for message in catalog if message.id
    }
    assert set(translated) == said()
    for sentence, message in translated.items():
        ids = (sentence,) if isinstance(sentence, str) else sentence
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        assert len(forms) == (1 if isinstance(sentence, str) else catalog.num_plurals), sentence
        for place, form in enumerate(forms):
            assert form.strip(), sentence
            assert set(_PLACE.findall(form)) == set(_PLACE.findall(ids[-1])), sentence
            assert (form == ids[min(place, len(ids) - 1)]) == (language == "en"), sentence
        assert not message.fuzzy, sentence


AGREED = [
    ("This helped", "Это помогло"),
    ("This doesn't solve my problem", "Это не решает мою проблему"),
    ("The answer is unclear", "Ответ неясный"),
    ("I don't like how it works", "Мне не нравится, как всё устроено"),
    ("I still have questions", "У меня остались вопросы"),
    ("None of these", "Ни один вариант не подходит"),
    ("Ask a person", "Задать вопрос"),
    ("Topics", "Темы"),
    ("My questions", "Мои вопросы"),
]


@pytest.mark.parametrize(("english", "russian"), AGREED)
def test_the_labels_that_are_agreed_on(english: str, russian: str) -> None:
    assert WORDS.text("en", english) == english
    assert WORDS.text("ru", english) == russian


def test_no_label_is_longer_than_a_button() -> None:
    for language in ("ru", "en", "hu"):
        for label in (*(label for label, _ in AGREED), "Withdraw the question", "Open it again", "Back", "More"):
            assert len(WORDS.text(language, label)) <= 40
