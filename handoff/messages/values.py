"""Neutral values that are exchanged between platforms and the rest of the program.

Nothing here names a platform: adapters in `bot/channels/` translate to and from these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handoff.messages.contents import Content, is_shown


@dataclass(frozen=True, slots=True)
class Address:
    """Private address of one person: it has no chat id on purpose, so an answer cannot go to a group."""

    account: str
    """The channel account, e.g. `vk:main`."""
    user_id: str

    def __str__(self) -> str:
        return f"{self.account}/{self.user_id}"


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Where a question was asked in public. Only the adapter that assigned the ids can interpret them."""

    group: str
    """The chat, wall or board: the limit of public lines applies per thread."""
    message: str
    """The question's own id within the thread."""
    thread: str = ""
    """The topic or post below which it stands, if there is one."""
    title: str = ""
    url: str = ""
    """Address at which an agent can read it; empty if the platform has none."""
    door: str = ""
    """The beginning of a link into the private chat; what the link carries is appended."""
    mute: bool = False
    """The community cannot answer there by a program."""
    for_asker: bool = False
    """Whether lines there are meant for the asker only, and may be lost.

    If the platform can show a line to one person alone, only the asker sees it.
    """


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact, as far as sending is concerned."""

    id: int
    account: str
    user_id: str
    language: str
    numbered: bool = False
    """Their app shows no buttons: choices are numbered in the text, and typing the number selects one."""


class EntityKind(StrEnum):
    """Formatting that every channel can show or drop."""

    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entity:
    """Formatting of a range of text; `offset` and `length` count UTF-16 units, as VK and Telegram both do."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """Text and its formatting, kept separate, so that no user text can forge markup."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment other than text: its kind and where the platform keeps it."""

    kind: str
    """photo, document, voice, video, audio, sticker or other."""
    name: str = ""
    reference: str = ""
    """The platform's own identifier of the file; means nothing elsewhere."""
    source: str = field(default="", compare=False)
    """What the channel fetches it by (a file id, an address that will expire); empty if it cannot be fetched."""
    size: int = field(default=0, compare=False)
    """In bytes, if the platform reports it."""


class EventKind(StrEnum):
    """What a contact did."""

    MESSAGE = "message"
    EDIT = "edit"
    PRESS = "press"
    ALLOWED = "allowed"
    BLOCKED = "blocked"
    PROFILE = "profile"
    PUBLIC = "public"
    """A question to us that others can read, asked in `IncomingEvent.place`."""
    STAFF_REPLY = "staff_reply"
    """A person answered the contact in the platform's own inbox, bypassing the desk."""


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """One action of a contact, in neutral terms."""

    kind: EventKind
    address: Address
    at: datetime
    """By the platform's clock, often in whole seconds; without one, the time of receipt."""
    text: str = ""
    name: str = ""
    """The person's name, if the platform sends it with the event."""
    language: str = ""
    """Language of the person's profile (`ru`, `en` …), if the platform reports it."""
    message_id: str = ""
    """The platform's id of the message written or edited, or of the one whose button was pressed."""
    choice_id: str = ""
    start: str = ""
    """Payload of a deep link."""
    reply_to: str = ""
    """The platform's id of the message that this one quotes.

    It is `Message.platform_id` of one that the contact wrote, `named_in_chat(Delivery.platform_ids)` of one that we
    sent.
    """
    attachments: tuple[Attachment, ...] = ()
    """Every file or sticker, including those within a forwarded message."""
    contents: tuple[Content, ...] = ()
    """Other contents: places, polls, quoted messages, hidden links (`handoff/messages/contents.py`)."""
    album: str = ""
    """Shared by messages that the platform shows as one; empty for a single message."""
    numbered: bool | None = None
    """Whether the person's app cannot show our buttons; None if the platform does not report it."""
    place: PublicPlace | None = None
    """Where it was asked, if in public."""
    allows: bool | None = None
    """Whether the person accepts private messages from us; None if the platform does not report it."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as the platform shows it: a label of at most 40 characters and an opaque id of at most 40 ASCII ones."""

    label: str
    id: str


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that is sent as a message of its own."""

    kind: str
    """`photo` for a file that the platform shows as a picture, otherwise `document`."""
    name: str
    key: str
    """Its key in the file store."""


@dataclass(frozen=True, slots=True)
class OutgoingPart:
    """One message on the platform: a text that fits and the buttons under it."""

    address: Address
    text: RichText
    buttons: tuple[Button, ...] = ()
    random_id: int = 0
    """Identical on each repeat of this part; platforms that support such a key show the part once."""
    edits: str | None = None
    """The platform's id of the message that this one replaces; None for a new message."""
    file: OutgoingFile | None = None
    """File that is sent instead of a text."""
    place: PublicPlace | None = None
    """The question below which it is posted in public; None for a private message."""
    marks: str | None = None
    """The platform's id of the contact's message that this part marks as received; None for a message."""

    deletes: str | None = None
    """The platform's id of the message that this part deletes; None for a message."""

    @property
    def is_silent(self) -> bool:
        """Whether the contact's phone stays silent: it edits, marks or deletes a message."""
        return self.edits is not None or self.marks is not None or self.deletes is not None


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform confirmed the message with its own ids."""

    platform_ids: dict[str, str] = field(default_factory=dict)
    """The id by which later events name the message: under `cmid`, otherwise under `message_id`."""


def named_in_chat(platform_ids: Mapping[str, str] | None) -> str:
    """Return the id by which a press, a quote or an edit names a message that we sent; empty if unknown.

    VK has two: `message_id`, which its events never contain, and `cmid`, the number within the conversation.
    """
    ids = platform_ids or {}
    return ids.get("cmid") or ids.get("message_id") or ""


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """The platform asks for a pause; the attempt does not count."""

    seconds: float
    for_contact: bool = False
    """The limit concerns this one contact: messages to others continue."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It certainly did not arrive, or repeating it is harmless: try again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The contact cannot receive messages until they write first."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsendable:
    """The platform will never accept this part as it is."""

    reason: str
    fallback: OutgoingPart | None = None
    """A plainer form that it may accept, to be tried once."""


@dataclass(frozen=True, slots=True)
class AuthBroken:
    """The account's token or permissions are invalid: nothing can be sent until an admin fixes them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request was sent and no response came: it may have arrived."""

    reason: str


SendOutcome = Sent | RetryAfter | Retry | Refused | Unsendable | AuthBroken | Uncertain


def shows_something(event: IncomingEvent) -> bool:
    """Return whether there is visible content besides text: not a sticker, a quoted message or a hidden link."""
    return any(attachment.kind != "sticker" for attachment in event.attachments) or any(map(is_shown, event.contents))
