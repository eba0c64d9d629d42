"""What a message holds besides its own words and its files: places, polls, what others wrote, and the like.

Stored as structure, so that each reader gets it in their own language (`handoff/messages/content_sentences.py`). `dump` and `load` are
the only codec: a list of JSON objects, each told from the others by `kind`.
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
    """Things that have a title, perhaps a text, and mostly an address."""

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
    """How what somebody wrote elsewhere came into a message."""

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
    """It moves while its owner does."""
    kind: Literal["place"] = "place"


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A person's or a firm's name and where to reach them."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    url: str = ""
    note: str = ""
    """Firm, position, remark: what else the card says."""
    kind: Literal["contact"] = "contact"


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with options, of which people choose."""

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
    """A thing with a title and mostly an address: `what` says which."""

    what: CardKind
    title: str = ""
    text: str = ""
    author: str = ""
    url: str = ""
    price: str = ""
    """An amount with its currency, in the platform's words."""
    seconds: int = 0
    """How long it lasts, where that is known."""
    kind: Literal["card"] = "card"


@dataclass(frozen=True, slots=True)
class HiddenLink:
    """Words of the message behind which an address is hidden."""

    words: str
    url: str
    kind: Literal["hidden_link"] = "hidden_link"


@dataclass(frozen=True, slots=True)
class Passage:
    """What was written elsewhere: forwarded, quoted, a post or a comment that was passed on."""

    role: Role
    text: str = ""
    author: str = ""
    """Empty where the platform does not name the author."""
    author_url: str = ""
    by: Literal["contact", "community", "other"] = "other"
    """Whether the contact or our community wrote it themselves."""
    url: str = ""
    """Where it stands."""
    at: datetime | None = None
    files: tuple[int, ...] = ()
    """Which of the message's files it came with: positions in their order, from 0."""
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
    Union[Place, ContactCard, Poll, Checklist, Dice, Card, HiddenLink, Passage, Unknown],  # noqa: UP007 - `Passage` refers to it
    Field(discriminator="kind"),
]

_ONE: TypeAdapter[Content] = TypeAdapter(Content)
_SMALL_TALK = frozenset({CardKind.STICKER})


def dump(contents: Sequence[Content]) -> list[dict[str, Any]] | None:
    """JSON values for the row of a message; None where there is nothing."""
    return [_ONE.dump_python(content, mode="json") for content in contents] or None


def load(stored: Sequence[Any] | None) -> tuple[Content, ...]:
    """What `dump` wrote. What a newer program wrote and this one cannot read is left out, and logged by its kind."""
    found: list[Content] = []
    for one in stored or ():
        try:
            found.append(_ONE.validate_python(one))
        except ValidationError:
            log.warning("a content of the kind %r cannot be read", one.get("kind") if isinstance(one, dict) else None)
    return tuple(found)


def shift(contents: Sequence[Content], by: int) -> tuple[Content, ...]:
    """The same contents in a message that has `by` files before theirs."""
    return tuple(
        replace(one, files=tuple(place + by for place in one.files), contents=shift(one.contents, by))
        if isinstance(one, Passage)
        else one
        for one in contents
    )


def placed_files(contents: Sequence[Content]) -> frozenset[int]:
    """Positions of the files that came with a passage, so that they are not the message's own."""
    return frozenset(place for one in everything_in(contents) if isinstance(one, Passage) for place in one.files)


def everything_in(contents: Sequence[Content]) -> Iterator[Content]:
    """Each content and what passages hold, in reading order."""
    for one in contents:
        yield one
        if isinstance(one, Passage):
            yield from everything_in(one.contents)


def is_shown(content: Content) -> bool:
    """Whether it is something to look at by itself."""
    match content:
        case HiddenLink() | Passage(role=Role.QUOTE):
            return False
        case Card(what=what):
            return what not in _SMALL_TALK
        case _:
            return True
