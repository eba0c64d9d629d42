"""Forms of categories: read from files, validated, merged over languages, written back unchanged."""

import pytest

from knowledge.entries.forms import FormField, dump_form, load_form, merge_forms, parse_form
from knowledge.entries.problems import KnowledgeError
from knowledge.files.formats import FORMATS
from knowledge.files.loading import SourceFile, read_files

RU = b"""
categories:
  - key: access
    title: {ru: Access}
    form:
      - {name: page, label: {ru: Ssylka?}, type: link}
      - {name: what, label: {ru: Chto?}, type: choice, required: false, choices: {ru: [a, b]}}
entries: [{id: e, lang: ru, category: access, question: q, answer: a}]
"""
EN = (
    RU.replace(b"Ssylka?", b"Link?")
    .replace(b"Chto?", b"What?")
    .replace(b"ru:", b"en:")
    .replace(b"lang: ru", b"lang: en")
)


def test_a_form_is_one_over_the_languages() -> None:
    draft = read_files([SourceFile("ru.yaml", RU), SourceFile("en.yaml", EN)])
    (category,) = draft.categories
    page, what = category.form
    assert (page.name, page.type, page.required, page.labels) == (
        "page",
        "link",
        True,
        {"ru": "Ssylka?", "en": "Link?"},
    )
    assert (what.required, what.choices) == (False, {"ru": ("a", "b"), "en": ("a", "b")})
    assert [what.label("en"), what.label("hu"), what.options("hu")] == ["What?", "Chto?", ("a", "b")]
    assert load_form(dump_form(category.form)) == category.form


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_a_form_comes_back_from_a_file_as_it_was(ending: str) -> None:
    draft = read_files([SourceFile("ru.yaml", RU), SourceFile("en.yaml", EN)])
    again = read_files([SourceFile(f"k.{ending}", FORMATS[f".{ending}"].write(draft))])
    assert [category.form for category in again.categories] == [category.form for category in draft.categories]


def test_files_that_ask_for_different_things_are_refused() -> None:
    with pytest.raises(KnowledgeError, match="asks for other fields than in another file"):
        read_files([SourceFile("ru.yaml", RU), SourceFile("en.yaml", EN.replace(b"name: page", b"name: site"))])
    one = (FormField("a"),)
    assert merge_forms((), one) == merge_forms(one, ()) == one


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("text", "must be a list of fields"),
        ([{"name": "a", "label": "A"}] * 13, "has more than 12 fields"),
        (["a"], "field 1 is not an object with name, label and type"),
        (
            [{"name": "A b", "label": "A"}],
            "field 1: name must be a word of small Latin letters, digits and underscores",
        ),
        (
            [{"name": "a"}],
            "field 1: label must be a text of at most 200 plain characters, or one for each language",
        ),
        ([{"name": "a", "label": "A", "type": "colour"}], "field 1: type must be one of text, number, date, phone"),
        ([{"name": "a", "label": "A", "required": "maybe"}], "field 1: required must be true or false"),
        ([{"name": "a", "label": "A", "type": "choice"}], "field 1: choices must be 2 to 8 texts"),
        ([{"name": "a", "label": "A", "choices": ["x", "y"]}], "field 1: choices belong to fields of type choice"),
        ([{"name": "a", "label": "A", "colour": 1}], 'field 1: unknown field "colour"'),
        ([{"name": "a", "label": "A"}] * 2, '"a" is the name of two fields'),
    ],
)
def test_a_mistake_is_named(form: object, fault: str) -> None:
    _, faults = parse_form(form, "en")
    assert [one for one in faults if str(one).startswith(fault)]
