"""VK's formats of a text, and the values of a message that state them."""

import json
from typing import Any

from handoff.formatting.channel_formats import shown_in
from handoff.messages.values import EntityKind, RichText

FORMATS = {EntityKind.BOLD: "bold", EntityKind.ITALIC: "italic", EntityKind.LINK: "url"}
"""VK's name of each format. It has none for code; such text stays plain."""


def text_values(text: RichText) -> dict[str, str | int]:
    """Return the parameters of a request that hold the text and its formatting."""
    shown = shown_in(text, frozenset(FORMATS))
    values: dict[str, str | int] = {"message": shown.text, "dont_parse_links": 1, "disable_mentions": 1}
    items: list[dict[str, Any]] = [
        {"type": FORMATS[entity.kind], "offset": entity.offset, "length": entity.length}
        | ({"url": entity.url} if entity.kind is EntityKind.LINK else {})
        for entity in shown.entities
    ]
    if items:
        values["format_data"] = json.dumps({"version": 1, "items": items})
    return values
