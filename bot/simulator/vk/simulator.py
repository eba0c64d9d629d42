"""The VK simulator: people on one side; one community's API, long poll and callbacks on loopback on the other."""

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from bot.simulator.faults import Faults
from bot.simulator.loopback import Loopback
from bot.simulator.phone import ChatMessage, Json, utc_now
from bot.simulator.vk.api import VkApi
from bot.simulator.vk.community import VkCommunity
from bot.simulator.vk.messages import VkMessages
from bot.simulator.vk.public import VkPublic
from bot.simulator.vk.world import OLD_CLIENT, VkWorld

# It has the form of a real token but is recognizably fake.
DEMO_TOKEN = "vk1.a.FrontdeskDemoTokenThatOpensNothingButTheSimulator"  # noqa: S105 - opens nothing but this simulator
MESSAGE_EVENTS = (
    "message_new",
    "message_event",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_reply",
    "wall_reply_new",
    "board_post_new",
)


class VkSimulator:
    """VK as one community and its contacts see it. Message ids are conversation_message_ids.

    `url` replaces https://api.vk.ru. The state survives `stop`: a later `start` continues with the same people, chats
    and event log, as after an outage. As on the real platform, an event is produced only once the community enables it.
    """

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        group_id: int = 229000001,
        screen_name: str = "frontdesk_demo",
        faults: Faults | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.token = token
        self.group_id = group_id
        self.screen_name = screen_name
        self.faults = faults or Faults()
        self._world = VkWorld(group_id, clock, self.faults)
        self._loopback = Loopback()
        self._community = VkCommunity(self._world, screen_name, lambda: self._loopback.url)
        self.public = VkPublic(self._world, self._community.permissions)
        self._messages = VkMessages(self._world, self.public)
        methods = self._messages.methods() | self._community.methods()
        methods["wall.createComment"] = self.public.create_comment
        self._api = VkApi(self._world, methods, token, self.faults, self._loopback)

    # --- the server

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        await self._loopback.start(self._api.application(), host, port)
        self._world.callbacks.open()

    async def stop(self) -> None:
        self._loopback.closing.set()
        self._world.longpoll.stir()
        await self._world.callbacks.close()
        await self._loopback.stop()

    @property
    def url(self) -> str:
        return self._loopback.url

    @property
    def strict_rate(self) -> bool:
        """Whether more than 20 calls a second are answered with error 6."""
        return self._api.strict_rate

    @strict_rate.setter
    def strict_rate(self, strict: bool) -> None:
        self._api.strict_rate = strict

    @property
    def earned_6(self) -> int:
        """Number of errors 6 caused by the bot's own rate, without injected ones."""
        return self._api.earned_6

    @property
    def deduplicated(self) -> int:
        """Number of sends that delivered nothing because their random_id had been used."""
        return self._messages.deduplicated

    @property
    def dedupe_window(self) -> timedelta | None:
        """How long a random_id is remembered; None, the initial value, means without limit."""
        return self._messages.dedupe_window

    @dedupe_window.setter
    def dedupe_window(self, window: timedelta | None) -> None:
        self._messages.dedupe_window = window

    @property
    def permissions(self) -> dict[str, int]:
        """The token's permissions with their masks; remove one to test the bot without it."""
        return self._community.permissions

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """The latest calls of the bot, oldest first: method and parameters as they were sent, without the token."""
        return list(self._api.calls)

    # --- the community

    def enable_longpoll(self, events: Collection[str] = MESSAGE_EVENTS) -> None:
        """Enable long poll, as an admin does in the community's settings."""
        self._world.longpoll_enabled = True
        self._world.longpoll_events.update(events)

    async def set_callback(self, url: str, secret: str, events: Collection[str] = MESSAGE_EVENTS) -> str:
        """Register a callback address and ask it for the confirmation code. Returns its status, "ok" or "failed"."""
        server = self._world.callbacks.add(url, "callback", secret)
        server.events.update(events)
        await self._world.callbacks.confirm(server)
        return server.status

    @property
    def calls_back(self) -> bool:
        """Whether a confirmed callback address subscribes to messages; earlier events are not delivered."""
        servers = self._world.callbacks.servers.values()
        return any(server.status == "ok" and "message_new" in server.events for server in servers)

    @property
    def confirmation_code(self) -> str:
        """What a callback address must answer to the handshake; changes when servers are added or edited."""
        return self._world.callbacks.code

    def expire_key(self) -> None:
        """Make the next long poll request fail with 2."""
        self._world.longpoll.expire_key()

    def lose_history(self) -> None:
        """Make the next long poll request fail with 1; unread events are lost."""
        self._world.longpoll.lose_history()

    def forget_everything(self) -> None:
        """Make long poll requests fail with 3 until a new server is requested; unread events are lost."""
        self._world.longpoll.forget_everything()

    # --- people

    def join(self, user_id: int, first_name: str, last_name: str = "", language: str = "ru") -> None:
        """Add a person. The community may not write to them before they have written or allowed it."""
        self._world.join(user_id, first_name, last_name, language)

    def has_old_client(self, user_id: int) -> None:
        """Give the person an app without inline keyboards and callback buttons."""
        self._world.clients[user_id] = OLD_CLIENT

    def has_new_client(self, user_id: int) -> None:
        """Give the person an up-to-date app."""
        self._world.clients.pop(user_id, None)

    async def writes(self, user_id: int, text: str, *, reply_to: int | None = None, **extra: Any) -> int:  # noqa: ANN401 - any part of a message
        """Send a private message; returns its conversation_message_id.

        `extra` goes into the message (attachments, ref, ...). `reply_to` is the message of the chat that it replies to.
        Raises LookupError when there is none.
        """
        quoted = {} if reply_to is None else {"reply_message": self._world.quotable(user_id, reply_to)}
        return self._world.write(user_id, text, quoted | extra)

    async def starts(self, user_id: int, payload: str = "") -> int:
        """Press the Start button, after a vk.me link with `ref` if there is a payload."""
        ref = {"ref": payload, "ref_source": ""} if payload else {}
        return self._world.write(user_id, "Начать", {"payload": '{"command":"start"}'} | ref)

    async def presses(self, user_id: int, message_id: int, data: str) -> None:
        """Tap a button; a text button writes its label. Raises LookupError when there never was such a button."""
        self._world.press(user_id, message_id, data)

    async def edits(self, user_id: int, message_id: int, text: str) -> None:
        self._world.edit(user_id, message_id, text)

    def blocks(self, user_id: int) -> None:
        """Deny messages: sends fail with 900 until `unblocks` or the person writes."""
        self._world.set_blocked(user_id, blocked=True)

    def unblocks(self, user_id: int) -> None:
        """Allow messages, even before the first one."""
        self._world.set_blocked(user_id, blocked=False)

    async def inbox_replies(self, user_id: int, text: str, admin_id: int) -> int:
        """Answer by hand in VK's own inbox as the community's admin; returns the conversation_message_id."""
        return int(self._world.deliver(user_id, {"text": text}, admin_id)["conversation_message_id"])

    async def sends_raw(self, update: Json) -> int:
        """Produce any event body for long poll and callbacks regardless of subscriptions. Returns the number sent."""
        return self._world.produce_raw(update)

    def holds_file(self, name: str, content: bytes) -> str:
        """Store a file as if it had been uploaded; returns its address for an attachment."""
        key = secrets.token_hex(8)
        self._world.files[key] = content
        return f"{self.url}/files/{key}/{quote(name)}"

    # --- what is to be seen

    @property
    def uploads(self) -> list[tuple[str, bytes]]:
        """Names and contents of the files that the community has uploaded."""
        return list(self._world.uploads)

    def chat(self, user_id: int) -> list[ChatMessage]:
        """The chat that the person sees, both sides, oldest first."""
        return self._world.bubbles(user_id)

    def notice(self, user_id: int) -> str:
        """The text of the last snackbar that answered a tap, "" for none."""
        return self._world.notices.get(user_id, "")

    def presses_answered(self) -> int:
        return self._messages.presses_answered

    @property
    def revision(self) -> int:
        """A counter of visible changes in any chat."""
        return self._world.news.revision

    async def wait_change(self, since: int, timeout: float) -> int:  # noqa: ASYNC109 - returns at the end, not raises
        """Return the revision once it exceeds `since` or `timeout` seconds have passed."""
        return await self._world.news.wait(since, timeout)
