"""Markdown to text with entities, and long texts into parts that each fit one platform message."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from handoff.messages import Entity, EntityKind, RichText

PART_UNITS = 4000
"""Longest part in UTF-16 units: VK and Telegram take 4096, and one size for all splits a text alike everywhere."""

_markdown = MarkdownIt("commonmark", {"html": False}).disable(["html_inline", "html_block", "entity"])
_KINDS = {"strong": EntityKind.BOLD, "em": EntityKind.ITALIC, "link": EntityKind.LINK}
_SENTENCE_END = re.compile(r"[.!?…](?=\s)")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """`text` without what no database or platform can carry: NUL and other control characters, lone surrogates."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(character for character in text if character in "\n\t" or ord(character) >= 32)


@lru_cache(512)  # an answer is read once and sent many times
def from_markdown(source: str) -> RichText:
    """Read bold, italic, code, links, pictures (as links), lists and paragraphs; anything else stays as written."""
    writer = _Writer()
    _write_blocks(_markdown.parse(source), writer)
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
        if units(self._text) > start:
            self._entities.append(Entity(kind, start, units(self._text) - start, url))

    def finish(self) -> RichText:
        text = self._text.rstrip()
        entities = sorted(self._entities, key=lambda entity: entity.offset)
        return RichText(text, _within(tuple(entities), 0, units(text)))


def _write_blocks(tokens: list[Token], writer: _Writer) -> None:
    counters: list[int | None] = []  # one per open list: the next number, or None for bullets
    first = True  # whether what comes is the first item of its list
    begun = False  # whether a list item is at its very beginning, right behind its mark
    for token in tokens:
        match token.type:
            case "ordered_list_open":
                start = token.attrGet("start")
                counters.append(1 if start is None else int(start))
                first = True
            case "bullet_list_open":
                counters.append(None)
                first = True
            case "ordered_list_close" | "bullet_list_close":
                counters.pop()
            case "list_item_open":
                writer.gap("\n\n" if first and len(counters) == 1 else "\n")
                first, begun = False, True
                number = counters[-1]
                writer.text("• " if number is None else f"{number}. ")
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
            case "inline":
                _write_inline(token.children or [], writer)
            case _:
                pass


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
        elif token.type == "image":  # chats show a picture's link; its words say what is to be seen there
            writer.begin(EntityKind.LINK, str(token.attrGet("src") or ""))
            writer.text(token.content or str(token.attrGet("src") or ""))
            writer.end()
        elif edge == "open" and name in _KINDS:
            writer.begin(_KINDS[name], str(token.attrGet("href") or ""))
        elif edge == "close" and name in _KINDS:
            writer.end()


def split(rich: RichText, limit: int = PART_UNITS) -> list[RichText]:
    """Cut into parts of at most `limit` UTF-16 units, at a paragraph, sentence, line or word end where there is one.

    Entities that a cut crosses go on in the next part; no character is lost but the white space at a cut. No part is
    blank, unless the whole text is.
    """
    parts: list[RichText] = []
    rest, passed = rich.text, 0
    while rest:
        size = _cut(rest, limit)
        piece = rest[:size]
        kept = piece.rstrip()
        if kept:
            parts.append(RichText(kept, _within(rich.entities, passed, units(kept))))
        following = rest[size:]
        stripped = following.lstrip()
        passed += units(piece) + units(following) - units(stripped)
        rest = stripped
    return parts or [RichText("")]


def _cut(text: str, limit: int) -> int:
    """How many characters of `text` go into the next part."""
    if units(text) <= limit:
        return len(text)
    room = count = 0
    for character in text:
        room += 2 if character > "\uffff" else 1
        if room > limit:
            break
        count += 1
    head = text[:count]
    sentence_ends = [found.end() for found in _SENTENCE_END.finditer(head)]
    for end in (head.rfind("\n\n"), sentence_ends[-1] if sentence_ends else -1, head.rfind("\n"), head.rfind(" ")):
        if end > count // 2:
            return end
    return count


def _within(entities: tuple[Entity, ...], start: int, length: int) -> tuple[Entity, ...]:
    """The entities of one part, moved to its beginning and cut to its edges."""
    inside = []
    for entity in entities:
        begin = max(entity.offset, start)
        end = min(entity.offset + entity.length, start + length)
        if end > begin:
            inside.append(Entity(entity.kind, begin - start, end - begin, entity.url))
    return tuple(inside)


def as_plain(text: RichText) -> str:
    """The text alone, each link's address in brackets after its words unless they are the address."""
    wide = text.text.encode("utf-16-le")
    links = [entity for entity in text.entities if entity.kind is EntityKind.LINK]
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        start, end = 2 * link.offset, 2 * (link.offset + link.length)
        if wide[start:end].decode("utf-16-le", "replace") != link.url:
            wide = wide[:end] + f" ({link.url})".encode("utf-16-le") + wide[end:]
    return wide.decode("utf-16-le", "replace")
