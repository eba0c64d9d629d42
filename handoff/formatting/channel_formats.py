"""What a channel shows of a formatted text. Channels and the desk's preview both use it, so they agree."""

from collections.abc import Set as AbstractSet

from handoff.messages.values import EntityKind, RichText

Formats = AbstractSet[EntityKind]
"""The kinds of formatting that a channel shows."""
EVERY_FORMAT: Formats = frozenset(EntityKind)
NO_FORMAT: Formats = frozenset()


def shown_in(text: RichText, formats: Formats) -> RichText:
    """Return the text with the formatting that the channel shows."""
    return RichText(text.text, tuple(entity for entity in text.entities if entity.kind in formats))


def lost_in(text: RichText, formats: Formats) -> Formats:
    """Return the kinds of the text's formatting that the channel does not show."""
    return {entity.kind for entity in text.entities} - formats
