"""The syntax that the formats accept, and their errors."""

import json

import pytest

from knowledge.entries.drafts import CategoryDraft, Draft, EntryDraft
from knowledge.entries.targets import Targets
from knowledge.files.loading import KnowledgeError, SourceFile, read_files

HELP = """\
categories:
  - key: access
    title: Вход и пароль
    handoff: always
entries:
  - id: forgot-password
    category: access
    question: "  Забыли   пароль? "
    alternatives: [не помню пароль, "Не  помню ПАРОЛЬ", забыли пароль?, как войти]
    answer: |
      Нажмите **«Забыли?»**.

      1. Введите почту.
    handoff: never
  - id: 007
    lang: en
    category: Вход и пароль
    question: No
    answer: yes
    status: draft
"""

REMEDY = "save it as UTF-8, or name its encoding, for example --encoding windows-1250"


def read(*files: tuple[str, str | bytes], language: str = "ru") -> Draft:
    sources = [SourceFile(name, data if isinstance(data, bytes) else data.encode()) for name, data in files]
    return read_files(sources, default_language=language)


def problems(*files: tuple[str, str | bytes]) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        read(*files)
    return [str(problem) for problem in caught.value.problems]


def test_yaml_is_read_as_text_and_tidied() -> None:
    assert read(("help.yaml", HELP)) == Draft(
        entries=(
            EntryDraft(
                key="forgot-password",
                lang="ru",
                category="access",
                question="Забыли пароль?",
                alternatives=("не помню пароль", "как войти"),
                answer="Нажмите **«Забыли?»**.\n\n1. Введите почту.",
                handoff="never",
            ),
            EntryDraft(key="007", lang="en", category="Вход и пароль", question="No", answer="yes", status="draft"),
        ),
        categories=(CategoryDraft("access", {"ru": "Вход и пароль"}, "always"),),
    )


def test_files_are_merged_and_a_plain_title_is_in_the_language_of_its_file() -> None:
    ru = (
        "categories: [{key: pay, title: Оплата}]\n"
        "entries: [{id: a, lang: ru, category: pay, question: Цена, answer: 1}]"
    )
    en = (
        "categories: [{key: pay, title: Paying, handoff: never}, {key: art, title: {en: Art, hu: Képek}}]\n"
        "entries: [{id: a, lang: en, category: pay, question: Price, answer: 1}]"
    )
    draft = read(("ru.yaml", ru), ("en.yml", en))
    assert [(entry.key, entry.lang) for entry in draft.entries] == [("a", "ru"), ("a", "en")]
    assert draft.categories == (
        CategoryDraft("pay", {"ru": "Оплата", "en": "Paying"}, "never"),
        CategoryDraft("art", {"en": "Art", "hu": "Képek"}),
    )


def test_targets_of_a_category_are_lengths_of_time() -> None:
    draft = read(
        ("a.yaml", "categories: [{key: pay, title: Pay, first_answer: 90 min, next_answer: 2 d}]\n"
         "entries: [{lang: en, question: Price, answer: 1}]")
    )  # fmt: skip
    assert draft.categories == (CategoryDraft("pay", {"en": "Pay"}, targets=Targets(90, 2880)),)
    wrong = "categories: [{key: pay, first_answer: soon, next_answer: 31 d}]\nentries: [{question: Q, answer: A}]"
    reason = "must be a time of at most 30 days, such as 45 min, 3 h or 2 d"
    assert problems(("a.yaml", wrong)) == [f"a.yaml:1: first_answer: {reason}", f"a.yaml:1: next_answer: {reason}"]


def test_json_is_an_object_or_a_list() -> None:
    entry = {"question": "Цена?", "answer": "100", "alternatives": None}
    expected = (EntryDraft(key="tsena", lang="ru", question="Цена?", answer="100"),)
    assert read(("a.json", json.dumps({"entries": [entry]}))).entries == expected
    assert read(("a.JSON", b"\xef\xbb\xbf" + json.dumps([entry]).encode())).entries == expected


def test_the_form_of_evaluation_sets_loads_as_it_is() -> None:
    lines = [
        {
            "id": 12,
            "question": "Is it open?",
            "alternatives": ["hours"],
            "answer": "Yes",
            "category": "CALL",
            "lang": "en",
        },
        {"id": "B_2", "question": "Где?", "alternatives": [], "answer": "Тут", "category": "МЕСТО", "lang": "ru"},
    ]
    draft = read(("knowledge.jsonl", "\n\n".join(map(json.dumps, lines))))
    assert draft.entries == (
        EntryDraft("12", "en", "Is it open?", "Yes", "CALL", ("hours",)),
        EntryDraft("B_2", "ru", "Где?", "Тут", "МЕСТО"),
    )
    assert draft.categories == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_csv_in_the_forms_that_spreadsheets_save(delimiter: str, encoding: str) -> None:
    rows = [
        ["Question", "alternatives", "answer", "category"],
        ["Как оплатить?", "чем платить|оплата", '"Картой; или, так"', "Оплата"],
        [],
        ["Где чек?", '"нет чека\r\nчек|квитанция"', "'=1+1", ""],
        ["Минус", "", "'-5", ""],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert read(("table.csv", text.encode(encoding))).entries == (
        EntryDraft("kak-oplatit", "ru", "Как оплатить?", "Картой; или, так", "Оплата", ("чем платить", "оплата")),
        EntryDraft("gde-chek", "ru", "Где чек?", "=1+1", None, ("нет чека", "чек|квитанция")),
        EntryDraft("minus", "ru", "Минус", "-5"),
    )


def test_keys_made_from_questions_never_meet() -> None:
    text = (
        "[{question: Как? , answer: 1}, {question: Как!, answer: 2}, {id: kak-2, question: x, answer: 3},"
        " {question: '???', answer: 4}]"
    )
    keys = [entry.key for entry in read(("a.yaml", text)).entries]
    assert keys[:3] == ["kak", "kak-3", "kak-2"]
    assert keys[3].startswith("entry-")
    assert keys == [entry.key for entry in read(("a.yaml", text)).entries]


def test_every_problem_is_told_with_file_row_field_and_reason() -> None:
    text = """\
categories:
  - {key: access, title: {Russian: Вход}}
entries:
  - id: a
    question: ""
    answer: text
  - id: b
    qestion: Где?
    category: acces
    lang: russian
    handoff: alwys
    status: 1
    alternatives: nothing
  - just text
  - {id: c, question: Где?, answer: [1], alternatives: [{a: b}], id: d}
wrong: 1
"""
    assert problems(("help.yaml", text)) == [
        "help.yaml: entries: item 3 is not an object with fields",
        'help.yaml:1: unknown field "wrong"',
        'help.yaml:2: title: "Russian" is not a language code such as ru, en or hu',
        "help.yaml:4: question: is empty",
        'help.yaml:7: unknown field "qestion"; did you mean "question"?',
        "help.yaml:7: alternatives: must be a list of texts",
        'help.yaml:7: handoff: "alwys" is none of allowed, always, never; did you mean "always"?',
        'help.yaml:7: status: "1" is none of published, draft, archived, proposed',
        'help.yaml:7: lang: "russian" is not a language code such as ru, en or hu',
        "help.yaml:7: question: is empty",
        "help.yaml:7: answer: is empty: write one, or set status to draft",
        'help.yaml:7: category: unknown category "acces"; did you mean "access"?',
        "help.yaml:15: id: is given twice",
        "help.yaml:15: answer: must be text",
        "help.yaml:15: alternatives: item 1 must be text",
    ]


def test_what_two_entries_share_is_told_with_both_places() -> None:
    one = '[{"id": "a", "question": "Как войти?", "answer": "1"}, {"id": "b", "question": "Пароль", "answer": "2"}]'
    two = (
        "entries:\n"
        "  - {id: b, question: Другое, answer: 1}\n"
        "  - {id: c, question: Третье, answer: 1, alternatives: [вход, ' КАК  войти? ']}\n"
        "  - {id: d, lang: en, question: Как войти?, answer: another language}\n"
        "  - {id: e, status: archived, question: пароль, answer: out of use}\n"
    )
    assert problems(("one.json", one), ("two.yaml", two)) == [
        'two.yaml:2: id: "b" (ru) is already in one.json:2',
        'two.yaml:3: alternatives: "КАК войти?" is also a phrasing of "a" in one.json:1',
    ]


def test_categories_that_disagree_are_told() -> None:
    one = "categories: [{key: a, title: {ru: Один}, handoff: never}, {title: Без ключа}]"
    two = "categories: [{key: a, title: {ru: Два}, handoff: always}]"
    assert problems(("1.yaml", one), ("2.yaml", two)) == [
        "1.yaml:1: key: is empty",
        '2.yaml:1: title: category "a" already has another title in ru: "Один"',
        '2.yaml:1: handoff: category "a" already says never',
    ]


def test_csv_problems_name_the_row_of_the_spreadsheet() -> None:
    text = 'question;answer;Ansver;answer\nКак?;"две\nстроки"\n\n;нет вопроса\nЧто?;да;;;лишнее\n'
    assert problems(("t.csv", text)) == [
        't.csv:1: unknown field "ansver"; did you mean "answer"?',
        "t.csv:1: answer: is given twice",
        "t.csv:4: question: is empty",
        "t.csv:5: has more cells than the header: quote a cell with separators",
    ]


def test_every_broken_row_of_a_csv_file_is_told_in_one_run() -> None:
    text = 'question,answer\na,"b"x\nc,d\n,e\nf,"g" h\ni,"j\nk,\nl,m\nn,"o\n'
    after_quote = """a quoted cell is broken (',' expected after '"')"""
    assert problems(("t.csv", text)) == [
        f"t.csv:2: {after_quote}",
        "t.csv:4: question: is empty",
        f"t.csv:5: {after_quote}",
        f"t.csv:6: {after_quote}",
        "t.csv:7: answer: is empty: write one, or set status to draft",
        "t.csv:9: a quoted cell is broken (unexpected end of data)",
    ]


def test_a_quote_that_is_never_closed_breaks_its_own_row_only() -> None:
    text = 'question,answer\r\na,b\r\nc,"d\r\n,e\r\nf,\r\ng,h\r\n'
    assert problems(("t.csv", text)) == [
        "t.csv:3: a quoted cell is broken (unexpected end of data)",
        "t.csv:4: question: is empty",
        "t.csv:5: answer: is empty: write one, or set status to draft",
    ]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.yaml", b" \n", "a.yaml: is empty"),
        ("a.yaml", b"entries: [\n", "a.yaml:2: is not YAML: did not find expected node content"),
        ("a.yaml", b"entries:\n- a\x07b", "a.yaml:2: holds control characters or broken Unicode"),
        ("a.yaml", b"a: &x [1]\nb: *x", "a.yaml:1: anchors and aliases (& and *) are not read: write the text out"),
        ("a.yaml", b"a: *x", "a.yaml:1: anchors and aliases (& and *) are not read: write the text out"),
        ("a.yaml", b"- !!python/object:os.system x", "a.yaml:1: tags (!) are not read"),
        ("a.yaml", b"entries: []\n---\nentries: []", "a.yaml:2: holds more than one document (---)"),
        ("a.yaml", b"? [a]\n: b", "a.yaml:1: the name of a field must be a word"),
        ("a.yaml", b"[" * 100_000, "a.yaml:1: is nested too deeply"),
        ("a.yaml", b"- a\n" * 700_000, "a.yaml:600000: holds too many values"),
        ("a.yaml", b"- {}\n" * 70_000, "a.yaml:60000: holds too many values"),
        ("a.yaml", b"- {}\n" * 20_001, "a.yaml: more than 20000 entries in one load"),
        ("a.json", b"[" + b"[]," * 200_000 + b"[]]", "a.json: holds too many values"),
        ("a.csv", b"question\n" + b"a\n" * 20_001, "a.csv:20002: more than 20000 entries in one load"),
        ("a.csv", b"question" + b"," * 100, "a.csv:1: has too many cells"),
        ("a.csv", b"question,answer,alternatives\na,b," + b"a|" * 1000, "a.csv:2: alternatives: are more than 1000"),
        (
            "a.yaml",
            b"text",
            "a.yaml: holds neither a list of entries nor an object with `entries`: "
            'write for example [{"question": "How do I sign in?", "answer": "Press Sign in."}]',
        ),
        ("a.yaml", b"entries: text", "a.yaml:1: entries: must be a list"),
        ("a.json", b'{"entries": [}', "a.json:1: is not JSON: Expecting value (column 14)"),
        ("a.json", b"[" * 200_000, "a.json: is nested too deeply"),
        ("a.json", b"[" + b"9" * 5000 + b"]", "a.json: is not JSON: a number is too long"),
        ("a.json", b"[{%s}]" % b",".join(b'"a%d":1' % n for n in range(51)), "a.json: an object has too many fields"),
        ("a.jsonl", b'{"question": "a", "answer": "b"}\n\n[1]', "a.jsonl:3: is not an object with fields"),
        (
            "a.jsonl",
            b"{",
            "a.jsonl:1: is not JSON: Expecting property name enclosed in double quotes (column 2): "
            "the file ends too early: was it cut off?",
        ),
        (
            "a.jsonl",
            b'{"question": "\\ud800", "answer": "b"}',
            "a.jsonl:1: question: holds control characters or broken Unicode",
        ),
        ("a.csv", b"\x00\x01", f"a.csv: is not text: {REMEDY}"),
        (
            "a.csv",
            b"question\x98",
            f"a.csv:1: may be windows-1252 or koi8-u, and too little stands in it to tell: {REMEDY}",
        ),
        ("a.csv", b'question,answer\na,"b', "a.csv:2: a quoted cell is broken (unexpected end of data)"),
        (
            "a.csv",
            "вопрос,ответ\nа,б".encode(),
            "a.csv:1: the first row must name the fields, at least question; known: "
            "id, lang, category, question, alternatives, answer, handoff, status; "
            "for example: question,answer⏎How do I sign in?,Press Sign in.",
        ),
        (
            "a.jsonl",
            b'{"question": "%s", "answer": "b"}' % (b"x" * 1001),
            "a.jsonl:1: question: is longer than 1000 characters",
        ),
        ("a.yaml", b"x" * (5 * 1024 * 1024 + 1), "a.yaml: more than 5 MiB in one load"),
        ("a.jsonl", b"{}\n" * 20_001, "a.jsonl:20001: more than 20000 entries in one load"),
    ],
    ids=lambda value: value[:30].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_files_that_cannot_be_read(name: str, data: bytes, expected: str) -> None:
    assert problems((name, data)) == [expected]


def test_a_long_list_of_problems_is_shown_in_part_and_kept_whole() -> None:
    with pytest.raises(KnowledgeError) as caught:
        read(("a.jsonl", '{"question": ""}\n' * 60))
    assert len(caught.value.problems) == 120
    assert str(caught.value).splitlines()[-1] == "… and 70 more"


def test_the_limit_of_entries_holds_for_all_files_together() -> None:
    lines = "\n".join(f'{{"question": "{number}", "answer": "b"}}' for number in range(15_000))
    assert problems(("a.jsonl", lines), ("b.jsonl", lines)) == ["b.jsonl: more than 20000 entries in one load"]


def test_reading_ends_where_nobody_would_read_on() -> None:
    with pytest.raises(KnowledgeError) as caught:
        read(("a.jsonl", '{"question": ""}\n' * 15_000))
    assert len(caught.value.problems) == 10_000
