"""Public questions to a VK community: in group chats, below posts of its wall, and on its boards.

All other messages are dropped before they are stored. In a chat, a question is a message that mentions the community,
replies to it or begins with /ask. The wall and the boards belong to the community: there a message with a question
mark that does not reply to another person is a question too. Communities, including our own, are never answered, and
forwarded words are not a question.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.channels import RawEvent, reasons
from bot.channels.vk.updates import CHATS_FROM, QUESTION
from handoff.messages.rich_text import clean
from handoff.messages.values import (
    Address,
    AuthBroken,
    EventKind,
    IncomingEvent,
    OutgoingPart,
    PublicPlace,
    Refused,
    RetryAfter,
    SendOutcome,
    Unsendable,
)

WALL, BOARD = "wall", "board"
_ADDRESSED = re.compile(r"^\[[^|\]]{1,80}\|[^\]]*\],?\s*")
"""The start of a reply to a comment: VK inserts the name of the person replied to."""
_PEERS = frozenset({"message_new", "message_edit", "message_event", "message_reply"})
_MOST = 4000


def is_public(payload: dict[str, Any]) -> bool:
    """Return whether the event's message is visible to others than one person and the community."""
    kind, body = payload.get("type"), payload.get("object")
    if not isinstance(kind, str):
        return False
    if kind in {"wall_reply_new", "board_post_new"}:
        return True
    if kind not in _PEERS or not isinstance(body, dict):
        return False
    message = body.get("message", body)
    peer = message.get("peer_id") if isinstance(message, dict) else None
    return type(peer) is int and peer > CHATS_FROM


def question(event: RawEvent, group_id: int) -> RawEvent | None:
    """Extract the question to us from a public event, without other people's words; None if it has none."""
    kind, body = event.payload.get("type"), event.payload.get("object")
    if not isinstance(body, dict):
        return None
    said = body.get("message", body) if kind == "message_new" else body
    person = said.get("from_id") if isinstance(said, dict) else None
    if type(person) is not int or not 0 < person < CHATS_FROM:
        return None
    match kind:
        case "message_new":
            key, place = event.message_key, {"group": said["peer_id"], "message": said["conversation_message_id"]}
            words = _asked_in_chat(said, group_id)
        case "wall_reply_new" if said.get("post_owner_id", said.get("owner_id", -group_id)) == -group_id:
            key, place = f"w:{said['post_id']}:{said['id']}", {"group": WALL, "thread": said["post_id"]}
            words = _asked_below(said, group_id)
        case "board_post_new":
            key, place = f"b:{said['topic_id']}:{said['id']}", {"group": BOARD, "thread": said["topic_id"]}
            words = _asked_below(said, group_id)
        case _:
            return None
    if not words:
        return None
    kept = {"from_id": person, "date": said["date"], "text": words, "community": group_id}
    kept["place"] = {"message": said.get("id")} | place
    payload = event.payload | {"type": QUESTION, "object": kept}
    return replace(event, payload=payload, message_key=key)


def asker(event: RawEvent) -> int:
    """Return the id of the person who asked."""
    return int(event.payload["object"]["from_id"])


def with_permission(event: RawEvent, allows: bool | None) -> RawEvent:
    """Add to a question whether its asker accepts messages from us; None if unknown."""
    return replace(event, payload=event.payload | {"object": event.payload["object"] | {"allows": allows}})


def _asked_in_chat(message: dict[str, Any], group_id: int) -> str:
    text, name = clean(str(message.get("text") or ""))[:_MOST], _name_of(group_id)
    command, words = _command(text, name)
    answered = message.get("reply_message")
    to_us = isinstance(answered, dict) and answered.get("from_id") == -group_id
    return words if command or to_us or name.search(text) else ""


def _asked_below(comment: dict[str, Any], group_id: int) -> str:
    text, name = clean(str(comment.get("text") or ""))[:_MOST], _name_of(group_id)
    command, words = _command(text, name)
    answered = comment.get("reply_to_user")
    if command or answered == -group_id or name.search(text):
        return _ADDRESSED.sub("", words)
    to_others = answered is not None or _ADDRESSED.match(text)
    return words if "?" in text and not to_others else ""


def _command(text: str, name: re.Pattern[str]) -> tuple[bool, str]:
    """Return whether the text begins with the ask command, and the text without the command and our name."""
    unnamed = name.sub(" ", text).strip(" ,:\n")
    command = re.match(r"/ask(?=\s|$)", unnamed, re.IGNORECASE)
    return command is not None, (unnamed[command.end() :] if command else unnamed).strip()


def _name_of(group_id: int) -> re.Pattern[str]:
    return re.compile(
        rf"\[(?:club|public|event){group_id}\|[^\]]*\]|[@*](?:club|public|event){group_id}\b", re.IGNORECASE
    )


def decode_question(account: str, payload: dict[str, Any]) -> IncomingEvent:
    """Decode a stored question."""
    kept = payload["object"]
    place, community = kept["place"], int(kept["community"])
    group, thread, message = str(place["group"]), str(place.get("thread", "")), str(int(place["message"]))
    url = {
        WALL: f"https://vk.com/wall-{community}_{thread}?reply={message}",
        BOARD: f"https://vk.com/topic-{community}_{thread}?post={message}",
    }.get(group)
    return IncomingEvent(
        EventKind.PUBLIC,
        Address(account, str(int(kept["from_id"]))),
        datetime.fromtimestamp(kept["date"], UTC),
        text=kept["text"],
        place=PublicPlace(
            group=group,
            message=message,
            thread=thread,
            url=url or f"https://vk.com/gim{community}?sel=c{int(group) - CHATS_FROM}",
            door=f"https://vk.me/club{community}?ref=",
            mute=group == BOARD,
        ),
        allows=kept.get("allows"),
    )


def comment(part: OutgoingPart, place: PublicPlace, group_id: int) -> dict[str, str | int]:
    """Return the parameters of wall.createComment for a reply to a question."""
    return {
        "owner_id": -group_id,
        "post_id": place.thread,
        "from_group": group_id,
        "reply_to_comment": place.message,
        "message": part.text.text,
        # VK shows comments with the same guid once.
        "guid": f"frontdesk-{part.random_id}",
    }


def in_chat(place: PublicPlace) -> dict[str, str | int]:
    """Return the destination in a chat, as a reply to the question."""
    quoted = {"peer_id": int(place.group), "conversation_message_ids": [int(place.message)], "is_reply": 1}
    return {"peer_ids": place.group, "forward": json.dumps(quoted)}


def in_public(outcome: SendOutcome) -> SendOutcome:
    """Restrict an outcome to a public line: it says nothing about the person and the account."""
    match outcome:
        case Refused():
            return Unsendable(reasons.NOT_THERE)
        case AuthBroken(reasons.RIGHTS):
            return Unsendable(reasons.RIGHTS)
        case RetryAfter(seconds):
            return RetryAfter(seconds, for_contact=True)
        case _:
            return outcome
