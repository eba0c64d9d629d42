"""Contents of a message besides its own text and its files: places, polls, quoted messages, and the like.

Stored as structure, so that each reader sees them in their own language (`handoff/messages/content_sentences.py`).
`dump` and `load` are the only codec: a list of JSON objects, distinguished by `kind`.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Union

from pydantic import Field, TypeAdapter, ValidationError

log = logging.getLogger(__name__)


class CardKind(StrEnum):
    """Kinds of cards: they have a title, perhaps a text, and mostly an address."""

    ALBUM = "album"
    APP = "app"
    ARTICLE = "article"
    AUDIO = "audio"
    CALL = "call"
    EVENT = "event"
    GAME = "game"
    GIFT = "gift"
    GIVEAWAY = "giveaway"
    GROUP = "group"
    INVOICE = "invoice"
    LINK = "link"
    MONEY = "money"
    PAID_MEDIA = "paid_media"
    PAYMENT = "payment"
    PLAYLIST = "playlist"
    PODCAST = "podcast"
    PRODUCT = "product"
    REFUND = "refund"
    SENT_DATA = "sent_data"
    STICKER = "sticker"
    STORY = "story"
    TRANSCRIPT = "transcript"
    VIDEO = "video"


class Role(StrEnum):
    """How a text written elsewhere came into a message."""

    FORWARD = "forward"
    QUOTE = "quote"
    POST = "post"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map; a venue has a title and an address too."""

    latitude: float
    """Degrees, -90 to 90."""
    longitude: float
    """Degrees, -180 to 180."""
    title: str = ""
    address: str = ""
    live: bool = False
    """A live location, which moves with its owner."""
    kind: Literal["place"] = "place"


@dataclass(frozen=True, slots=True)
class ContactCard:
    """Contact details of a person or a company."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    url: str = ""
    note: str = ""
    """Company, position, remark: the other fields of the card."""
    kind: Literal["contact"] = "contact"


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with options to choose from."""

    question: str
    options: tuple[str, ...]
    note: str = ""
    """The explanation of a quiz, or a description."""
    closed: bool = False
    kind: Literal["poll"] = "poll"


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a checklist."""

    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Checklist:
    """A titled list of tasks."""

    title: str
    tasks: tuple[Task, ...]
    kind: Literal["checklist"] = "checklist"


@dataclass(frozen=True, slots=True)
class Dice:
    """A thrown die, dart, ball or slot machine, with the result."""

    emoji: str
    value: int
    kind: Literal["dice"] = "dice"


@dataclass(frozen=True, slots=True)
class Card:
    """A card with a title and mostly an address; `what` is its kind."""

    what: CardKind
    title: str = ""
    text: str = ""
    author: str = ""
    url: str = ""
    price: str = ""
    """An amount with its currency, as the platform words it."""
    seconds: int = 0
    """Length in seconds, if known."""
    kind: Literal["card"] = "card"


@dataclass(frozen=True, slots=True)
class HiddenLink:
    """Text of the message that links to a hidden address."""

    words: str
    url: str
    kind: Literal["hidden_link"] = "hidden_link"


@dataclass(frozen=True, slots=True)
class Passage:
    """Text written elsewhere: forwarded, quoted, or a shared post or comment."""

    role: Role
    text: str = ""
    author: str = ""
    """Empty if the platform does not name the author."""
    author_url: str = ""
    by: Literal["contact", "community", "other"] = "other"
    """Whether the contact or our community wrote it themselves."""
    url: str = ""
    """Its address."""
    at: datetime | None = None
    files: tuple[int, ...] = ()
    """Positions, from 0, of the message's files that came with it."""
    contents: tuple["Content", ...] = ()
    kind: Literal["passage"] = "passage"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind that this program does not know, as the platform sent it."""

    name: str
    raw: str
    """Indented JSON without identifiers of files and keys, at most `RAW_LIMIT` characters."""
    kind: Literal["unknown"] = "unknown"


RAW_LIMIT = 4000

Content = Annotated[
    Union[Place, ContactCard, Poll, Checklist, Dice, Card, HiddenLink, Passage, Unknown],  # noqa: UP007
    Field(discriminator="kind"),
]

_ONE: TypeAdapter[Content] = TypeAdapter(Content)
_SMALL_TALK = frozenset({CardKind.STICKER})


def dump(contents: Sequence[Content]) -> list[dict[str, Any]] | None:
    """Encode contents as JSON values for the row of a message; None if there are none."""
    return [_ONE.dump_python(content, mode="json") for content in contents] or None


def load(stored: Sequence[Any] | None) -> tuple[Content, ...]:
    """Decode what `dump` wrote. Kinds that only a newer program knows are left out, and logged by name."""
    found: list[Content] = []
    for one in stored or ():
        try:
            found.append(_ONE.validate_python(one))
        except ValidationError:
            log.warning("a content of the kind %r cannot be read", one.get("kind") if isinstance(one, dict) else None)
    return tuple(found)


def shift(contents: Sequence[Content], by: int) -> tuple[Content, ...]:
    """Return the same contents for a message that has `by` files before theirs."""
    return tuple(
        replace(one, files=tuple(place + by for place in one.files), contents=shift(one.contents, by))
        if isinstance(one, Passage)
        else one
        for one in contents
    )


def placed_files(contents: Sequence[Content]) -> frozenset[int]:
    """Return the positions of the files that came with a passage, so that they are not the message's own."""
    return frozenset(place for one in everything_in(contents) if isinstance(one, Passage) for place in one.files)


def everything_in(contents: Sequence[Content]) -> Iterator[Content]:
    """Return each content and the contents of passages, in reading order."""
    for one in contents:
        yield one
        if isinstance(one, Passage):
            yield from everything_in(one.contents)


def is_shown(content: Content) -> bool:
    """Return whether it is visible content by itself."""
    match content:
        case HiddenLink() | Passage(role=Role.QUOTE):
            return False
        case Card(what=what):
            return what not in _SMALL_TALK
        case _:
            return True
