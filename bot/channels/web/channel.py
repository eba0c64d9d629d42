"""The channel of the help page's chat: browsers write through `bot/web/chat/pages.py` and read from the database.

There is no platform in between, so sending cannot fail and a repeat shows nothing twice: sending only notifies the open
pages of a change.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.channels import ChannelLimits, Inlet, RawEvent
from bot.channels.downloads import Fetch
from bot.wording import WORDS
from handoff.messages.contents import ContactCard, Content, Passage, Role
from handoff.messages.rich_text import clean
from handoff.messages.values import Address, Attachment, EventKind, IncomingEvent, OutgoingPart, SendOutcome, Sent
from infra.bus import Bus
from infra.files import FileStore, Incoming, TooBigError

log = logging.getLogger(__name__)

ACCOUNT = "web:main"
TOPIC = "chat"
"""Bus topic: the id of the visitor whose pages have something new to show."""

_PIECE = 1 << 18


class WebChannel:
    """All visitors of the help page."""

    limits = ChannelLimits(
        per_second=1000, per_contact=1000, buttons=20, label=80, idempotent=True, concurrency=32, writes_first=True
    )

    def __init__(self, bus: Bus, files: FileStore, account: str = ACCOUNT) -> None:
        self.account = account
        self._bus = bus
        self._files = files

    async def run(self, inlet: Inlet) -> None:
        """Wait until cancelled: the pages themselves store messages."""
        await inlet.report(None)
        await asyncio.get_running_loop().create_future()

    async def send(self, part: OutgoingPart) -> SendOutcome:
        self._bus.publish(TOPIC, part.address.user_id)
        return Sent({"message_id": str(part.random_id)})

    async def probe(self) -> bool:
        return True

    async def fetch(self, source: str, into: Incoming) -> Fetch:
        """Copy a file that the page has stored already: `source` is its key in the store."""
        return await asyncio.to_thread(self._copy, source, into)

    def _copy(self, source: str, into: Incoming) -> Fetch:
        try:
            with self._files.path(source).open("rb") as kept:
                while piece := kept.read(_PIECE):
                    into.write(piece)
        except TooBigError:
            return Fetch.TOO_BIG
        except (ValueError, FileNotFoundError):
            return Fetch.NEVER
        except OSError as error:
            log.info("a visitor's file cannot be read: %s", type(error).__name__)
            return Fetch.LATER
        return Fetch.DONE

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        address, at = Address(self.account, payload["visitor"]), datetime.fromtimestamp(payload["at"], UTC)
        language = payload["language"]
        # Visitors have no names, but agents have to distinguish them.
        about = {"name": WORDS.text(language, "Guest {number}", number=payload["visitor"][:4]), "language": language}
        if payload.get("choice"):
            return IncomingEvent(EventKind.PRESS, address, at, choice_id=payload["choice"], **about)
        text = clean(payload["text"])
        given = tuple(
            Attachment(file["kind"], file["name"], source=file["key"], size=file["size"])
            for file in payload.get("files", ())
        )
        return IncomingEvent(
            EventKind.MESSAGE,
            address,
            at,
            text=text,
            message_id=payload["key"],
            attachments=given,
            contents=tuple(_contents(payload)),
            start=payload.get("start", ""),
            **about,
        )

    async def close(self) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class ForPerson:
    """What the question form asks besides the question; such a question goes to a person."""

    category: str = ""
    email: str = ""
    entry: str = ""
    """The question of the entry that left it open."""


def _contents(payload: dict[str, Any]) -> Iterator[Content]:
    if entry := payload.get("entry"):
        yield Passage(Role.QUOTE, clean(entry), by="community")
    if email := payload.get("email"):
        yield ContactCard("", emails=(clean(email),))


def message_event(
    visitor: str, key: str, text: str, at: datetime, language: str, files: Sequence[dict[str, Any]] = ()
) -> RawEvent:
    """Make the inbox event of a message.

    The same `key` with the same content is the same message. Other content under a used key is another message: a form
    may be sent again after an uncertain failure, with its text changed.
    """
    content = json.dumps([key, text, list(files)], sort_keys=True)
    name = hashlib.sha256(content.encode()).hexdigest()[:32]
    payload: dict[str, Any] = {
        "visitor": visitor, "key": name, "text": text, "at": at.timestamp(), "language": language,
    }  # fmt: skip
    if files:
        payload["files"] = list(files)
    return RawEvent(f"{visitor}:{name}", None, visitor, payload)


def address_to_person(event: RawEvent, form: ForPerson) -> RawEvent:
    """Return the event of a message that was written in the question form."""
    start = f"ask-{form.category}" if form.category else "ask"
    return replace(event, payload=event.payload | {"start": start, "email": form.email, "entry": form.entry})


def press_event(visitor: str, key: str, choice: str, at: datetime, language: str) -> RawEvent:
    """Make the inbox event of a pressed button; the buttons of a message share one `key`."""
    payload = {"visitor": visitor, "choice": choice, "at": at.timestamp(), "language": language}
    name = hashlib.sha256(json.dumps([key, choice]).encode()).hexdigest()[:32]
    return RawEvent(f"{visitor}:{name}", None, visitor, payload)
