"""Telegram's update queue: updates are kept until confirmed and delivered by long poll or webhook, never both."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from bot.simulator.courier import Courier
from bot.simulator.faults import Faults
from bot.simulator.phone import Json

KEPT_FOR = timedelta(hours=24)
_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_DELIVERY_TIMEOUT = aiohttp.ClientTimeout(total=10)


class SupersededError(Exception):
    """Another getUpdates call has replaced this one."""


@dataclass(slots=True)
class Webhook:
    """The registered webhook and the state of its delivery."""

    url: str
    secret: str
    max_connections: int
    last_error: str = ""
    last_error_at: int = 0
    courier: Courier | None = field(default=None, repr=False)
    session: aiohttp.ClientSession | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    update: Json
    lane: object
    since: datetime


class UpdateQueue:
    """Updates in order of occurrence, numbered without gaps.

    With polling, an update stays until getUpdates asks with an offset above its id; with a webhook, until a 2xx answer.
    """

    def __init__(self, clock: Callable[[], datetime], first_id: int) -> None:
        self.allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self._clock = clock
        self._kept: dict[int, _Kept] = {}
        self._next_id = first_id
        self._grown = asyncio.Event()
        self._poller: object = None

    @property
    def is_polled(self) -> bool:
        """Whether a getUpdates is waiting."""
        return self._poller is not None

    def __len__(self) -> int:
        return len(self._kept)

    def push(self, kind: str, body: Json, lane: object) -> None:
        """Queue an update unless the bot has excluded its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _NOT_BY_DEFAULT
        if wanted:
            self.push_raw({kind: body}, lane)

    def push_raw(self, body: Json, lane: object) -> int:
        """Queue any update body regardless of the requested kinds. Returns its update_id."""
        update_id = int(body.get("update_id", self._next_id))
        self._next_id = max(self._next_id, update_id) + 1
        kept = _Kept({"update_id": update_id} | body, lane, self._clock())
        self._kept[update_id] = kept
        if self.webhook and self.webhook.courier:
            self.webhook.courier.push(lane, kept.update)
        self._wake()
        return update_id

    def drop_all(self) -> None:
        self._kept.clear()

    async def poll(self, offset: int, limit: int, seconds: float, closing: asyncio.Event) -> list[Json]:
        """Return the updates from `offset` on (negative: the last ones), waiting for the first if there is none.

        Updates below the offset are confirmed and dropped. Raises SupersededError when another poll begins meanwhile.
        """
        me = self._poller = object()
        self._wake()
        self._forget(offset)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._kept and not closing.is_set():
                    await _first(self._grown, closing)
                    if self._poller is not me:
                        raise SupersededError
        if self._poller is me:
            self._poller = None
        return [kept.update for kept in list(self._kept.values())[:limit]]

    async def carry_to(self, webhook: Webhook, faults: Faults) -> None:
        """Deliver updates to this webhook from now on, pending ones first."""
        await self.carry_no_more()
        session = aiohttp.ClientSession(timeout=_DELIVERY_TIMEOUT, trust_env=False)

        async def deliver(update: Json, _attempt: int) -> bool:
            return await self._deliver(webhook, session, update, faults)

        webhook.session = session
        webhook.courier = Courier(deliver, self._settle, webhook.max_connections)
        self.webhook = webhook
        for kept in self._kept.values():
            webhook.courier.push(kept.lane, kept.update)
        webhook.courier.open()

    async def carry_no_more(self) -> None:
        """Remove the webhook; pending updates can be polled."""
        await self.suspend()
        self.webhook = None

    async def suspend(self) -> None:
        """Stop delivering because the server stops; `carry_to` with the same webhook resumes."""
        webhook = self.webhook
        if webhook and webhook.courier and webhook.session:
            await webhook.courier.close()
            await webhook.session.close()

    async def _deliver(self, webhook: Webhook, session: aiohttp.ClientSession, update: Json, faults: Faults) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        fault = faults.pick("webhook")
        try:
            async with session.post(webhook.url, json=update, headers=headers) as answer:
                await answer.read()
                problem = "" if 200 <= answer.status < 300 else f"Wrong response from the webhook: {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = f"Connection failed: {type(error).__name__}"
        if fault and fault.kind == "lost_answer":
            problem = "Connection closed before the answer"
        if problem:
            webhook.last_error, webhook.last_error_at = problem, int(self._clock().timestamp())
        return not problem

    def _settle(self, update: Json) -> None:
        self._kept.pop(update["update_id"], None)

    def _forget(self, offset: int) -> None:
        if offset < 0:
            for update_id in list(self._kept)[:offset]:
                del self._kept[update_id]
        oldest = self._clock() - KEPT_FOR
        for update_id, kept in list(self._kept.items()):
            if (offset > 0 and update_id < offset) or kept.since < oldest:
                del self._kept[update_id]

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
