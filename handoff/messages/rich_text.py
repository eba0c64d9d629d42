"""Conversion of Markdown to text with entities: knowledge answers, and the smaller syntax of agents' messages."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from handoff.messages.values import Entity, EntityKind, RichText

_LITERAL = ["html_inline", "html_block", "entity"]
_markdown = MarkdownIt("commonmark", {"html": False}).disable(_LITERAL).enable("table")
_KINDS = {"strong": EntityKind.BOLD, "em": EntityKind.ITALIC, "link": EntityKind.LINK}
_CELLS = " — "
"""Separator between the cells of a table's row, which becomes a line."""
_ESCAPED = "*_`[|-"
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:\S", re.IGNORECASE)
_ADDRESS = re.compile(r"://[^\s<>\[\]()`]*[^\s<>\[\]()`*.,;:!?]")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Remove from `text` what no database or platform can carry: NUL and other control characters, lone surrogates."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(character for character in text if character in "\n\t" or ord(character) >= 32)


@lru_cache(512)  # an answer is parsed once and sent many times
def from_markdown(source: str) -> RichText:
    """Read bold, italic, code, links, pictures (as links), lists, tables and paragraphs; other text is unchanged."""
    writer = _Writer()
    _write_blocks(_markdown.parse(source), writer)
    return writer.finish()


@lru_cache(512)
def from_agent(source: str) -> RichText:
    """Read an agent's message: `**bold**`, `*italic*`, `_italic_`, code, links, lists and tables.

    People who type in a hurry rarely mean Markdown, so ambiguous marks stay as typed: marks within words (`2*3*4`,
    `snake_case`) and `__init__`, those of web addresses, headings, quotes, rules, the numbers of a list, and a single
    line that begins with `*`. A backslash before one of ``*_`[|-`` escapes it; any other backslash is literal.
    """
    writer = _Writer()
    _write_blocks(_agents.parse(source), writer, typed=True)
    return writer.finish()


class _Writer:
    """Collects text and the entities over it."""

    def __init__(self) -> None:
        self._text = ""
        self._entities: list[Entity] = []
        self._open: list[tuple[EntityKind, int, str]] = []

    def text(self, piece: str) -> None:
        self._text += piece

    def gap(self, newlines: str) -> None:
        if self._text:
            self._text = self._text.rstrip("\n") + newlines

    def begin(self, kind: EntityKind, url: str = "") -> None:
        self._open.append((kind, units(self._text), url))

    def end(self) -> None:
        kind, start, url = self._open.pop()
        if kind is EntityKind.LINK and units(self._text) == start:
            self._text += url
        if kind is EntityKind.LINK and not _ABSOLUTE.match(url):
            # The platforms refuse a message with such a link.
            self._text += f" ({url})" if url and not self._text.endswith(url) else ""
        elif units(self._text) > start:
            self._entities.append(Entity(kind, start, units(self._text) - start, url))

    def finish(self) -> RichText:
        text = self._text.rstrip()
        entities = sorted(self._entities, key=lambda entity: entity.offset)
        return RichText(text, within(tuple(entities), 0, units(text)))


def _address(state: StateInline, silent: bool) -> bool:
    """Take the rest of a bare web address, whose scheme was just read, literally."""
    found = _ADDRESS.match(state.src, state.pos)
    if found is None or not state.pending.endswith(("http", "https")):
        return False
    if not silent:
        state.pending += found.group()
    state.pos = found.end()
    return True


def _escape(state: StateInline, silent: bool) -> bool:
    """Treat a backslash as a literal character unless it precedes a mark with a meaning."""
    if state.src[state.pos] != "\\" or state.src[state.pos + 1 : state.pos + 2] not in set(_ESCAPED):
        return False
    if not silent:
        state.pending += state.src[state.pos + 1]
    state.pos += 2
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Apply CommonMark's rule, except for `__` and within words."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    run = state.scanDelims(state.pos, canSplitWord=False)
    before = state.src[state.pos - 1 : state.pos]
    # `**Note:**word`: bold that began at the edge of a word may end within one.
    closes = run.can_close or (marker == "*" and run.length == 2 and bool(before.strip()))
    for _ in range(run.length):
        token = state.push("text", "", 0)
        token.content = marker
        if marker == "*" or run.length == 1:
            place = len(state.tokens) - 1
            state.delimiters.append(Delimiter(ord(marker), run.length, place, -1, run.can_open, closes))
    state.pos += run.length
    return True


def _agents_markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.disable([*_LITERAL, "heading", "lheading", "hr", "blockquote", "code", "reference"])
    reader.inline.ruler.at("escape", _escape)
    reader.inline.ruler.at("emphasis", _emphasis)
    reader.inline.ruler.push("address", _address)
    return reader


_agents = _agents_markdown()


def _write_blocks(tokens: list[Token], writer: _Writer, *, typed: bool = False) -> None:
    """`typed` keeps the marks of lists that the writer may have meant literally."""
    counters: list[int | None] = []  # one per open list: the next number, or None for bullets
    first = True  # whether the next token starts the first item of its list
    begun = False  # whether a list item has just started, right after its mark
    bullets: list[str] = []  # one per open list
    cells: int | None = None  # of the table row that is being read
    for place, token in enumerate(tokens):
        match token.type:
            case "ordered_list_open":
                bullets.append("")
                start = token.attrGet("start")
                counters.append(1 if start is None else int(start))
                first = True
            case "bullet_list_open":
                lone = typed and token.markup == "*" and _items(tokens, place) == 1
                bullets.append("* " if lone else "• ")
                counters.append(None)
                first = True
            case "ordered_list_close" | "bullet_list_close":
                counters.pop()
                bullets.pop()
            case "list_item_open":
                writer.gap("\n\n" if first and len(counters) == 1 else "\n")
                first, begun = False, True
                number = counters[-1]
                mark = f"{token.info}{token.markup} " if typed else f"{number}. "
                writer.text(bullets[-1] if number is None else mark)
                counters[-1] = None if number is None else number + 1
            case "paragraph_open" | "heading_open":
                if not begun:
                    writer.gap("\n" if counters else "\n\n")
                begun = False
            case "fence" | "code_block":
                if not begun:
                    writer.gap("\n\n")
                begun = False
                writer.begin(EntityKind.CODE)
                writer.text(token.content.rstrip("\n"))
                writer.end()
            case "table_open" | "tr_open" | "th_open" | "th_close" | "td_open" | "table_close":
                cells = _write_table(tokens, place, writer, cells)
            case "inline":
                _write_inline(token.children or [], writer)
            case _:
                pass


def _write_table(tokens: list[Token], place: int, writer: _Writer, cells: int | None) -> int | None:
    """Process a table token (rows become lines); return the row's cells so far, None outside of rows."""
    match tokens[place].type:
        case "table_open":
            writer.gap("\n\n")
        case "tr_open":
            writer.gap("\n\n" if cells is None else "\n")
            return 0
        case "th_close":
            writer.end()
        case "table_close":
            return None
        case kind:
            filled = bool(tokens[place + 1].content)
            writer.text(_CELLS if cells and filled else "")
            if kind == "th_open":
                writer.begin(EntityKind.BOLD)
            return (cells or 0) + filled
    return cells


def _items(tokens: list[Token], place: int) -> int:
    """Return the number of items of the list that opens there."""
    level, count = tokens[place].level, 0
    for token in tokens[place + 1 :]:
        if token.level == level:
            break
        count += token.type == "list_item_open" and token.level == level + 1
    return count


def _write_inline(tokens: list[Token], writer: _Writer) -> None:
    for token in tokens:
        name, _, edge = token.type.rpartition("_")
        if token.type == "text":
            writer.text(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            writer.text("\n")
        elif token.type == "code_inline":
            writer.begin(EntityKind.CODE)
            writer.text(token.content)
            writer.end()
        elif token.type == "image":  # chats show a picture's link; its text describes the picture
            writer.begin(EntityKind.LINK, str(token.attrGet("src") or ""))
            writer.text(token.content or str(token.attrGet("src") or ""))
            writer.end()
        elif edge == "open" and name in _KINDS:
            writer.begin(_KINDS[name], str(token.attrGet("href") or ""))
        elif edge == "close" and name in _KINDS:
            writer.end()


def within(entities: tuple[Entity, ...], start: int, length: int) -> tuple[Entity, ...]:
    """Return the entities of one part, shifted to its beginning and cut at its edges."""
    inside = []
    for entity in entities:
        begin = max(entity.offset, start)
        end = min(entity.offset + entity.length, start + length)
        if end > begin:
            inside.append(Entity(entity.kind, begin - start, end - begin, entity.url))
    return tuple(inside)


def as_plain(text: RichText) -> str:
    """Return the text alone, each link's address in brackets after its label unless they are equal."""
    wide = text.text.encode("utf-16-le")
    links = [entity for entity in text.entities if entity.kind is EntityKind.LINK]
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        start, end = 2 * link.offset, 2 * (link.offset + link.length)
        if wide[start:end].decode("utf-16-le", "replace") != link.url:
            wide = wide[:end] + f" ({link.url})".encode("utf-16-le") + wide[end:]
    return wide.decode("utf-16-le", "replace")
