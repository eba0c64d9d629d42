"""The help page's chat as a channel: browsers write through `bot/channels/web/chat.py` and read what is in the database.

There is no platform between us and the reader, so nothing fails, and a repeat shows nothing twice: sending is telling
the open pages to look again.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from bot.channels import ChannelLimits, Inlet, RawEvent
from bot.channels.downloads import Fetch
from bot.channels.web.words import WORDS
from handoff.messages import Address, EventKind, IncomingEvent, OutgoingPart, SendOutcome, Sent
from handoff.richtext import clean
from infra.bus import Bus
from infra.files import Incoming

ACCOUNT = "web:main"
TOPIC = "chat"
"""On the bus: the id of the visitor whose pages have something new to show."""


class WebChannel:
    """All visitors of the help page."""

    limits = ChannelLimits(per_second=1000, per_contact=1000, buttons=20, label=80, idempotent=True, concurrency=32)

    def __init__(self, bus: Bus, account: str = ACCOUNT) -> None:
        self.account = account
        self._bus = bus

    async def run(self, inlet: Inlet) -> None:
        """Nothing to fetch: the pages store what is written. Lasts until cancelled."""
        await inlet.report(None)
        await asyncio.get_running_loop().create_future()

    async def send(self, part: OutgoingPart) -> SendOutcome:
        self._bus.publish(TOPIC, part.address.user_id)
        return Sent({"message_id": str(part.random_id)})

    async def fetch(self, source: str, into: Incoming) -> Fetch:  # noqa: ARG002 - its visitors send words only
        return Fetch.NEVER

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        address, at = Address(self.account, payload["visitor"]), datetime.fromtimestamp(payload["at"], UTC)
        language = payload["language"]
        # Nobody here gives a name, and agents have to tell one visitor from another.
        about = {"name": WORDS.text(language, "Guest {number}", number=payload["visitor"][:4]), "language": language}
        if payload.get("choice"):
            return IncomingEvent(EventKind.PRESS, address, at, choice_id=payload["choice"], **about)
        text = clean(payload["text"])
        return IncomingEvent(EventKind.MESSAGE, address, at, text=text, message_id=payload["key"], **about)

    async def close(self) -> None:
        """There is nothing to close."""


def written(visitor: str, key: str, text: str, at: datetime, language: str) -> RawEvent:
    """A message as the inbox stores it; the same `key` again is the same message."""
    payload = {"visitor": visitor, "key": key, "text": text, "at": at.timestamp(), "language": language}
    return RawEvent(f"{visitor}:{key}", None, visitor, payload)


def pressed(visitor: str, key: str, choice: str, at: datetime, language: str) -> RawEvent:
    """A pressed button."""
    payload = {"visitor": visitor, "choice": choice, "at": at.timestamp(), "language": language}
    return RawEvent(f"{visitor}:{key}", None, visitor, payload)
