"""The neutral values that travel between a platform and everything else.

Nothing here names a platform: adapters in `bot/channels/` translate to and from these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handoff.messages.contents import Content, is_shown


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person is reached in private: there is no chat id on purpose, so an answer cannot go to a group."""

    account: str
    """The channel account, e.g. `vk:main`."""
    user_id: str

    def __str__(self) -> str:
        return f"{self.account}/{self.user_id}"


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Where a question was asked for all to read. What the ids mean only the adapter knows that gave them."""

    group: str
    """The chat, wall or board: what is said there in public is counted by it."""
    message: str
    """The question's own id within the thread."""
    thread: str = ""
    """The topic or post below which it stands, where there is such a thing."""
    title: str = ""
    url: str = ""
    """Where an agent can read it; empty where the platform has no address for it."""
    door: str = ""
    """The beginning of a link into the private chat, to be ended by what the link carries."""
    mute: bool = False
    """The community cannot answer there by a program."""
    for_asker: bool = False
    """Of what is said there: it is meant for whoever asked, and loses little if it is lost. Where the platform can
    show it to them alone, nobody else is disturbed."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact as far as sending needs to know one."""

    id: int
    account: str
    user_id: str
    language: str
    numbered: bool = False
    """Their app shows no buttons: choices are numbered in the text, and the number is the press."""


class EntityKind(StrEnum):
    """The formatting that every channel can show or drop."""

    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entity:
    """Formatting of one stretch of text; `offset` and `length` count UTF-16 units, as VK and Telegram both do."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """Text and its formatting, apart from each other, so that no markup can be forged by what someone writes."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something other than text that came with a message: what it is and where the platform keeps it."""

    kind: str
    """photo, document, voice, video, audio, sticker or other."""
    name: str = ""
    reference: str = ""
    """The platform's own identifier of the file; means nothing elsewhere."""
    source: str = field(default="", compare=False)
    """By what the channel fetches it (a file id, an address that will expire); empty where it cannot."""
    size: int = field(default=0, compare=False)
    """In bytes, where the platform says so."""


class EventKind(StrEnum):
    """What a contact did."""

    MESSAGE = "message"
    EDIT = "edit"
    PRESS = "press"
    ALLOWED = "allowed"
    BLOCKED = "blocked"
    PROFILE = "profile"
    PUBLIC = "public"
    """A question to us that others can read; where, says `IncomingEvent.place`."""
    STAFF_REPLY = "staff_reply"
    """A person answered the contact in the platform's own inbox, past the desk."""


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """One thing a contact did, in neutral words."""

    kind: EventKind
    address: Address
    at: datetime
    """By the platform's clock, often in whole seconds; where it does not say, when the event came."""
    text: str = ""
    name: str = ""
    """What the person is called, where the platform says so with the event."""
    language: str = ""
    """Language of the person's profile (`ru`, `en` …), where the platform says so."""
    message_id: str = ""
    """The platform's id of the message written or edited, or of the one whose button was pressed."""
    choice_id: str = ""
    start: str = ""
    """What a deep link carried."""
    reply_to: str = ""
    """The platform's id of the message that this one quotes: `Message.platform_id` of one that the contact wrote,
    `named_in_chat(Delivery.platform_ids)` of one that we sent."""
    attachments: tuple[Attachment, ...] = ()
    """Everything that is a file or a sticker, also what came within a forwarded message."""
    contents: tuple[Content, ...] = ()
    """What else it holds: places, polls, what others wrote, addresses behind words (`handoff/messages/contents.py`)."""
    album: str = ""
    """What messages share that the platform shows as one; empty for a message by itself."""
    numbered: bool | None = None
    """Whether the person's app shows no buttons of ours; None where the platform does not say."""
    place: PublicPlace | None = None
    """Where it was asked, if in public."""
    allows: bool | None = None
    """Whether the person takes private messages from us; None where the platform does not say."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as the platform shows it: a label of at most 40 characters and an opaque id of at most 40 ASCII ones."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that goes out as a message of its own."""

    kind: str
    """`photo` for what the platform is to show as a picture, else `document`."""
    name: str
    key: str
    """Its place in the file store."""


@dataclass(frozen=True, slots=True)
class OutgoingPart:
    """One message on the platform: a text that fits and the buttons under it."""

    address: Address
    text: RichText
    buttons: tuple[Button, ...] = ()
    random_id: int = 0
    """The same on each repeat of this part; platforms that know such a key show the part once."""
    edits: str | None = None
    """The platform's id of the message that this one takes the place of; None for a new message."""
    file: OutgoingFile | None = None
    """What is sent instead of a text."""
    place: PublicPlace | None = None
    """The question below which it goes, for all to read; None for a private message."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform confirmed the message with its own ids."""

    platform_ids: dict[str, str] = field(default_factory=dict)
    """Under `cmid`, or where there is none under `message_id`: the id by which later events name the message."""


def named_in_chat(platform_ids: Mapping[str, str] | None) -> str:
    """The id by which a press or a quote names a message that we sent, and by which it is edited; empty if unknown.

    VK gives two: `message_id`, which its events never speak of, and `cmid`, the number within the conversation.
    """
    ids = platform_ids or {}
    return ids.get("cmid") or ids.get("message_id") or ""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """The platform asks for a pause; this is not an attempt."""

    seconds: float
    for_contact: bool = False
    """It has heard enough from us for this one contact: the others are written to meanwhile."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It surely did not arrive, or repeating it is harmless: try again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The contact cannot be written to until they write first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsendable:
    """The platform will never take this part as it is."""

    reason: str
    fallback: OutgoingPart | None = None
    """A plainer form that it may take, to be tried once."""


@dataclass(frozen=True, slots=True)
class AuthBroken:
    """The account's token or rights are broken: nothing can be sent until an admin mends them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request left and no answer came: it may have arrived."""

    reason: str


SendOutcome = Sent | RetryAfter | Retry | Refused | Unsendable | AuthBroken | Uncertain


def shows_something(event: IncomingEvent) -> bool:
    """Whether something to look at came besides words: not a sticker, a quoted message or an address behind a word."""
    return any(attachment.kind != "sticker" for attachment in event.attachments) or any(map(is_shown, event.contents))
