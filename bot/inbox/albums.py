"""Albums: pictures that the platform shows as one message but reports by one event each."""

from collections.abc import Sequence
from dataclasses import replace

from handoff.messages.contents import Content, Passage, Role, shift
from handoff.messages.files import FETCHED
from handoff.messages.values import IncomingEvent


def whole_albums(events: Sequence[IncomingEvent]) -> list[IncomingEvent]:
    """Merge consecutive events of one album: all files and words, with the ids of the part that has words."""
    parts: list[list[IncomingEvent]] = []
    for event in events:
        if parts and event.album and parts[-1][0].album == event.album:
            parts[-1].append(event)
        else:
            parts.append([event])
    return [_joined(album) if len(album) > 1 else album[0] for album in parts]


def _joined(parts: Sequence[IncomingEvent]) -> IncomingEvent:
    named = next((part for part in parts if part.text), parts[0])
    attachments, contents = parts[0].attachments, parts[0].contents
    for part in parts[1:]:
        before = sum(attachment.kind in FETCHED for attachment in attachments)
        contents = _with(contents, shift(part.contents, before))
        attachments += part.attachments
    text = "\n".join(part.text for part in parts if part.text)
    return replace(named, text=text, attachments=attachments, contents=contents)


def _with(contents: tuple[Content, ...], more: tuple[Content, ...]) -> tuple[Content, ...]:
    """Append the contents of the next part; forwarded passages are merged, as each part of an album has its own."""
    last, following = contents[-1:], more[:1]
    match (*last, *following):
        case (Passage(role=Role.FORWARD) as one, Passage(role=Role.FORWARD) as two) if one.author == two.author:
            text = "\n".join(filter(None, (one.text, two.text)))
            whole = replace(one, text=text, files=one.files + two.files, contents=one.contents + two.contents)
            return (*contents[:-1], whole, *more[1:])
        case _:
            return contents + more
