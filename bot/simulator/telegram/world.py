"""Telegram's state: people, their private chats with the bot, and the updates that these produce."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.simulator.phone import Button, ChatMessage, Json, News, Person
from bot.simulator.telegram.contents import THINGS
from bot.simulator.telegram.updates import UpdateQueue

_CAPTIONED = ("photo", "document", "video", "voice", "audio", "animation", "paid_media")
_WORDLESS = ("sticker", "video_note", *(key for thing in THINGS.values() for key in thing))
_SHOWN = tuple(dict.fromkeys((*_CAPTIONED, *_WORDLESS)))


@dataclass(slots=True)
class Press:
    """An unanswered callback query."""

    id: str
    user_id: int
    at: datetime
    answered: bool = False


@dataclass(slots=True)
class StoredFile:
    """A file stored by the platform."""

    id: str
    name: str
    content: bytes


class TelegramWorld:
    """The state of the platform. Messages are kept as the JSON that the API returns."""

    def __init__(self, token: str, username: str, clock: Callable[[], datetime], first_update: int) -> None:
        self.clock = clock
        self.news = News()
        self.updates = UpdateQueue(clock, first_update)
        self.people: dict[int, Person] = {}
        self.presses: dict[str, Press] = {}
        self.files: dict[str, StoredFile] = {}
        self.notices: dict[int, str] = {}
        self.inline_on = True
        """Whether the owner has enabled inline mode with /setinline."""
        self.inline: dict[str, asyncio.Future[Json]] = {}
        self.bot: Json = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": username,
            "username": username,
        }
        self._chats: dict[int, dict[int, Json]] = {}
        self._offered: dict[int, set[str]] = {}
        self._reactions: dict[tuple[int, int], str] = {}
        self._last_message = 0
        self._last_press = 4_200_000_000_000_000_000

    def now(self) -> int:
        return int(self.clock().timestamp())

    def join(self, user_id: int, first_name: str, last_name: str, language: str) -> None:
        self.people[user_id] = Person(user_id, first_name, last_name, language)

    def person(self, user_id: int) -> Person:
        person = self.people.get(user_id)
        if person is None:
            raise LookupError(f"unknown person {user_id}: call join first")
        return person

    def user(self, person: Person) -> Json:
        body: Json = {"id": person.id, "is_bot": False, "first_name": person.first_name}
        if person.last_name:
            body["last_name"] = person.last_name
        return body | {"language_code": person.language}

    def chat(self, person: Person) -> Json:
        body: Json = {"id": person.id, "first_name": person.first_name, "type": "private"}
        return body | {"last_name": person.last_name} if person.last_name else body

    def message(self, user_id: int, message_id: int) -> Json | None:
        return self._chats.get(user_id, {}).get(message_id)

    def quotable(self, user_id: int, message_id: int) -> Json:
        """Return the message as quoted by a reply: without its own quoted message."""
        message = self.message(user_id, message_id)
        if message is None:
            raise LookupError(f"there is no message {message_id} in the chat with {user_id}")
        return {key: value for key, value in message.items() if key != "reply_to_message"}

    def is_mine(self, message: Json) -> bool:
        return bool(message["from"]["id"] == self.bot["id"])

    # --- what a person does

    def write(self, user_id: int, text: str, extra: Json) -> int:
        person = self.person(user_id)
        if person.blocked:
            self.set_blocked(user_id, blocked=False)
        person.reachable = True
        message = self._new_message(person, self.user(person))
        if any(kind in extra for kind in _CAPTIONED):
            message |= {"caption": text} if text else {}
        elif text and not any(kind in extra for kind in _WORDLESS):
            message["text"] = text
            if text.startswith("/"):
                command = text.split(maxsplit=1)[0]
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        message |= extra
        self._keep(user_id, message)
        self.updates.push("message", message, lane=user_id)
        return int(message["message_id"])

    def edit(self, user_id: int, message_id: int, text: str) -> None:
        message = self.message(user_id, message_id)
        if message is None or self.is_mine(message):
            raise LookupError(f"{user_id} has written no message {message_id}")
        message = message | {"caption" if "caption" in message else "text": text, "edit_date": self.now()}
        self._keep(user_id, message)
        self.updates.push("edited_message", message, lane=user_id)

    def press(self, user_id: int, message_id: int, data: str) -> None:
        message = self.message(user_id, message_id)
        if message is None or data not in self._offered.get(message_id, ()):
            raise LookupError(f"message {message_id} never offered this button")
        self._last_press += 1
        press = Press(str(self._last_press), user_id, self.clock())
        self.presses[press.id] = press
        query = {
            "id": press.id,
            "from": self.user(self.person(user_id)),
            "message": message,
            "chat_instance": str(-(10**18) - user_id),
            "data": data,
        }
        self.updates.push("callback_query", query, lane=user_id)

    def type_inline(self, user_id: int, text: str) -> "asyncio.Future[Json]":
        self._last_press += 1
        query_id, answer = str(self._last_press), asyncio.get_running_loop().create_future()
        self.inline[query_id] = answer
        query = {"id": query_id, "from": self.user(self.person(user_id)), "query": text, "offset": ""}
        self.updates.push("inline_query", query, lane=user_id)
        return answer

    def set_blocked(self, user_id: int, *, blocked: bool) -> None:
        person = self.person(user_id)
        if person.blocked == blocked:
            return
        person.blocked = blocked
        member: Json = {"user": self.bot, "status": "member"}
        kicked: Json = {"user": self.bot, "status": "kicked", "until_date": 0}
        change = {
            "chat": self.chat(person),
            "from": self.user(person),
            "date": self.now(),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self.updates.push("my_chat_member", change, lane=user_id)

    def store_file(self, name: str, content: bytes) -> StoredFile:
        file = StoredFile(f"AgACAgIAAxk{len(self.files) + 1:06d}", name, content)
        self.files[file.id] = file
        return file

    # --- what the bot does; the API has checked it

    def deliver(self, user_id: int, body: Json) -> Json:
        message = self._new_message(self.person(user_id), self.bot) | body
        self._keep(user_id, message)
        return message

    def change(self, user_id: int, message: Json, body: Json) -> Json:
        """Replace contents of the bot's own message; keys with None are removed."""
        changed = {key: value for key, value in (message | body).items() if value is not None}
        changed["edit_date"] = self.now()
        self._keep(user_id, changed)
        return changed

    def remove(self, user_id: int, message_id: int) -> None:
        """Delete a message for both sides."""
        del self._chats[user_id][message_id]
        self.news.announce()

    def react(self, user_id: int, message_id: int, emoji: str) -> None:
        """Set the bot's reaction to a message; an empty one removes it. Messages themselves stay as they are."""
        self._reactions[user_id, message_id] = emoji
        self.news.announce()

    # --- what the phone shows

    def bubbles(self, user_id: int) -> list[ChatMessage]:
        return [self.bubble(message) for message in self._chats.get(user_id, {}).values()]

    def bubble(self, message: Json) -> ChatMessage:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return ChatMessage(
            id=message["message_id"],
            mine=not self.is_mine(message),
            text=str(message.get("text") or message.get("caption") or ""),
            buttons=tuple(tuple(_button(raw) for raw in row) for row in rows),
            edited="edit_date" in message,
            entities=tuple(message.get("entities") or message.get("caption_entities") or ()),
            sent_at=datetime.fromtimestamp(message["date"], UTC),
            attachments=tuple(kind for kind in _SHOWN if kind in message),
            reaction=self._reactions.get((message["chat"]["id"], message["message_id"]), ""),
        )

    def next_number(self) -> int:
        self._last_message += 1
        return self._last_message

    def _new_message(self, person: Person, author: Json) -> Json:
        return {"message_id": self.next_number(), "from": author, "chat": self.chat(person), "date": self.now()}

    def _keep(self, user_id: int, message: Json) -> None:
        self._chats.setdefault(user_id, {})[message["message_id"]] = message
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            offered = {raw["callback_data"] for raw in row if "callback_data" in raw}
            self._offered.setdefault(message["message_id"], set()).update(offered)
        self.news.announce()


def _button(raw: Json) -> Button:
    if "url" in raw:
        return Button(raw["text"], raw["url"], "url")
    return Button(raw["text"], raw.get("callback_data", ""), "callback")
