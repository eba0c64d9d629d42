"""Convert the HTML in an answer to Markdown.

Only known HTML tags count, and paired tags only if both are present: `a < b`, `<your name>` and `x<b>z` are plain
text. Markdown code is unchanged, and so is a tag or an entity after a backslash. `escape` writes that backslash into
exported files, so that an export reads back unchanged.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from html.entities import html5
from html.parser import HTMLParser

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"} | dict.fromkeys(("code", "kbd", "tt", "samp"), "`")
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_SECTIONS = {
    *("div", "section", "article", "center", "main", "header", "footer", "nav", "aside", "address"),
    *("figure", "figcaption", "details", "summary"),
}
_BLOCKS = {"p", *_SECTIONS, *_HEADINGS}
_LISTS = {"ul", "ol"}
_PLAIN = {
    *("span", "u", "ins", "font", "small", "big", "nobr", "abbr", "acronym", "cite", "dfn", "mark", "q", "var", "time"),
    *("label", "wbr", "tg-spoiler", "tg-emoji"),
}
_CONVERTED = {*_MARKS, *_BLOCKS, *_LISTS, *_PLAIN, "a", "br", "li"}
_ALONE = {"br", "img", "hr", "iframe", "tr", "td", "th"}
"""Tags that count without a closing tag."""
_REFUSED = {
    *(
        "img",
        "hr",
        "iframe",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "caption",
        "script",
        "style",
        "form",
        "input",
    ),
    *("textarea", "select", "option", "button", "video", "audio", "object", "embed", "svg", "canvas", "noscript"),
    *(
        "pre",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "s",
        "del",
        "strike",
        "sub",
        "sup",
        "link",
        "meta",
        "picture",
        "template",
        "math",
        "marquee",
        "fieldset",
        "legend",
        "dialog",
        "tfoot",
        "colgroup",
        "frameset",
        "html",
        "head",
        "body",
    ),
}
_NAMES = "|".join(sorted(_CONVERTED | _REFUSED, key=len, reverse=True))
_VALUE = "\\s*=\\s*(?:\"[^\"]*\"|'[^']*'|[^\\s\"'<>=`]+)"
_TOKEN = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?<!\\)(?P<slashes>\\*)(?:(?P<comment><!--.{0,2000}?-->|<!doctype\s[^<>]{0,200}>)"
    rf"|(?P<tag><(?P<end>/?)(?P<name>{_NAMES})(?P<attributes>(?:[\s/]+[a-z_:][\w:.-]*(?:{_VALUE})?)*)\s*/?>)"
    r"|(?P<mention>\[(?P<page>(?:id|club|public)[0-9]{1,18})\|(?P<called>[^\[\]|\n]{1,200})\])"
    r"|(?P<entity>&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});))",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"[<&]|\[(?:id|club|public)[0-9]", re.IGNORECASE)
_START = re.compile(r"\sstart\s*=\s*[\"']?([0-9]{1,6})", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(https?://|mailto:|tel:)[^\s\x00-\x1f]+", re.IGNORECASE)
_IN_LINK = {ord(letter): f"%{ord(letter):02X}" for letter in "()<>\\"}
_MARKDOWN_SIGNS = "*_`[]\\"
_LINE_BREAK = re.compile(r"[ \t]*\n[ \t]*(?![-*+>#]\s|\d{1,9}[.)]\s|[ \t]*\n)")
_LONGEST = 100_000
"""Characters; longer texts are refused elsewhere."""


class UnconvertibleError(ValueError):
    """The HTML has no equivalent in Markdown; the text of the error is the reason for the author."""


@dataclass(slots=True)
class _Frame:
    """An open inline tag or heading, and its contents so far."""

    name: str
    mark: str
    link: str | None
    before: str


def to_markdown(text: str) -> tuple[str, bool]:
    """Return `text` in Markdown, and whether it contained HTML.

    Raises:
        UnconvertibleError: it has a table, a picture, a script, an unsafe link or tags that do not match.
    """
    if len(text) > _LONGEST or not _MARKUP.search(text):
        return text, False
    tokens = [token for token in _TOKEN.finditer(text) if _is_known(token)]
    html = _is_html(text, tokens)
    converter = _Converter(is_laid_out=html and any(_name(token) in _BLOCKS | _LISTS | {"li"} for token in tokens))
    converted = False
    place = 0
    for token in tokens:
        converter.write(text[place : token.start()])
        place = token.end()
        if token["code"] is not None:
            converter.write_literally(token[0])
        elif token["slashes"]:
            converter.write_literally(token[0][1:])
        elif token["entity"]:
            converted = True
            converter.write_literally(_entity(token, converter.in_code))
        elif token["mention"]:
            converted = True
            converter.write_literally(f"[{token['called']}](https://vk.com/{token['page']})")
        elif not html:
            converter.write_literally(token[0])
        else:
            converted = True
            if token["tag"]:
                converter.tag(token, text[place : place + 1])
    converter.write(text[place:])
    return (converter.end(), True) if html else (converter.text, converted)


def escape(text: str) -> str:
    """Escape `text` so that `to_markdown` returns it unchanged."""
    if not _MARKUP.search(text):
        return text
    return _TOKEN.sub(lambda token: token[0] if token["code"] or not _is_known(token) else "\\" + token[0], text)


def _is_known(token: re.Match[str]) -> bool:
    if token["entity"]:
        return token["entity"][1] == "#" or token["entity"][1:] in html5
    # "if a <b and c> d" is no tag: attributes without a value count only beside others that have one.
    return not (token["tag"] and token["name"].lower() in _CONVERTED and token["attributes"] and "=" not in token[0])


def _name(token: re.Match[str]) -> str:
    return (token["name"] or "").lower() if not token["slashes"] else ""


def _is_html(text: str, tokens: Sequence[re.Match[str]]) -> bool:
    """Return whether at least one tag is meant as HTML."""
    starts = Counter(_name(token) for token in tokens if not token["end"])
    ends = Counter(_name(token) for token in tokens if token["end"])
    for token in tokens:
        name = _name(token)
        if token["comment"] and not token["slashes"]:
            return True
        if not name:
            continue
        alone = name in _ALONE or (name in _REFUSED and "=" in (token["attributes"] or ""))
        begins_line = name in {"p", "li"} and not text[: token.start()].rpartition("\n")[2].strip()
        if alone or (starts[name] and ends[name]) or begins_line or _is_unclosed(text, token):
            return True
    return False


def _is_unclosed(text: str, token: re.Match[str]) -> bool:
    """Return whether an unpaired tag is meant as HTML: `</b>`, `<a href=…>`, and `<b>word` after a space."""
    if token["name"].lower() in _REFUSED:
        return False
    before, after = text[max(token.start() - 1, 0) : token.start()], text[token.end() : token.end() + 1]
    return bool(token["end"]) or "=" in token["attributes"] or (not before.strip() and after.isalnum())


def _entity(token: re.Match[str], in_code: bool) -> str:
    letter = unescape(token["entity"])
    if in_code or len(letter) != 1:
        return letter
    rest = token.string[token.end() : token.end() + 32]
    if letter in _MARKDOWN_SIGNS or (letter == "&" and re.match(r"#?\w+;", rest)):
        return "\\" + letter
    return letter


class _Href(HTMLParser):
    """The target of a link."""

    href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's signature
        self.href = dict(attrs).get("href")


class _Converter:
    """Writes Markdown from a sequence of texts and tags."""

    def __init__(self, *, is_laid_out: bool) -> None:
        self.text = ""
        self._is_laid_out = is_laid_out
        self._newlines = 0
        self._marker = ""
        self._frames: list[_Frame] = []
        self._lists: list[tuple[str, int]] = []
        self._widths: list[int] = []

    @property
    def in_code(self) -> bool:
        return any(_MARKS.get(frame.name) == "`" for frame in self._frames)

    def write(self, text: str) -> None:
        """Write text between tags; among blocks line breaks become spaces, as in HTML, unless Markdown needs them."""
        if self._is_laid_out:
            blank_before = re.match(r"[ \t]*\n[ \t]*\n", text)
            if blank_before and self.text:
                self._break(2)
            text = _LINE_BREAK.sub(lambda found: "\n" if found[0].startswith("\n\n") else " ", text)
            if not text.strip() and (self._newlines or self._marker or not self.text or "\n" in text):
                return
            if self._newlines or self._marker or not self.text:
                text = text.lstrip()
        elif self.text.endswith("\n") and self._newlines:
            text = text.removeprefix("\n")
        self.write_literally(text)

    def write_literally(self, text: str) -> None:
        if not text:
            return
        if self._is_laid_out and (self._newlines or self._marker):
            head = "\n" * self._newlines if self.text or any(frame.before for frame in self._frames) else ""
            indent = " " * (sum(self._widths[:-1]) if self._marker else sum(self._widths))
            self.text = self.text.rstrip(" ") + head + indent + self._marker
            self._marker = ""
        self._newlines = 0
        self.text += text

    def tag(self, token: re.Match[str], following: str) -> None:
        name, ends = token["name"].lower(), bool(token["end"])
        if name in _REFUSED:
            raise UnconvertibleError(f"holds <{name}>, which cannot be shown: write it as text or Markdown")
        if name == "br":
            self._line()
        elif name == "p" or name in _SECTIONS:
            self._break(2 if name == "p" else 1)
        elif name in _LISTS or name == "li":
            self._list(name, ends, _first_number(token))
        elif name not in _PLAIN:
            if name in _HEADINGS:
                self._break(2)
            if ends:
                self._close(name, following)
            else:
                self._open(name, token[0])
            if name in _HEADINGS and ends:
                self._break(2)

    def end(self) -> str:
        """Return the whole text. Raises UnconvertibleError if a tag is still open."""
        if self._frames:
            raise self._unmatched(self._frames[-1].name)
        return self.text.strip()

    def _line(self) -> None:
        if self._is_laid_out:
            self._newlines = min(self._newlines + 1, 2)
        else:
            self.text = self.text.rstrip(" \t") + "\n"
            self._newlines = 1

    def _break(self, newlines: int) -> None:
        if not self._marker:
            self._newlines = max(self._newlines, newlines)

    def _list(self, name: str, ends: bool, number: int) -> None:
        if self._frames:
            raise UnconvertibleError(f"holds <{name}> within <{self._frames[-1].name}>: end that before the list")
        if name == "li":
            while len(self._widths) > max(len(self._lists) - 1, 0):
                self._widths.pop()
            self._newlines = 1 if self._newlines else self._newlines
            if not ends:
                kind, before = self._lists.pop() if self._lists else ("ul", 0)
                self._newlines = self._newlines or 1
                self._marker = f"{before + 1}. " if kind == "ol" else "- "
                self._widths.append(len(self._marker))
                self._lists.append((kind, before + 1))
        elif not ends:
            self._break(1 if self._lists else 2)
            self._lists.append((name, number - 1))
        elif not self._lists:
            raise self._unmatched(name)
        else:
            self._lists.pop()
            del self._widths[len(self._lists) :]
            self._marker = ""
            self._newlines = 1 if self._lists else 2

    def _open(self, name: str, tag: str) -> None:
        link = _link(tag) if name == "a" else None
        mark = "**" if name in _HEADINGS else _MARKS.get(name, "")
        if any(frame.mark == mark for frame in self._frames) or self.in_code:
            mark = ""
        if mark and self.text.endswith("*") and not self._newlines:
            self.write_literally(" ")
        self._frames.append(_Frame(name, mark, link, self.text))

    def _close(self, name: str, following: str) -> None:
        if not self._frames or self._frames[-1].name != name:
            raise self._unmatched(name)
        frame = self._frames.pop()
        inner = self.text[len(frame.before.rstrip(" ")) :] if self._is_laid_out else self.text[len(frame.before) :]
        base = self.text[: len(self.text) - len(inner)]
        wrapped = [_wrapped(part, frame, following) for part in re.split(r"(\n{2,}[ ]*|^\n?[ ]*(?:- |\d+\. )?)", inner)]
        self.text = base + "".join(wrapped)

    def _unmatched(self, name: str) -> UnconvertibleError:
        return UnconvertibleError(
            f"holds <{name}> without its counterpart: add it, or write \\<{name}> where it is meant as text"
        )


def _first_number(token: re.Match[str]) -> int:
    found = _START.search(token["attributes"])
    return int(found[1]) if found else 1


def _wrapped(text: str, frame: _Frame, following: str) -> str:
    inner = text.strip()
    if not inner or not (frame.mark or frame.link) or re.fullmatch(r"\s*(- |\d+\. )", text):
        return text
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if frame.link:
        return f"{head}[{inner}]({frame.link}){tail}"
    if following.isalnum() and not tail and frame.mark != "`":
        # Markdown does not close emphasis between punctuation and a letter.
        cut = inner.rstrip(".,:;!?")
        inner, tail = cut or inner, inner[len(cut) :] if cut else ""
    return f"{head}{frame.mark}{inner}{frame.mark}{tail}"


def _link(tag: str) -> str | None:
    parser = _Href()
    parser.feed(tag)
    href = (parser.href or "").strip()
    if not href:
        return None
    if not _SAFE_LINK.fullmatch(href):
        raise UnconvertibleError("holds a link that is not safe or not whole: begin it with https://, mailto: or tel:")
    return href.translate(_IN_LINK)
