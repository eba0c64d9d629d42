"""What the contact gets of a reply that is being written: each message as their channel shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from handoff.formatting.channel_formats import Formats, lost_in, shown_in
from handoff.formatting.rich_html import as_markup
from handoff.messages.rich_text import units
from handoff.messages.text_parts import PART_UNITS, split
from handoff.messages.values import EntityKind, RichText


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """One message on the contact's channel."""

    html: Markup
    length: int
    """In UTF-16 units, as the limit counts."""


@dataclass(frozen=True, slots=True)
class ReplyPreview:
    """A reply as the contact would get it."""

    account: str
    """The account of the channel, e.g. `vk:main`."""
    parts: tuple[PreviewPart, ...]
    files: tuple[str, ...]
    """Names of the files, each of which is sent as a message after the text."""
    code_is_plain: bool
    """There is code in the text, and the channel shows it like the rest."""

    limit = PART_UNITS

    @property
    def messages(self) -> int:
        return len(self.parts) + len(self.files)


def preview_reply(text: RichText, account: str, formats: Formats, files: Sequence[str] = ()) -> ReplyPreview:
    """Split and format a reply as its delivery does."""
    shown = [shown_in(part, formats) for part in split(text)]
    parts = tuple(PreviewPart(as_markup(part), units(part.text)) for part in shown)
    return ReplyPreview(account, parts, tuple(files), EntityKind.CODE in lost_in(text, formats))
