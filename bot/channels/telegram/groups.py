"""Questions to the bot in Telegram groups: how they are recognized, and which of their data is stored.

A message is a question to the bot when it begins with /ask, mentions the bot or replies to one of its messages. All
other group messages are dropped before they are stored, including those of other bots, channels and anonymous admins,
and forwarded messages. This works with the bot's privacy mode on, in which Telegram withholds most other messages.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.channels import RawEvent, reasons
from bot.channels.telegram.models import EphemeralMessageParameters, ReplyParameters, SendMessage
from bot.channels.telegram.updates import person_of
from handoff.messages.rich_text import clean
from handoff.messages.values import (
    EventKind,
    IncomingEvent,
    OutgoingPart,
    PublicPlace,
    Refused,
    RetryAfter,
    SendOutcome,
    Unsendable,
)

QUESTION = "public_question"
"""Our own kind of update: the stored part of a question in a group."""
_KINDS = ("message", "edited_message", "my_chat_member")
_GROUPS = frozenset({"group", "supergroup"})
_NOT_THEIR_OWN = ("forward_origin", "is_automatic_forward", "via_bot", "sender_chat")
_MOST = 4000


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot that is asked."""

    id: int
    username: str


def is_from_a_group(update: dict[str, Any]) -> bool:
    """Return whether the update comes from a group or a channel."""
    return any(_type(update.get(kind)) not in {"", "private"} for kind in _KINDS)


def _type(body: Any) -> str:  # noqa: ANN401 - whatever the platform has sent
    chat = body.get("chat") if isinstance(body, dict) else None
    return str(chat.get("type", "")) if isinstance(chat, dict) else ""


def question(event: RawEvent, bot: Bot) -> RawEvent | None:
    """Extract the question to us from a group's update, without other people's words; None if it has none."""
    message = event.payload.get("message")
    if not isinstance(message, dict) or _type(message) not in _GROUPS or any(map(message.get, _NOT_THEIR_OWN)):
        return None
    person, words = message.get("from"), _asked(message, bot)
    if not isinstance(person, dict) or person.get("is_bot") or not words:
        return None
    chat = message["chat"]
    kept = {
        "from": {name: person[name] for name in ("id", "first_name", "last_name", "language_code") if name in person},
        "chat": {name: chat[name] for name in ("id", "title", "username") if name in chat},
        "message_id": message["message_id"],
        "message_thread_id": message.get("message_thread_id") if message.get("is_topic_message") else None,
        "date": message["date"],
        "text": words,
        "door": f"https://t.me/{bot.username}?start=",
    }
    rest = {name: value for name, value in event.payload.items() if name not in _KINDS}
    return replace(event, payload=rest | {QUESTION: kept}, message_key=f"p:{chat['id']}:{message['message_id']}")


def _asked(message: dict[str, Any], bot: Bot) -> str:
    """Return the question of a message; "" if it is empty or not addressed to us."""
    text = clean(str(message.get("text") or message.get("caption") or ""))[:_MOST]
    name = re.compile(rf"(?<![\w@])@{re.escape(bot.username)}\b", re.IGNORECASE)
    if command := re.match(rf"/ask(?:@{re.escape(bot.username)})?(?=\s|$)", text, re.IGNORECASE):
        return name.sub("", text[command.end() :]).strip()
    if text.startswith("/"):
        return ""
    answered = message.get("reply_to_message")
    author = answered.get("from") if isinstance(answered, dict) else None
    to_us = isinstance(author, dict) and author.get("id") == bot.id
    if not to_us and not name.search(text):
        return ""
    return " ".join(name.sub(" ", text).split(" ")).strip(" ,:")


def decode_question(account: str, payload: dict[str, Any]) -> IncomingEvent:
    """Decode a stored question."""
    kept = payload[QUESTION]
    chat, message = kept["chat"], str(int(kept["message_id"]))
    identity, thread = str(int(chat["id"])), kept.get("message_thread_id")
    where = chat.get("username") or (f"c/{identity.removeprefix('-100')}" if identity.startswith("-100") else "")
    address, name, language = person_of(account, kept["from"])
    return IncomingEvent(
        EventKind.PUBLIC,
        address,
        datetime.fromtimestamp(kept["date"], UTC),
        text=kept["text"],
        name=name,
        language=language,
        place=PublicPlace(
            group=identity,
            message=message,
            thread="" if thread is None else str(int(thread)),
            title=clean(str(chat.get("title") or "")),
            url=f"https://t.me/{where}/{message}" if where else "",
            door=kept["door"],
        ),
    )


def line(part: OutgoingPart, place: PublicPlace, values: dict[str, Any]) -> SendMessage:
    """Build the request that replies to a question. Raises ValueError for malformed ids."""
    to: dict[str, Any] = {"chat_id": int(place.group), "message_thread_id": int(place.thread) if place.thread else None}
    if place.for_asker:
        # Telegram delivers these on a best-effort basis, so they never carry anything essential.
        to["ephemeral_message_parameters"] = EphemeralMessageParameters(receiver_user_id=int(part.address.user_id))
    # A question that was deleted meanwhile is not answered: the answer would lack its context.
    return SendMessage(**values | to, reply_parameters=ReplyParameters(message_id=int(place.message)))


def in_public(outcome: SendOutcome, part: OutgoingPart, place: PublicPlace) -> SendOutcome:
    """Restrict an outcome to a line in a group: it says nothing about the person and other chats."""
    match outcome:
        case Unsendable(reason) if place.for_asker:
            # A basic group, or a server without this feature: everyone sees the line. The first try was refused, so it
            # does not appear twice.
            return Unsendable(reason, replace(part, place=replace(place, for_asker=False)))
        case Refused():
            return Unsendable(reasons.NOT_THERE)
        case RetryAfter(seconds):
            return RetryAfter(seconds, for_contact=True)
        case _:
            return outcome
