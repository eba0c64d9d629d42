"""Safe access to raw values of platform messages, and the folded form of unknown parts."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from handoff.messages.contents import RAW_LIMIT, Card, CardKind, ContactCard, Content, HiddenLink, Place, Unknown
from handoff.messages.files import FETCHED
from handoff.messages.rich_text import clean
from handoff.messages.values import Attachment

DEEPEST = 20
"""Nesting depth to which forwarded messages are read; deeper ones are folded."""
_LONGEST = 4096
_SECRET = re.compile(
    r"^(file_id|file_unique_id|.*access_key|.*_?token|secret|.*hash|sig|sign|signature|credentials|.*charge_id|payload"
    r"|invoice_payload|key|extra|auth|session|password|random_id|track_code|embed_hash|data_hash)$",
    re.IGNORECASE,
)
_BOT_TOKEN = re.compile(r"\d{5,}:[\w-]{30,}|vk1\.[\w.-]{20,}")
_MOST_ITEMS = 50
_WITHHELD = "…"


class Reading:
    """The parts of one message read so far: its files in order, and everything else."""

    def __init__(self) -> None:
        self.attachments: list[Attachment] = []
        self._files = 0

    def attach(self, attachment: Attachment) -> tuple[int, ...]:
        """Add a file or a sticker; returns its position among the files, () for anything else."""
        self.attachments.append(attachment)
        if attachment.kind not in FETCHED:
            return ()
        self._files += 1
        return (self._files - 1,)


def careful(name: str, body: Any, read: Callable[[Any], Content | None]) -> Content:  # noqa: ANN401 - whatever the platform has sent
    """Return `read(body)`; the unread part if it does not have the documented shape."""
    try:
        found = read(body)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
        found = None
    return found if found is not None else unknown(name, body)


def unknown(name: str, body: Any) -> Unknown:  # noqa: ANN401 - whatever the platform has sent
    """Return the raw part, to be shown folded: without file keys, cut to a screen or two."""
    raw = json.dumps(_bare(body, DEEPEST), ensure_ascii=False, indent=2)
    return Unknown(words(name, 64), words(raw, RAW_LIMIT))


def _bare(value: Any, depth: int) -> Any:  # noqa: ANN401 - any JSON
    if depth == 0:
        return _WITHHELD
    if isinstance(value, dict):
        pairs = list(value.items())[:_MOST_ITEMS]
        return {str(name): _bare(inner, depth - 1) for name, inner in pairs if not _SECRET.match(str(name))}
    if isinstance(value, list):
        return [_bare(inner, depth - 1) for inner in value[:_MOST_ITEMS]]
    if isinstance(value, str):
        return _BOT_TOKEN.sub(_WITHHELD, _without_keys(value))[:1000]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _without_keys(text: str) -> str:
    """Strip access keys from an address; any other text is unchanged."""
    if not text.startswith(("http://", "https://")):
        return text
    try:
        parts = urlsplit(text)
        kept = [(name, value) for name, value in parse_qsl(parts.query) if not _SECRET.match(name)]
        return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))
    except ValueError:
        return _WITHHELD


def words(value: Any, most: int = _LONGEST) -> str:  # noqa: ANN401 - whatever the platform has sent
    """Return a text value cleaned and bounded; "" for any other value."""
    if not isinstance(value, str):
        return ""
    text = clean(value)
    return text if len(text) <= most else text[: most - 1] + _WITHHELD


def line(*values: Any, between: str = " ") -> str:  # noqa: ANN401 - as above
    """Join the texts among the values into one line."""
    return between.join(text for value in values if (text := " ".join(words(value).split())))


def with_votes(text: Any, votes: Any) -> str:  # noqa: ANN401 - as above
    """Return a poll option with its number of votes, if there are any."""
    return f"{line(text)} ({votes})" if number(votes) > 0 else line(text)


def address(value: Any) -> str:  # noqa: ANN401 - as above
    """Return a web address; "" for every other scheme, so that nothing else can become a link."""
    text = words(value, 2048).strip()
    return text if re.match(r"https?://[^\s<>\"']+$", text, re.IGNORECASE) else ""


def number(value: Any) -> int:  # noqa: ANN401 - as above
    """Return an integer; 0 for anything else."""
    return value if type(value) is int else 0


def items(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """Return the objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:  # noqa: ANN401 - as above
    """Return the time of a Unix timestamp in seconds; None for anything else."""
    try:
        return datetime.fromtimestamp(value, UTC) if type(value) is int and value > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def place(latitude: Any, longitude: Any, title: str = "", street: str = "", *, live: bool = False) -> Place | None:  # noqa: ANN401 - as above
    """Return a point on the map; None for invalid coordinates."""
    north, east = float(latitude), float(longitude)
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        return None
    return Place(north, east, title, street, live)


def hidden_links(text: str, ranges: Sequence[Mapping[str, Any]]) -> list[Content]:
    """Return linked words from ranges with `offset`, `length` (UTF-16 code units) and `url`.

    Words that show their address themselves are left out.
    """
    wide, found = text.encode("utf-16-le", "surrogatepass"), list[Content]()
    for one in ranges:
        start, length, url = one.get("offset"), one.get("length"), address(one.get("url"))
        if type(start) is not int or type(length) is not int or start < 0 or length <= 0 or not url:
            continue
        hidden = line(wide[2 * start : 2 * (start + length)].decode("utf-16-le", "replace"))
        if hidden and hidden.rstrip("/") != url.rstrip("/"):
            found.append(HiddenLink(hidden, url))
    return found


def vcard(name: str, phone: str, text: str, url: str = "") -> ContactCard:
    """Build a contact card from its fields and its optional vCard (RFC 6350, only plain properties)."""
    phones, emails, notes = [phone] if phone else [], list[str](), list[str]()
    for row in text.splitlines()[:100]:
        head, _, value = row.partition(":")
        kind, value = head.split(";")[0].rpartition(".")[2].upper(), line(value.replace("\\", "").removeprefix("tel:"))
        if kind == "TEL" and _digits(value) not in map(_digits, phones):
            phones.append(value)
        elif kind == "EMAIL" and value not in emails:
            emails.append(value)
        elif kind in {"ORG", "TITLE", "NOTE", "ADR", "BDAY", "URL"} and value.strip("; "):
            notes.append(" ".join(value.replace(";", " ").split()))
        elif kind == "FN":
            name = name or value
    return ContactCard(name, tuple(phones), tuple(emails), url, "\n".join(notes))


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdecimal())


def card(
    what: CardKind,
    *,
    title: Any = "",  # noqa: ANN401 - whatever the platform has sent
    text: Any = "",  # noqa: ANN401
    author: Any = "",  # noqa: ANN401
    url: Any = "",  # noqa: ANN401
    price: str = "",
) -> Card:
    return Card(what, line(title), words(text), line(author), address(url), price)


def with_duration(seconds: Any, made: Card) -> Card:  # noqa: ANN401
    """The card of something that is played or took time."""
    return replace(made, seconds=max(0, number(seconds)))
