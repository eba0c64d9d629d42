"""Files of other programs are recognised and refused with the expected formats; Excel's files are read."""

import io
import zipfile

import pytest

from knowledge.files.loading import KnowledgeError, SourceFile, read_files


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


FOREIGN = [
    ("faq.xlsx", packed("[Content_Types].xml", "xl/workbook.xml"), "is an Excel workbook: save it as CSV UTF-8"),
    ("faq.csv", packed("xl/workbook.xml"), "is an Excel workbook: save it as CSV UTF-8"),
    ("faq.docx", packed("word/document.xml"), "is a Word document"),
    ("faq.ods", packed("content.xml"), "is an OpenDocument file"),
    ("faq.zip", packed("faq.csv"), "is a ZIP archive: unpack it first"),
    ("faq.csv", b"PK\x03\x04broken", "is a ZIP archive"),
    ("faq.pdf", b"%PDF-1.7\n", "is a PDF"),
    ("faq.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Excel or Word file"),
    ("faq.png", b"\x89PNG\r\n\x1a\n", "is a picture"),
    ("faq.yaml", b"\xff\xd8\xff\xe0", "is a picture"),
    ("faq.html", b"\n<!DOCTYPE html><p>Hi", "is an HTML page"),
    ("faq.yaml", b"\xef\xbb\xbf<html>", "is an HTML page"),
    ("faq.json", b"<?xml version='1.0'?>", "is XML"),
    ("faq.csv", b"\x1f\x8b\x08", "is a gzip archive"),
    ("faq.csv", b"title,body\nHow?,So\n", "the first row must name the fields"),
    ("faq.txt", b"How do I pay? By card.", "is none of .yaml, .yml, .json, .jsonl, .csv: save it as YAML"),
    ("faq", b"- {question: q, answer: a}", "is none of .yaml"),
    ("faq.json", b'{"articles": [{"title": "a"}], "count": 1}', "nor `categories`, but articles, count; write"),
    ("faq.yaml", b"questions:\n  - {q: a, a: b}\n", "has neither `entries` nor `categories`, but questions; write"),
    ("faq.json", b'[{"title": "a", "body": "b"}, {"title": "c"}]', "has the field question, but title, body: fields"),
    (
        "faq.yaml",
        b"entries: [{Question: a, answer: b}, {Question: c, answer: d}]",
        "question, but Question: fields are id",
    ),
    ("faq.jsonl", b'{"prompt": "a"}\n{"prompt": "b"}\n', "has the field question, but prompt: fields are"),
    ("faq.jsonl", b'[\n  {\n    "question": "a",\n    "answer": "b"\n  }\n]', "no line is an entry of its own"),
    ("faq.yaml", b"- How?\n- So\n", "entries are no objects with fields"),
    ("faq.yaml", b"hello", "holds neither a list of entries"),
]


@pytest.mark.parametrize(("name", "data", "words"), FOREIGN)
def test_a_foreign_file_is_named_with_what_is_wanted(name: str, data: bytes, words: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        read_files([SourceFile(name, data)])
    (problem,) = caught.value.problems
    assert words in problem.reason
    assert "How do I sign in?" in problem.reason


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_that_tells_excel_the_separator_is_no_row(line: str, encoding: str) -> None:
    text = f"{line}question;answer;lang\nHow, then?;So, then;en\n;empty;en\n"
    with pytest.raises(KnowledgeError, match=r"^a\.csv:3: question: is empty$"):
        read_files([SourceFile("a.csv", text.encode(encoding))])
    (entry,) = read_files([SourceFile("a.csv", text.replace(";empty;en\n", "").encode(encoding))]).entries
    assert (entry.question, entry.answer, entry.lang) == ("How, then?", "So, then", "en")


def alternatives(cell: str) -> tuple[str, ...]:
    return (
        read_files([SourceFile("a.csv", f'question,answer,alternatives\nq,a,"{cell}"\n'.encode())])
        .entries[0]
        .alternatives
    )


def test_a_semicolon_within_alternatives_is_asked_about() -> None:
    with pytest.raises(
        KnowledgeError, match=r"a\.csv:2: alternatives: is this one phrasing with a semicolon or several\?"
    ):
        alternatives("lost key; no key")
    assert alternatives("lost key|no key") == ("lost key", "no key")
    assert alternatives("lost key; no key|") == ("lost key; no key",)
    assert alternatives("lost; key\nno key") == ("lost; key", "no key")
