"""Every sentence has its translation, with the same places for values and every plural form."""

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import handoff
from bot import web
from bot.channels import reasons
from handoff.dashboard.wording import REASONS, Words
from infra.web.locale import preferred_language
from tests.office import Clock

_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
_KEYWORDS = {"t": None, "tn": (1, 2), "text": (2,), "plural": (2, 3), "mark": None}
_PLACE = re.compile(r"{(\w*)(?::[^}]*)?}")

Sentence = str | tuple[str, ...]


def _folder(package: str) -> Path:
    return Path(str(files(package)))


def sentences(folder: Path) -> set[Sentence]:
    found = extract_from_dir(folder, method_map=_METHODS, keywords=_KEYWORDS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


def catalogue(folder: Path, language: str) -> Catalog:
    return read_po(BytesIO((folder / "locale" / f"{language}.po").read_bytes()), locale=language)


def _pairs(catalog: Catalog) -> Iterator[tuple[Sentence, tuple[str, ...]]]:
    for message in catalog:
        if message.id:
            sentence = message.id if isinstance(message.id, str) else tuple(message.id)
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            yield sentence, forms


FOLDERS = [_folder(handoff.__name__), _folder(web.__name__)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", ["ru", "hu"])
def test_the_catalogue_is_whole(folder: Path, language: str) -> None:
    catalog = catalogue(folder, language)
    translated = dict(_pairs(catalog))
    assert set(translated) == sentences(folder)
    for sentence, forms in translated.items():
        ids = (sentence,) if isinstance(sentence, str) else sentence
        assert len(forms) == (1 if isinstance(sentence, str) else catalog.num_plurals)
        for form in forms:
            assert form.strip(), sentence
            assert form != ids[0], f"{sentence} is not translated"
            assert set(_PLACE.findall(form)) == set(_PLACE.findall(ids[-1])), sentence
    assert not [message.id for message in catalog if message.fuzzy and message.id]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_english_is_the_sentences_themselves(folder: Path) -> None:
    assert dict(_pairs(catalogue(folder, "en"))) == {}


def test_every_reason_of_the_channels_is_known() -> None:
    assert set(reasons.ALL) <= set(REASONS)


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert Words("ru").translate("error {5}: odd % thing") == "error {5}: odd % thing"


@pytest.mark.parametrize(
    ("seconds", "text", "tone"),
    [
        (15, "in 15 s", "soon"),
        (3599, "in 59 min", "soon"),
        (3600, "in 1 h", "fine"),
        (172_799, "in 47 h", "fine"),
        (172_800, "in 2 d", "fine"),
        (0, "0 s late", "late"),
        (-720, "12 min late", "late"),
        (-86_400 * 3, "3 d late", "late"),
    ],
)
def test_due_times(seconds: int, text: str, tone: str) -> None:
    now = Clock()()
    due = Words("en").due(now + timedelta(seconds=seconds), now)
    assert (due.text, due.tone) == (text, tone)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ru"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr;q=1, hu;q=0.5, en;q=0.4", "hu"),
        ("en;q=0.1, hu;q=0.9", "hu"),
        ("en;q=0", "ru"),
        ("en;q=x, hu;q=nan", "ru"),
        ("*", "ru"),
        ("hu" * 100_000, "ru"),
    ],
)
def test_the_browsers_language(header: str, language: str) -> None:
    assert preferred_language(header, "ru", ("ru", "en", "hu")) == language
