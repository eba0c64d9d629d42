"""Questions in Telegram's groups: which messages are one to us, and the little of them that is kept.

A message is to us when it begins with /ask, names the bot or answers one of the bot's. Everything else that is said in
a group is dropped before it is stored, and so is what other bots, channels and anonymous admins say, and what somebody
passes on. All this works with the bot's privacy mode on, where Telegram holds back most of the rest by itself.
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
"""A kind of update of our own: what is kept of a question in a group."""
_KINDS = ("message", "edited_message", "my_chat_member")
_GROUPS = frozenset({"group", "supergroup"})
_NOT_THEIR_OWN = ("forward_origin", "is_automatic_forward", "via_bot", "sender_chat")
_MOST = 4000


@dataclass(frozen=True, slots=True)
class Bot:
    """Who is asked."""

    id: int
    username: str


def is_from_a_group(update: dict[str, Any]) -> bool:
    """Whether it tells of something that happened in a group or a channel."""
    return any(_type(update.get(kind)) not in {"", "private"} for kind in _KINDS)


def _type(body: Any) -> str:  # noqa: ANN401 - whatever the platform has sent
    chat = body.get("chat") if isinstance(body, dict) else None
    return str(chat.get("type", "")) if isinstance(chat, dict) else ""


def question(event: RawEvent, bot: Bot) -> RawEvent | None:
    """The question that a group's update asks us, without a word of anybody else; None where it asks nothing."""
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
    """What the message asks us; empty where it is not to us, or says nothing."""
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
    """What a kept question says."""
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
    """The request that says something below a question. Raises ValueError for ids that are none."""
    to: dict[str, Any] = {"chat_id": int(place.group), "message_thread_id": int(place.thread) if place.thread else None}
    if place.for_asker:
        # Telegram promises no more than to try, so never what somebody has to see.
        to["ephemeral_message_parameters"] = EphemeralMessageParameters(receiver_user_id=int(part.address.user_id))
    # A question that was deleted meanwhile is not answered: an answer to nothing only puzzles the group.
    return SendMessage(**values | to, reply_parameters=ReplyParameters(message_id=int(place.message)))


def in_public(outcome: SendOutcome, part: OutgoingPart, place: PublicPlace) -> SendOutcome:
    """What an outcome means for a line in a group: the person and the other chats have no part in it."""
    match outcome:
        case Unsendable(reason) if place.for_asker:
            # A small group, or a server that cannot: then all see it. It was refused, so it is not said twice.
            return Unsendable(reason, replace(part, place=replace(place, for_asker=False)))
        case Refused():
            return Unsendable(reasons.NOT_THERE)
        case RetryAfter(seconds):
            return RetryAfter(seconds, for_contact=True)
        case _:
            return outcome
