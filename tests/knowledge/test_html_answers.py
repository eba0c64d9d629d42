"""HTML in answers is converted to Markdown or refused; everything else is unchanged."""

import json

import pytest

from knowledge.entries.drafts import Draft, EntryDraft
from knowledge.files.formats import FORMATS
from knowledge.files.loading import KnowledgeError, Reading, SourceFile, read, read_files


def load(*answers: str) -> Reading:
    entries = [{"question": f"q{number}", "answer": answer} for number, answer in enumerate(answers)]
    return read([SourceFile("a.json", json.dumps(entries).encode())])


CONVERTED = [
    ("Press <b>Sign in</b> or <STRONG>Enter </STRONG>now", "Press **Sign in** or **Enter** now"),
    ("<i>a</i> <em class='x'>b</em>", "*a* *b*"),
    ("one<br>two<br />\nthree", "one\ntwo\nthree"),
    ("<p>One\n  line</p>\n<p>Two&nbsp;&laquo;x&raquo;</p><p>&nbsp;</p>", "One line\n\nTwo\u00a0«x»"),
    ("<div>a</div><div>b</div>", "a\nb"),
    ('<a href="https://x.org/?a=1&amp;b=(2)">here</a>', "[here](https://x.org/?a=1&b=%282%29)"),
    ("<a href='mailto:a@b.hu'>m</a>, <a href=tel:+36>t</a>", "[m](mailto:a@b.hu), [t](tel:+36)"),
    (
        "<h2>Вход</h2>\n<ol>\n <li>one</li>\n <li><b>two</b>\n <ul><li>a</li><li>b</li></ul></li>\n</ol><p>end</p>",
        "**Вход**\n1. one\n2. **two**\n   - a\n   - b\n\nend",
    ),
    ("<ul><li><p>a</p><p>b</p></li><li>c</ul>", "- a\n\n  b\n- c"),
    ("<h1><b>T</b></h1>text", "**T**\n\ntext"),
    ("<b>a</b><i>b</i> <b>x:</b>y <b></b>", "**a** *b* **x**:y"),
    ("**kept**<br>- a\n- <b>b</b>", "**kept**\n- a\n- **b**"),
    ("AT&amp;T &lt;b&gt; 2 &#42; 3 &amp;amp;", "AT&T <b> 2 \\* 3 \\&amp;"),
    ("<p>`<b>` is bold</p>", "`<b>` is bold"),
    ("a<!-- nothing to see -->b", "ab"),
    ("<!DOCTYPE html><main><header>T</header><p>x</p></main>", "T\n\nx"),
    ("Press <kbd>Ctrl</kbd>, <mark>then</mark> <abbr title='a'>b</abbr>", "Press `Ctrl`, then b"),
    ("<details><summary>More</summary>text</details>", "More\ntext"),
    ("<tg-spoiler>x</tg-spoiler> <b>y</b>", "x **y**"),
    ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
    ("Write to [id1|Павел] or [club25|us]", "Write to [Павел](https://vk.com/id1) or [us](https://vk.com/club25)"),
]


@pytest.mark.parametrize(("answer", "markdown"), CONVERTED)
def test_html_becomes_markdown_and_is_told(answer: str, markdown: str) -> None:
    reading = load(answer)
    assert [entry.answer for entry in reading.draft.entries] == [markdown]
    assert reading.notes == ("a.json: 1 answer held HTML and was converted",)


PLAIN = [
    *("a < b", "a<b", "<your name>", "<3", "x<y>z", "x<b>z", "if a<b and c>d", "<https://x.org>", "<a@b.hu>"),
    *("Type `<b>x</b>` &", "R&D; AT&T", "**bold** [x](y)", "```\n<table>\n```", "Fill the <form> in", "List<String>"),
    *("press <i> twice", "[id|x]", "[club|x] [1]", "\\\\[id1]", "`[id1|x]`", "<time>", "the <label> of it"),
]


@pytest.mark.parametrize("answer", PLAIN)
def test_what_is_no_html_is_left_alone(answer: str) -> None:
    reading = load(answer)
    assert [entry.answer for entry in reading.draft.entries] == [answer]
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("<table><tr><td>x</td></tr></table>", "holds <table>, which cannot be shown"),
        ("<IMG src='x'>", "holds <img>, which"),
        ("<script>x</script>", "holds <script>, which"),
        ("<style>x</style>", "holds <style>, which"),
        ('<iframe src="https://x.org" allowfullscreen>', "holds <iframe>, which"),
        ("<form action=x>", "holds <form>, which"),
        ("<a href='javascript:alert(1)'>x</a>", "holds a link that is not safe or not whole"),
        ("<a href=' java&#115;cript:x'>x</a>", "holds a link that is not safe or not whole"),
        ("<a href='/help'>x</a>", "holds a link that is not safe or not whole"),
        ("<p>a <b>b</p>", "holds <b> without its counterpart"),
        ("<p>a</p></ul>", "holds <ul> without its counterpart"),
        ("<b>bold text", "holds <b> without its counterpart"),
        ("bold text</b>", "holds <b> without its counterpart"),
        ("see <a href='https://x.org'>here", "holds <a> without its counterpart"),
        ("<svg/onload=alert(1)>", "holds <svg>, which"),
        ("<picture><source></picture>", "holds <picture>, which"),
        ("<b>x<ul><li>y</ul></b>", "holds <ul> within <b>"),
    ],
)
def test_html_without_an_equal_is_refused_with_its_row(answer: str, reason: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load("fine", answer)
    (problem,) = caught.value.problems
    assert (problem.row, problem.field) == (2, "answer")
    assert problem.reason.startswith(reason)


@pytest.mark.parametrize("form", ["yaml", "json", "jsonl", "csv"])
def test_every_format_converts_and_what_it_exports_stays(form: str) -> None:
    file = FORMATS[f".{form}"].write(Draft((EntryDraft("a", "ru", "q", "<b>x</b> &nbsp;"),)))
    assert b"\\" in file
    assert read_files([SourceFile(f"a.{form}", file)]).entries[0].answer == "<b>x</b> &nbsp;"
    typed = SourceFile(f"a.{form}", file.replace(b"\\", b""))
    reading = read([typed, SourceFile("b.json", b'[{"question": "r", "answer": "x"}]')])
    assert reading.draft.entries[0].answer == "**x**"
    assert reading.notes == (f"a.{form}: 1 answer held HTML and was converted",)
