"""Plainer forms of a part that a platform has refused, and labels cut to its limit."""

from dataclasses import replace

from handoff.messages.rich_text import units
from handoff.messages.values import Entity, EntityKind, OutgoingPart, RichText

LONGEST = 4096
"""UTF-16 code units; the limit of both platforms."""


def without_buttons(part: OutgoingPart) -> OutgoingPart | None:
    """Return the part without buttons; None if it has none, as it would be refused again."""
    return replace(part, buttons=()) if part.buttons else None


def without_formatting(part: OutgoingPart) -> OutgoingPart | None:
    """Return the text unformatted, with each link's address after its text; None if nothing was formatted."""
    if not part.text.entities:
        return None
    written = _links_written_out(part.text)
    return replace(part, text=RichText(written if units(written) <= LONGEST else part.text.text))


def fitting(label: str, longest: int) -> str:
    """Cut `label` to `longest` characters with an ellipsis. Never returns "": platforms refuse an empty label."""
    label = label.strip() or "…"
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"


def _links_written_out(rich: RichText) -> str:
    links = [entity for entity in rich.entities if entity.kind is EntityKind.LINK and entity.url]
    encoded = rich.text.encode("utf-16-le")
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        encoded = _insert(encoded, link)
    return encoded.decode("utf-16-le")


def _insert(encoded: bytes, link: Entity) -> bytes:
    begin, end = link.offset * 2, (link.offset + link.length) * 2
    if encoded[begin:end].decode("utf-16-le") == link.url:
        return encoded
    return encoded[:end] + f" ({link.url})".encode("utf-16-le") + encoded[end:]
