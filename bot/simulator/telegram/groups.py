"""Telegram's groups: their messages, the part of them that the bot receives, and the bot's own messages."""

from bot.simulator.phone import ChatMessage, Json
from bot.simulator.telegram.world import TelegramWorld


class TelegramGroups:
    """The groups that the bot is a member of. In privacy mode it receives only commands and replies to itself."""

    def __init__(self, world: TelegramWorld) -> None:
        self.privacy = True
        self.ephemeral = True
        """Whether this server supports ephemeral messages, shown to one member only."""
        self.whispers: dict[int, list[str]] = {}
        """Ephemeral messages by member."""
        self._world = world
        self._chats: dict[int, Json] = {}
        self._messages: dict[int, dict[int, Json]] = {}
        self._left: set[int] = set()

    @property
    def me(self) -> int:
        return int(self._world.bot["id"])

    def create(self, title: str, *, basic: bool = False) -> int:
        """Create a group with the bot in it; returns its id."""
        number = len(self._chats) + 1
        identity = -(4_000_000 + number) if basic else -(1_001_000_000_000 + number)
        self._chats[identity] = {"id": identity, "title": title, "type": "group" if basic else "supergroup"}
        self._messages[identity] = {}
        return identity

    def __contains__(self, chat_id: int) -> bool:
        return chat_id in self._chats

    def remove_bot(self, chat_id: int) -> None:
        self._left.add(chat_id)

    def has_bot(self, chat_id: int) -> bool:
        return chat_id not in self._left

    def is_basic(self, chat_id: int) -> bool:
        return bool(self._chats[chat_id]["type"] == "group")

    def message(self, chat_id: int, message_id: int) -> Json | None:
        return self._messages[chat_id].get(message_id)

    def say(self, chat_id: int, author: int | Json, text: str, extra: Json, reply_to: int | None) -> int:
        """Write into the group as a person (by id) or as any other author in Telegram's own description."""
        world = self._world
        person = world.user(world.person(author)) if isinstance(author, int) else author
        message = self._new(chat_id, person) | {"text": text}
        if text.startswith("/"):
            command = text.split(maxsplit=1)[0]
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        if reply_to is not None:
            quoted = self._messages[chat_id][reply_to]
            message["reply_to_message"] = {key: quoted[key] for key in quoted if key != "reply_to_message"}
        message |= extra
        self._keep(chat_id, message)
        if not self.privacy or self._is_meant_for_bot(message):
            world.updates.push("message", message, lane=chat_id)
        return int(message["message_id"])

    def deliver(self, chat_id: int, body: Json) -> Json:
        """Store a message of the bot that the API has validated."""
        message = self._new(chat_id, self._world.bot) | body
        self._keep(chat_id, message)
        return message

    def whisper(self, chat_id: int, user_id: int, body: Json) -> Json:
        """Store a message of the bot that only one member sees."""
        self.whispers.setdefault(user_id, []).append(str(body["text"]))
        self._world.news.announce()
        return self._new(chat_id, self._world.bot) | body | {"message_id": 0, "ephemeral_message_id": 1}

    def bubbles(self, chat_id: int) -> list[ChatMessage]:
        return [self._world.bubble(message) for message in self._messages[chat_id].values()]

    def _is_meant_for_bot(self, message: Json) -> bool:
        command = str(message["text"]).partition(" ")[0]
        to = command.partition("@")[2].lower()
        is_command = command.startswith("/") and to in {"", str(self._world.bot["username"]).lower()}
        quoted = message.get("reply_to_message")
        return is_command or (quoted is not None and self._world.is_mine(quoted))

    def _new(self, chat_id: int, author: Json) -> Json:
        number = self._world.next_number()
        return {"message_id": number, "from": author, "chat": self._chats[chat_id], "date": self._world.now()}

    def _keep(self, chat_id: int, message: Json) -> None:
        self._messages[chat_id][message["message_id"]] = message
        self._world.news.announce()
