"""VK's state: people, their chats with the community, and the events that these produce."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.simulator.faults import Faults
from bot.simulator.phone import Button, ChatMessage, Json, News, Person
from bot.simulator.vk.callback import Callbacks
from bot.simulator.vk.long_poll import LongPoll

MODERN_CLIENT: Json = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}
OLD_CLIENT: Json = {"button_actions": ["text"], "keyboard": True, "inline_keyboard": False, "carousel": False}


@dataclass(slots=True)
class Press:
    """A tap on a callback button; the bot may answer it for a minute."""

    user_id: int
    at: datetime
    answered: bool = False


@dataclass(slots=True)
class Talk:
    """One person's chat with the community. Messages by conversation_message_id, oldest first."""

    messages: dict[int, Json] = field(default_factory=dict)
    offered: dict[int, set[str]] = field(default_factory=dict)
    read_to: int = 0
    reactions: dict[int, str] = field(default_factory=dict)
    answered: bool = True
    last: int = 0


class VkWorld:
    """The state of the platform. Messages are kept as the JSON that the API returns."""

    def __init__(self, group_id: int, clock: Callable[[], datetime], faults: Faults) -> None:
        self.group_id = group_id
        self.clock = clock
        self.news = News()
        self.longpoll = LongPoll()
        self.longpoll_enabled = False
        self.longpoll_version = "5.199"
        self.longpoll_events: set[str] = set()
        self.callbacks = Callbacks(group_id, faults)
        self.people: dict[int, Person] = {}
        self.clients: dict[int, Json] = {}
        self.talks: dict[int, Talk] = {}
        self.presses: dict[str, Press] = {}
        self.notices: dict[int, str] = {}
        self.files: dict[str, bytes] = {}
        self.uploads: list[tuple[str, bytes]] = []
        self._last_message = 1000
        self._raw = 0

    def join(self, user_id: int, first_name: str, last_name: str, language: str) -> None:
        self.people[user_id] = Person(user_id, first_name, last_name, language)

    def person(self, user_id: int) -> Person:
        person = self.people.get(user_id)
        if person is None:
            raise LookupError(f"unknown person {user_id}: call join first")
        return person

    def talk(self, user_id: int) -> Talk:
        return self.talks.setdefault(user_id, Talk())

    def produce(self, kind: str, body: Json) -> None:
        """Deliver an event by long poll and callbacks where its type is enabled. Each of them numbers events itself."""
        event: Json = {"type": kind, "object": body, "group_id": self.group_id}
        if self.longpoll_enabled and kind in self.longpoll_events:
            self.longpoll.append(event | {"event_id": secrets.token_hex(20), "v": self.longpoll_version})
        self.callbacks.push(event)

    def produce_raw(self, event: Json) -> int:
        """Deliver any event body by long poll and callbacks. Returns the number of raw events so far."""
        self._raw += 1
        whole = {"group_id": self.group_id, "event_id": secrets.token_hex(20), "v": self.longpoll_version} | event
        self.longpoll.append(whole)
        self.callbacks.push_raw(whole)
        return self._raw

    # --- what a person does

    def write(self, user_id: int, text: str, extra: Json) -> int:
        person = self.person(user_id)
        person.blocked, person.reachable = False, True
        message = self._keep(user_id, user_id, {"text": text} | extra)
        self.talk(user_id).answered = False
        client = self.clients.get(user_id, MODERN_CLIENT)
        self.produce("message_new", {"message": message, "client_info": client})
        return int(message["conversation_message_id"])

    def quotable(self, user_id: int, cmid: int) -> Json:
        """Return the message as quoted by a reply."""
        message = self.talk(user_id).messages.get(cmid)
        if message is None:
            raise LookupError(f"there is no message {cmid} in the talk with {user_id}")
        shown = (
            "id",
            "conversation_message_id",
            "date",
            "from_id",
            "peer_id",
            "text",
            "attachments",
            "fwd_messages",
            "geo",
        )
        return {key: message[key] for key in shown if key in message}

    def edit(self, user_id: int, cmid: int, text: str) -> None:
        message = self.talk(user_id).messages.get(cmid)
        if message is None or message["out"]:
            raise LookupError(f"{user_id} has written no message {cmid}")
        self.produce("message_edit", self.change(user_id, cmid, {"text": text}))

    def press(self, user_id: int, cmid: int, data: str) -> None:
        talk = self.talk(user_id)
        for written in talk.offered.get(cmid, ()):
            action = json.loads(written)
            if data not in {action["payload"], button_data(action["payload"])}:
                continue
            if action["type"] == "callback":
                self._press_callback(user_id, cmid, action["payload"])
            else:
                self.write(user_id, action["label"], {"payload": action["payload"]})
            return
        raise LookupError(f"message {cmid} never offered this button")

    def _press_callback(self, user_id: int, cmid: int, payload: str) -> None:
        event_id = secrets.token_hex(6)
        self.presses[event_id] = Press(user_id, self.clock())
        body: Json = {"user_id": user_id, "peer_id": user_id, "event_id": event_id}
        # An object here, although the official schema says string.
        body |= {"payload": json.loads(payload or "{}"), "conversation_message_id": cmid}
        self.produce("message_event", body)

    def set_blocked(self, user_id: int, *, blocked: bool) -> None:
        person = self.person(user_id)
        person.blocked = blocked
        if blocked:
            self.produce("message_deny", {"user_id": user_id})
        else:
            person.reachable = True
            self.produce("message_allow", {"user_id": user_id, "key": ""})

    # --- what the community does; the API has checked it

    def deliver(self, user_id: int, body: Json, admin_id: int | None = None) -> Json:
        """Store a message of the community, or of one of its admins when `admin_id` is given."""
        author = {} if admin_id is None else {"admin_author_id": admin_id}
        message = self._keep(user_id, -self.group_id, body | author)
        if admin_id is not None:
            self.talk(user_id).read_to = message["conversation_message_id"]
        self.talk(user_id).answered = True
        self.produce("message_reply", message)
        return message

    def change(self, user_id: int, cmid: int, body: Json) -> Json:
        """Replace contents of a message; keys with None are removed."""
        talk = self.talk(user_id)
        changed = talk.messages[cmid] | body | {"update_time": int(self.clock().timestamp())}
        changed = {key: value for key, value in changed.items() if value is not None}
        changed["version"] += 1
        self._put(talk, changed)
        return changed

    def remove(self, talk: Talk, cmid: int) -> None:
        """Delete a message for both sides; its number is not given again."""
        del talk.messages[cmid]
        self.news.announce()

    def react(self, user_id: int, cmid: int, emoji: str) -> None:
        """Set the community's reaction to a message."""
        self.talk(user_id).reactions[cmid] = emoji
        self.news.announce()

    def _keep(self, user_id: int, author: int, body: Json) -> Json:
        talk = self.talk(user_id)
        talk.last += 1
        message = self.message(user_id, author, talk.last, body)
        self._put(talk, message)
        return message

    def message(self, peer: int, author: int, number: int, body: Json) -> Json:
        """Return a message as the API shows it, the `number`-th of its conversation."""
        self._last_message += 1
        return {
            "id": self._last_message,
            "conversation_message_id": number,
            "date": int(self.clock().timestamp()),
            "from_id": author,
            "peer_id": peer,
            "out": int(author == -self.group_id),
            "version": 10_000_000 + self._last_message,
            "text": "",
            "random_id": 0,
            "attachments": [],
            "fwd_messages": [],
            "important": False,
            "is_hidden": False,
        } | body

    def _put(self, talk: Talk, message: Json) -> None:
        cmid = message["conversation_message_id"]
        talk.messages[cmid] = message
        for row in message.get("keyboard", {}).get("buttons", []):
            for button in row:
                if button["action"]["type"] in {"text", "callback"}:
                    talk.offered.setdefault(cmid, set()).add(json.dumps(button["action"], sort_keys=True))
        self.news.announce()

    # --- what the phone shows

    def bubbles(self, user_id: int) -> list[ChatMessage]:
        talk = self.talk(user_id)
        return [bubble(message, talk.reactions.get(cmid, "")) for cmid, message in talk.messages.items()]


def button_data(payload: str) -> str:
    """Return the bot's data in a payload: the only string of its object, else the whole payload."""
    try:
        body = json.loads(payload)
    except ValueError:
        return payload
    values = list(body.values()) if isinstance(body, dict) else [body]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else payload


def bubble(message: Json, reaction: str = "") -> ChatMessage:
    rows = message.get("keyboard", {}).get("buttons", [])
    return ChatMessage(
        id=message["conversation_message_id"],
        mine=not message["out"],
        text=message["text"],
        buttons=tuple(tuple(_button(raw["action"]) for raw in row) for row in rows),
        edited="update_time" in message,
        entities=tuple(message.get("format_data", {}).get("items", ())),
        sent_at=datetime.fromtimestamp(message["date"], UTC),
        attachments=tuple(attachment["type"] for attachment in message["attachments"]),
        reaction=reaction,
    )


def _button(action: Json) -> Button:
    if action["type"] == "open_link":
        return Button(action["label"], action["link"], "url")
    return Button(
        action["label"], button_data(action["payload"]), "callback" if action["type"] == "callback" else "text"
    )
