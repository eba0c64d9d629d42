"""Files with typing errors: all errors are reported in one run, each with its line and a remedy."""

import pytest

from knowledge.entries.drafts import EntryDraft
from knowledge.files.loading import KnowledgeError, SourceFile, read_files


def places(name: str, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(KnowledgeError) as caught:
        read_files([SourceFile(name, text.encode())])
    return [(problem.row, problem.reason.rpartition(": ")[2]) for problem in caught.value.problems]


def entries(name: str, text: str) -> list[tuple[str, str]]:
    return [(entry.question, entry.answer) for entry in read_files([SourceFile(name, text.encode())]).entries]


QUOTES = 'texts and names stand in straight quotation marks, "so"'
COMMA = 'put a comma here, or \\ before a " that belongs to the text'
NO_COMMA = "take away the comma before ] or }"
NOT_CLOSED = 'the " that opens the text must close it at its end, and stand nowhere else in it'
QUOTE_IT = "put the whole text in quotation marks, or write | behind the name and the text in the next line, indented"


def test_every_broken_object_of_a_json_file_is_told() -> None:
    text = """[
{"question": "a" "answer": "b"},
{"question": "c", "answer": "d"},
{"question": "e", "answer": "f",},
{"question": 'g', "answer": "h"},
{"question": "C:\\dir", "answer": "h"},
{"question": "i", "answer": None}
]"""
    assert places("a.json", text) == [
        (2, COMMA),
        (4, NO_COMMA),
        (5, QUOTES),
        (6, "a backslash in a text is written twice"),
        (7, "write null, true or a text in quotes"),
    ]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('[{"question": "a", "answer": "b"},]', NO_COMMA),
        ("[{'question': 'a'}]", QUOTES),
        ('[{“question”: "a"}]', QUOTES),
        ('// a\n[{"question": "a"}]', "take them away"),
        ('{"question": "a"}\n{"question": "b"}', "[ and ] around them and commas between"),
        ('{"entries": [{"question": "a"}', "was it cut off?"),
        ('[{"question": "a\nb"}]', "or a quotation mark is absent before"),
        ('[{"question": "a', 'the text that begins here has no closing "'),
        ('[{"question": a}]', "a text stands in quotation marks"),
    ],
)
def test_a_fault_in_json_names_what_to_change(text: str, remedy: str) -> None:
    ((_, reason),) = places("a.json", text)
    assert remedy in reason


def test_every_broken_item_of_a_yaml_file_is_told() -> None:
    text = """entries:
  - question: How: so
    answer: b
  - question: "x
    answer: y
  - question: c
    answer: d
  - question: e
    answer: **f** g
  - question: h
   answer: i
  - question: j
\tanswer: k
categories:
  - key: l
"""
    assert places("a.yaml", text) == [
        (2, QUOTE_IT),
        (4, NOT_CLOSED),
        (9, QUOTE_IT),
        (11, "fields of one entry begin in the same column"),
        (13, "indent with spaces instead of tabs"),
    ]


@pytest.mark.parametrize("value", ["% off", "@maria", "`code`", "*bold* x", "& more", "see: this"])
def test_a_sign_that_yaml_means_is_told_with_the_remedy(value: str) -> None:
    assert places("a.yaml", f"- question: a\n  answer: {value}\n") == [(2, QUOTE_IT)]


SWALLOWED = "close the quote in its own row, or put a space behind the separators where it is one text"


@pytest.mark.parametrize(
    "rows",
    [
        '"How do I, erm\nc,d\ne,f",x\n',
        'a,"b\nc,d\ne,f"\n',
        'a,"b\nc,d\ne,f\ng,""h"\n',
    ],
)
def test_a_quote_that_closes_rows_later_swallows_none(rows: str) -> None:
    ((row, reason),) = places("a.csv", f"question,answer\n{rows}i,j\n")
    assert row == 2
    assert SWALLOWED.endswith(reason)


@pytest.mark.parametrize(
    "answer",
    ["Well, then:\nfirst, a\nsecond, b", "one\ntwo", "Dear all,\n\nhello,\nus", "1,\n2,\n3", "x\ny, z\n", "a,b"],
)
def test_an_answer_of_several_lines_is_no_swallowed_row(answer: str) -> None:
    assert entries("a.csv", f'question,answer\nq,"{answer}"\nr,s\n') == [("q", answer.strip()), ("r", "s")]


@pytest.mark.parametrize(
    "text",
    [
        "\n\nquestion,answer\na,b\n",
        ",,\nquestion,answer,\na,b,\n",
        "\ufeff\ufeffquestion,answer\na,b\n",
        "sep=;\rquestion;answer\ra;b\r",
        "sep=:\nquestion:answer\na:b\n",
        "SEP=|\nquestion|answer\na|b\n",
    ],
)
def test_what_stands_before_the_header_is_no_row(text: str) -> None:
    assert entries("a.csv", text) == [("a", "b")]


def test_the_row_of_a_header_below_empty_rows_is_told() -> None:
    with pytest.raises(KnowledgeError, match=r"^a\.csv:3: the first row must name the fields"):
        read_files([SourceFile("a.csv", b"\n,\nwhat,how\na,b\n")])


def test_an_entry_of_one_question_is_read_whatever_stands_around_it() -> None:
    (entry,) = read_files([SourceFile("a.csv", "question;answer\r\n\r\nГде?;Там\r\n;\r\n".encode("cp1251"))]).entries
    assert entry == EntryDraft("gde", "ru", "Где?", "Там")
