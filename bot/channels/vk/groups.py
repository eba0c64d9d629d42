"""Questions asked of a community for all to read: in VK's group chats, below posts of its wall, on its boards.

What is said to others is dropped before it is stored. In a chat a question is what names the community, answers it or
begins with /ask. Wall and board are the community's own: there it is also what asks (it has a question mark) and does
not answer somebody else. Communities, ours among them, are never answered, and forwarded words are nobody's question.
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
"""How an answer to a comment begins: VK puts the name of whom it answers there."""
_PEERS = frozenset({"message_new", "message_edit", "message_event", "message_reply"})
_MOST = 4000


def is_public(payload: dict[str, Any]) -> bool:
    """Whether the event tells of something that others than one person and the community can read."""
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
    """The question that a public event asks us, without a word of anybody else; None where it asks nothing."""
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
    """Who asked the question."""
    return int(event.payload["object"]["from_id"])


def with_permission(event: RawEvent, allows: bool | None) -> RawEvent:
    """The question with what VK says of whether its asker takes messages from us; None where it does not say."""
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
    """Whether the text begins with the command to ask, and what it says without that and without our name."""
    unnamed = name.sub(" ", text).strip(" ,:\n")
    command = re.match(r"/ask(?=\s|$)", unnamed, re.IGNORECASE)
    return command is not None, (unnamed[command.end() :] if command else unnamed).strip()


def _name_of(group_id: int) -> re.Pattern[str]:
    return re.compile(
        rf"\[(?:club|public|event){group_id}\|[^\]]*\]|[@*](?:club|public|event){group_id}\b", re.IGNORECASE
    )


def decode_question(account: str, payload: dict[str, Any]) -> IncomingEvent:
    """What a kept question says."""
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
    """The parameters of wall.createComment that say something below a question."""
    return {
        "owner_id": -group_id,
        "post_id": place.thread,
        "from_group": group_id,
        "reply_to_comment": place.message,
        "message": part.text.text,
        # VK shows a comment with the same mark once.
        "guid": f"frontdesk-{part.random_id}",
    }


def in_chat(place: PublicPlace) -> dict[str, str | int]:
    """Whereto in a chat, as an answer to the question."""
    quoted = {"peer_id": int(place.group), "conversation_message_ids": [int(place.message)], "is_reply": 1}
    return {"peer_ids": place.group, "forward": json.dumps(quoted)}


def in_public(outcome: SendOutcome) -> SendOutcome:
    """What an outcome means for a line that all can read: the person and the account have no part in it."""
    match outcome:
        case Refused():
            return Unsendable(reasons.NOT_THERE)
        case AuthBroken(reasons.RIGHTS):
            return Unsendable(reasons.RIGHTS)
        case RetryAfter(seconds):
            return RetryAfter(seconds, for_contact=True)
        case _:
            return outcome
