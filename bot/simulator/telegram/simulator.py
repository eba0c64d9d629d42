"""The Telegram simulator: people on one side, the Bot API on loopback on the other."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.simulator.faults import Faults
from bot.simulator.loopback import Loopback
from bot.simulator.phone import ChatMessage, Json, utc_now
from bot.simulator.telegram.api import TelegramApi
from bot.simulator.telegram.groups import TelegramGroups
from bot.simulator.telegram.methods import TelegramMethods
from bot.simulator.telegram.world import TelegramWorld

# It has the form of a real token but is recognizably fake.
DEMO_TOKEN = "7000000001:AAFrontdeskDemoTokenNotARealOne0000"  # noqa: S105 - opens nothing but this simulator


FIRST_UPDATE = 700_000_001


class TelegramSimulator:
    """Telegram as a bot and its users see it, for one bot with its private chats and groups.

    `url` fits TelegramAPIServer.from_base. The state survives `stop`: a later `start` continues with the same people,
    chats and pending updates, as after an outage.
    """

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        username: str = "frontdesk_demo_bot",
        faults: Faults | None = None,
        clock: Callable[[], datetime] = utc_now,
        first_update: int = FIRST_UPDATE,
    ) -> None:
        self.token = token
        self.username = username
        self.faults = faults or Faults()
        self._world = TelegramWorld(token, username, clock, first_update)
        self._loopback = Loopback()
        self.groups = TelegramGroups(self._world)
        self._methods = TelegramMethods(self._world, self.groups, self.faults, self._loopback)
        self._api = TelegramApi(self._world, self._methods, token, self.faults, self._loopback)

    # --- the server

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        await self._loopback.start(self._api.application(), host, port)
        if webhook := self._world.updates.webhook:
            await self._world.updates.carry_to(webhook, self.faults)

    async def stop(self) -> None:
        await self._world.updates.suspend()
        await self._loopback.stop()

    @property
    def url(self) -> str:
        return self._loopback.url

    @property
    def strict_rate(self) -> bool:
        """Whether sending faster than the limits is answered with 429."""
        return self._methods.strict_rate

    @strict_rate.setter
    def strict_rate(self, strict: bool) -> None:
        self._methods.strict_rate = strict

    @property
    def earned_429(self) -> int:
        """Number of 429 answers caused by the bot's own rate, without injected ones."""
        return self._methods.earned_429

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """The latest calls of the bot, oldest first: method and parameters as they were sent. Without getUpdates."""
        return list(self._methods.calls)

    @property
    def waiting_updates(self) -> int:
        """Updates that the bot has not confirmed yet."""
        return len(self._world.updates)

    @property
    def is_polled(self) -> bool:
        """Whether the bot is waiting in getUpdates right now."""
        return self._world.updates.is_polled

    # --- people

    def join(self, user_id: int, first_name: str, last_name: str = "", language: str = "ru") -> None:
        """Add a person. The bot may not write to them before they have written."""
        self._world.join(user_id, first_name, last_name, language)

    async def writes(self, user_id: int, text: str, *, reply_to: int | None = None, **extra: Any) -> int:  # noqa: ANN401 - any part of a Message
        """Send a private message to the bot; returns its message_id.

        `extra` goes into the Message (photo, sticker, ...). `reply_to` is the message of the chat that it replies to.
        Raises LookupError when there is none.
        """
        quoted = {} if reply_to is None else {"reply_to_message": self._world.quotable(user_id, reply_to)}
        return self._world.write(user_id, text, quoted | extra)

    async def sends_album(self, user_id: int, text: str, *parts: Json) -> list[int]:
        """Send pictures or files that are shown as one message, with the text under the first; returns message_ids."""
        album = {"media_group_id": str(13_000_000_000_000_000 + self._world.next_number())}
        return [self._world.write(user_id, "" if number else text, album | part) for number, part in enumerate(parts)]

    async def starts(self, user_id: int, payload: str = "") -> int:
        """Press the Start button, with the payload of a deep link if there was one."""
        return self._world.write(user_id, f"/start {payload}".strip(), {})

    async def presses(self, user_id: int, message_id: int, data: str) -> None:
        """Tap a callback button. Raises LookupError when that message never had such a button."""
        self._world.press(user_id, message_id, data)

    def switches_inline(self, *, on: bool) -> None:
        """Switch inline mode on or off, as the owner does with @BotFather's /setinline."""
        self._world.inline_on = on

    async def types_inline(self, user_id: int, text: str) -> Json:
        """Type the bot's name and `text` in any chat; returns the `results` and the `button` that appear.

        Raises TimeoutError when nothing appears within ten seconds, as on a phone.
        """
        async with asyncio.timeout(10):
            return await self._world.type_inline(user_id, text)

    async def edits(self, user_id: int, message_id: int, text: str) -> None:
        self._world.edit(user_id, message_id, text)

    def blocks(self, user_id: int) -> None:
        """Refuse sends with 403 until `unblocks` is called or the person writes."""
        self._world.set_blocked(user_id, blocked=True)

    def unblocks(self, user_id: int) -> None:
        self._world.set_blocked(user_id, blocked=False)

    async def sends_raw(self, update: Json) -> int:
        """Queue any update body, even one that no client library understands; returns its update_id."""
        return self._world.updates.push_raw(update, lane="raw")

    def holds_file(self, name: str, content: bytes) -> str:
        """Store a file as if it had been uploaded; returns the file_id for `writes(photo=...)` and getFile."""
        return self._world.store_file(name, content).id

    # --- what is to be seen

    @property
    def uploads(self) -> list[tuple[str, bytes]]:
        """Names and contents of the stored files."""
        return [(file.name, file.content) for file in self._world.files.values()]

    def chat(self, user_id: int) -> list[ChatMessage]:
        """The chat that the person sees, both sides, oldest first."""
        return self._world.bubbles(user_id)

    def notice(self, user_id: int) -> str:
        """The text of the last pop-up that answered a tap, "" for none."""
        return self._world.notices.get(user_id, "")

    def presses_answered(self) -> int:
        return self._methods.presses_answered

    @property
    def revision(self) -> int:
        """A counter of visible changes in any chat."""
        return self._world.news.revision

    async def wait_change(self, since: int, timeout: float) -> int:  # noqa: ASYNC109 - returns at the end, not raises
        """Return the revision once it exceeds `since` or `timeout` seconds have passed."""
        return await self._world.news.wait(since, timeout)
