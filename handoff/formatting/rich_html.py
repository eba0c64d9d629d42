"""Rendering of text with entities as HTML that is safe for untrusted input."""

from urllib.parse import urlsplit

from markupsafe import Markup, escape

from handoff.messages.values import Entity, EntityKind, RichText
from infra.web.links import linkify

_TAGS = {EntityKind.BOLD: "b", EntityKind.ITALIC: "i", EntityKind.CODE: "code"}
_SCHEMES = {"http", "https", "mailto", "tel"}


def as_markup(text: RichText) -> Markup:
    """Render the text with its formatting; bare web addresses become links too. Overlapping entities are dropped."""
    encoded = text.text.encode("utf-16-le", "surrogatepass")
    return _written(encoded, 0, len(encoded) // 2, sorted(text.entities, key=lambda e: (e.offset, -e.length)))


def _written(encoded: bytes, start: int, end: int, entities: list[Entity]) -> Markup:
    html, at = Markup(""), start
    while entities:
        entity, *rest = entities
        stop = entity.offset + entity.length
        inside = [inner for inner in rest if inner.offset + inner.length <= stop and inner.offset < stop]
        entities = [later for later in rest if later.offset >= stop]
        if entity.offset < at or stop > end or entity.length <= 0:
            continue
        html += linkify(_words(encoded, at, entity.offset))
        html += _tagged(entity, _written(encoded, entity.offset, stop, inside), _words(encoded, entity.offset, stop))
        at = stop
    return html + linkify(_words(encoded, at, end))


def _tagged(entity: Entity, inner: Markup, plain: str) -> Markup:
    if entity.kind is EntityKind.LINK:
        if urlsplit(entity.url).scheme not in _SCHEMES:
            return inner
        return Markup('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(entity.url, plain)
    tag = _TAGS[entity.kind]
    if entity.kind is EntityKind.CODE:
        inner = escape(plain)
    return Markup(f"<{tag}>{{}}</{tag}>").format(inner)  # noqa: S704 - the tag is one of ours, the rest is escaped


def _words(encoded: bytes, start: int, end: int) -> str:
    return encoded[2 * start : 2 * end].decode("utf-16-le", "replace")
