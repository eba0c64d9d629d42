"""VK's messages.* methods for a community bot."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.loopback import Call
from bot.simulator.phone import Json, Person
from bot.simulator.vk.checks import (
    VkError,
    bad_parameter,
    check_attachments,
    check_event_data,
    check_format,
    check_keyboard,
    check_text,
)
from bot.simulator.vk.public import VkPublic
from bot.simulator.vk.world import Talk, VkWorld

PRESS_LIVES = timedelta(minutes=1)
EDITABLE_FOR = timedelta(hours=24)
DELETABLE_FOR = timedelta(hours=24)
MESSAGES_PER_HOUR = 1000
MAX_PEERS = 100
MAX_PAGE = 200
REACTIONS = dict(enumerate("❤🔥😂👍💩❓😭😡👎👌😃🤔🙏😘😍🎉", 1))
"""By `reaction_id`, as VK's apps show them."""
MAX_RANDOM_ID = 2**31 - 1


class VkMessages:
    """Executes messages.* calls. Raises VkError or BadParameterError when the platform would refuse."""

    def __init__(self, world: VkWorld, public: VkPublic) -> None:
        self._public = public
        self.deduplicated = 0
        self.presses_answered = 0
        self.dedupe_window: timedelta | None = None
        """How long a random_id is remembered; None means without limit, as VK documents it."""
        self._world = world
        self._sent: dict[int, tuple[datetime, list[Json]]] = {}
        self._hourly: dict[int, deque[datetime]] = {}

    def methods(self) -> dict[str, Callable[[Call], Any]]:
        return {
            "messages.send": self.send,
            "messages.edit": self.edit,
            "messages.delete": self.delete,
            "messages.sendMessageEventAnswer": self.answer_press,
            "messages.setActivity": self.set_activity,
            "messages.sendReaction": self.react,
            "messages.markAsRead": self.mark_as_read,
            "messages.markAsAnsweredConversation": self.mark_as_answered,
            "messages.isMessagesFromGroupAllowed": self.is_allowed,
            "messages.getConversations": self.conversations,
            "messages.getHistory": self.history,
            "messages.getByConversationMessageId": self.by_cmid,
        }

    def send(self, call: Call) -> Any:  # noqa: ANN401 - a bare id, or a list for peer_ids
        random_id = call.integer("random_id")
        if not -(MAX_RANDOM_ID + 1) <= random_id <= MAX_RANDOM_ID:
            raise bad_parameter("random_id should be int32")
        several = call.text("peer_ids") != ""
        peers = _integers(call, "peer_ids") if several else [_peer(call)]
        if not 1 <= len(peers) <= MAX_PEERS:
            raise bad_parameter("peer_ids should have from 1 to 100 items")
        answer = self._repeated(random_id)
        if answer is None:
            body = self._body(call) | {"random_id": random_id}
            forward = call.structure("forward")
            answer = [self._send_one(peer, body, forward) for peer in peers]
            if random_id and not any("error" in item for item in answer):
                self._sent[random_id] = (self._world.clock(), answer)
        if several:
            return answer
        if error := answer[0].get("error"):
            raise VkError(error["code"], error["description"])
        return answer[0]["message_id"]

    def _repeated(self, random_id: int) -> list[Json] | None:
        """Return the answer to the earlier send with this random_id, to any recipient: VK compares nothing else."""
        if random_id not in self._sent:
            return None
        sent_at, answer = self._sent[random_id]
        if self.dedupe_window is not None and self._world.clock() - sent_at > self.dedupe_window:
            return None
        self.deduplicated += 1
        return answer

    def _send_one(self, peer: int, body: Json, forward: object) -> Json:
        try:
            if peer in self._public:
                message = self._public.deliver(peer, body, forward)
            else:
                person = self._reachable(peer)
                self._count_hour(peer)
                message = self._world.deliver(person.id, body)
        except VkError as error:
            refusal = {"code": error.code, "description": error.description}
            return {"peer_id": peer, "message_id": 0, "conversation_message_id": 0, "error": refusal}
        ids = {"message_id": message["id"], "conversation_message_id": message["conversation_message_id"]}
        return {"peer_id": peer} | ids

    def _body(self, call: Call) -> Json:
        text = check_text(call.text("message"))
        now = int(self._world.clock().timestamp())
        attachments = [_attachment(name, now) for name in check_attachments(call.text("attachment"))]
        if not text.strip() and not attachments:
            raise bad_parameter("message is empty or invalid")
        body: Json = {"text": text, "attachments": attachments}
        optional = {
            "keyboard": check_keyboard(call.text("keyboard")),
            "format_data": check_format(text, call.structure("format_data")),
            "payload": call.text("payload") or None,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    def _reachable(self, peer: int) -> Person:
        person = self._world.people.get(peer)
        if person is None or not person.reachable:
            raise VkError(901)
        if person.blocked:
            raise VkError(900)
        return person

    def _count_hour(self, peer: int) -> None:
        now, hour = self._world.clock(), self._hourly.setdefault(peer, deque())
        while hour and now - hour[0] > timedelta(hours=1):
            hour.popleft()
        if len(hour) >= MESSAGES_PER_HOUR:
            raise VkError(9)
        hour.append(now)

    def edit(self, call: Call) -> int:
        peer = call.integer("peer_id")
        talk = self._talk(peer)
        message = _find(talk, call)
        if message is None or not message["out"]:
            raise bad_parameter("message_id is undefined")
        if self._world.clock().timestamp() - message["date"] > EDITABLE_FOR.total_seconds():
            raise VkError(909)
        # Values that are not passed again are removed, including the keyboard.
        body = {"keyboard": None, "format_data": None} | self._body(call)
        self._world.change(peer, message["conversation_message_id"], body)
        return 1

    def delete(self, call: Call) -> list[Json]:
        peer, numbers = call.integer("peer_id"), _integers(call, "cmids")
        talk, for_all = self._talk(peer), call.text("delete_for_all") == "1"
        return [
            {"peer_id": peer, "conversation_message_id": cmid} | self._delete(talk, cmid, for_all) for cmid in numbers
        ]

    def _delete(self, talk: Talk, cmid: int, for_all: bool) -> Json:
        message = talk.messages.get(cmid)
        if message is None:
            return {"error": {"code": 100, "description": "One of the parameters specified was missing or invalid"}}
        if not for_all:
            return {"response": 1}  # it is gone in the community's list alone: the person still reads it
        if not message["out"] or self._world.clock().timestamp() - message["date"] > DELETABLE_FOR.total_seconds():
            return {"error": {"code": 924, "description": "Can't delete this message for everybody"}}
        self._world.remove(talk, cmid)
        return {"response": 1}

    def answer_press(self, call: Call) -> int:
        press = self._world.presses.get(call.text("event_id"))
        user, peer = call.integer("user_id"), call.integer("peer_id")
        shown = check_event_data(call.structure("event_data"))
        if press is None or press.answered or (user, peer) != (press.user_id, press.user_id):
            raise bad_parameter("event_id is invalid")
        if self._world.clock() - press.at > PRESS_LIVES:
            raise bad_parameter("event_id is expired")
        press.answered = True
        self.presses_answered += 1
        self._world.notices[user] = shown
        self._world.news.announce()
        return 1

    def set_activity(self, call: Call) -> int:
        self._reachable(_peer(call))
        if call.text("type", "typing") not in {"typing", "audiomessage", "file", "photo", "video"}:
            raise bad_parameter("type is invalid")
        return 1

    def react(self, call: Call) -> int:
        peer = call.integer("peer_id")
        message = _find(self._talk(peer), call)
        if message is None:
            raise bad_parameter("cmid is invalid")
        self._reachable(peer)
        emoji = REACTIONS.get(call.integer("reaction_id"))
        if emoji is None:
            raise VkError(1009)
        self._world.react(peer, message["conversation_message_id"], emoji)
        return 1

    def mark_as_read(self, call: Call) -> int:
        talk = self._talk(call.integer("peer_id"))
        talk.read_to = min(talk.last, call.integer("up_to_cmid", talk.last))
        return 1

    def mark_as_answered(self, call: Call) -> int:
        self._talk(call.integer("peer_id")).answered = call.text("answered", "1") == "1"
        return 1

    def is_allowed(self, call: Call) -> Json:
        person = self._world.people.get(call.integer("user_id"))
        return {"is_allowed": int(person is not None and person.reachable and not person.blocked)}

    def conversations(self, call: Call) -> Json:
        items = [self._conversation(user_id, talk) for user_id, talk in self._world.talks.items() if talk.messages]
        items.sort(key=lambda item: -item["last_message"]["id"])
        wanted = call.text("filter", "all")
        if wanted == "unread":
            items = [item for item in items if item["conversation"]["unread_count"]]
        elif wanted == "unanswered":
            items = [item for item in items if item["conversation"]["unanswered"]]
        elif wanted not in {"all", "important"}:
            raise bad_parameter("filter is invalid")
        unread = sum(1 for item in items if item["conversation"]["unread_count"])
        return {"count": len(items), "unread_count": unread, "items": _page(items, call)}

    def _conversation(self, user_id: int, talk: Talk) -> Json:
        last = talk.messages[max(talk.messages)]
        unread = [cmid for cmid, message in talk.messages.items() if cmid > talk.read_to and not message["out"]]
        read = [message["id"] for cmid, message in talk.messages.items() if cmid <= talk.read_to]
        person = self._world.person(user_id)
        conversation: Json = {
            "peer": {"id": user_id, "type": "user", "local_id": user_id},
            "last_message_id": last["id"],
            "last_conversation_message_id": talk.last,
            "in_read": max(read, default=0),
            "out_read": last["id"],
            "in_read_cmid": talk.read_to,
            "out_read_cmid": talk.last,
            "unread_count": len(unread),
            "is_marked_unread": False,
            "important": False,
            "unanswered": not talk.answered,
            "sort_id": {"major_id": 0, "minor_id": last["id"]},
            "can_write": {"allowed": not person.blocked},
            "version": last["version"],
        }
        return {"conversation": conversation, "last_message": last}

    def history(self, call: Call) -> Json:
        talk = self._talk(call.integer("peer_id", call.integer("user_id", 0)))
        messages = list(talk.messages.values())
        if call.text("rev") != "1":
            messages.reverse()
        return {"count": len(messages), "items": _page(messages, call)}

    def by_cmid(self, call: Call) -> Json:
        talk = self._talk(call.integer("peer_id"))
        found = [talk.messages[cmid] for cmid in _integers(call, "conversation_message_ids") if cmid in talk.messages]
        return {"count": len(found), "items": found}

    def _talk(self, peer: int) -> Talk:
        if peer not in self._world.people:
            raise bad_parameter("peer_id is invalid")
        return self._world.talk(peer)


def _peer(call: Call) -> int:
    return call.integer("peer_id", call.integer("user_id", 0)) or call.integer("peer_id")


def _integers(call: Call, name: str) -> list[int]:
    try:
        return [int(part) for part in call.text(name).split(",")]
    except ValueError:
        raise bad_parameter(f"{name} is invalid") from None


def _find(talk: Talk, call: Call) -> Json | None:
    cmid = call.integer("cmid", call.integer("conversation_message_id", 0))
    message_id = call.integer("message_id", 0)
    if cmid:
        return talk.messages.get(cmid)
    return next((message for message in talk.messages.values() if message["id"] == message_id), None)


def _attachment(name: str, date: int) -> Json:
    """Return the attachment object for `type{owner}_{id}` with the fields that its type requires."""
    kind = name[: len(name) - len(name.lstrip("abcdefghijklmnopqrstuvwxyz"))]
    owner, identity = name.removeprefix(kind).split("_")[:2]
    details: dict[str, Json] = {
        "photo": {"album_id": -64, "date": date, "sizes": [], "text": ""},
        "doc": {"title": "document", "ext": "", "size": 1, "type": 1, "date": date},
    }
    return {"type": kind, kind: {"owner_id": int(owner), "id": int(identity)} | details.get(kind, {})}


def _page(items: list[Json], call: Call) -> list[Json]:
    count = call.integer("count", 20)
    if not 0 <= count <= MAX_PAGE:
        raise bad_parameter("count should be from 0 to 200")
    offset = call.integer("offset", 0)
    return items[offset : offset + count]
