"""VK's Bots Long Poll: events and the new `ts` are stored in one transaction, and gaps are filled from the history.

vk_api's own long poll is not used: it advances before anything is stored, keeps its position only in memory, and loses
a whole batch by one event that it cannot read.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.channels import Inlet, RawEvent
from bot.channels.receive_backoff import ReceiveBackoff, keep, stored_cursor
from bot.channels.vk.client import CONNECT_TIMEOUT, VkClient
from bot.channels.vk.community_settings import switch_on_longpoll
from bot.channels.vk.gaps import missed_messages
from bot.channels.vk.updates import Cursor, is_echo, raw_event
from infra.clock import Clock

log = logging.getLogger(__name__)

WAIT = 25
"""Seconds that VK holds a request open; the value that its documentation recommends."""
RENEW_AFTER = 3 * 3600.0
"""Seconds after which the key is renewed: old sessions have been observed to stop sending button presses."""


class OddAnswerError(Exception):
    """The long poll server returned an unusable answer."""


class LongPoll:
    """One community's long poll. `lasting` selects the events to store; `stored` is called once they are stored."""

    def __init__(
        self,
        client: VkClient,
        group_id: int,
        proxy: str | None,
        clock: Clock,
        lasting: Callable[[Sequence[RawEvent]], Awaitable[list[RawEvent]]],
        stored: Callable[[Sequence[RawEvent], Inlet], None],
    ) -> None:
        self._lasting = lasting
        self._client = client
        self._group_id = group_id
        self._proxy = proxy
        self._clock = clock
        self._stored = stored

    async def receive(self, inlet: Inlet, trouble: ReceiveBackoff) -> None:
        """Receive until something fails, and raise that. No event is skipped unless it was stored."""
        notice = await switch_on_longpoll(self._client, self._group_id)
        place = Cursor.parse(await stored_cursor(inlet))
        server = await self._server()
        if not place.ts:
            # The first start, or a change from callbacks: messages missed in between are looked up.
            place = await self._go_on_from(server["ts"], place, inlet)
        async with ClientSession(proxy=self._proxy, trust_env=False) as http:
            await self._follow(http, server, place, inlet, partial(trouble.over, notice))

    async def _follow(
        self,
        http: ClientSession,
        server: dict[str, str],
        place: Cursor,
        inlet: Inlet,
        well: Callable[[], Awaitable[None]],
    ) -> None:
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + RENEW_AFTER
        # The first request does not wait, so that success is reported at once.
        wait, failures = 0, 0
        while True:
            if loop.time() > renew_at:
                server, renew_at = await self._server(), loop.time() + RENEW_AFTER
            answer = await _look(http, server, place.ts, wait)
            failed = answer.get("failed")
            if failed is None:
                place = await self._keep(answer, place, inlet)
                await well()
                wait, failures = WAIT, 0
                continue
            failures += 1
            if failures > 2 or failed not in {1, 2, 3}:
                # Requesting keys in a tight loop is answered with error 29.
                raise OddAnswerError(f"failed {failed}")
            if failed in {2, 3}:
                server = await self._server()
            if failed in {1, 3}:
                log.warning("VK lost events of community %s (failed %s): looking them up", self._group_id, failed)
                place = await self._go_on_from(str(answer["ts"] if failed == 1 else server["ts"]), place, inlet)

    async def _server(self) -> dict[str, str]:
        answer = await self._client.call("groups.getLongPollServer", group_id=self._group_id)
        return {name: str(answer[name]) for name in ("server", "key", "ts")}

    async def _keep(self, answer: dict[str, Any], place: Cursor, inlet: Inlet) -> Cursor:
        ts, updates = str(answer["ts"]), answer["updates"]
        if ts == place.ts and not updates:
            return place
        now = self._now()
        events = await self._lasting([raw_event(update, now) for update in updates if not is_echo(update)])
        following = Cursor(ts, now)
        await keep(inlet, events, cursor=str(following))
        self._stored(events, inlet)
        return following

    async def _go_on_from(self, ts: str, place: Cursor, inlet: Inlet) -> Cursor:
        """Store messages missed since `place` together with the new `ts`, which was requested before the search."""
        now = self._now()
        events = await missed_messages(self._client, self._group_id, place.at, now) if place.at else []
        following = Cursor(ts, now)
        await keep(inlet, events, cursor=str(following))
        self._stored(events, inlet)
        return following

    def _now(self) -> int:
        return int(self._clock().timestamp())


async def _look(http: ClientSession, server: dict[str, str], ts: str, wait: int) -> dict[str, Any]:
    params = {"act": "a_check", "key": server["key"], "ts": ts, "wait": str(wait)}
    limits = ClientTimeout(total=wait + 10, connect=CONNECT_TIMEOUT)
    async with http.get(server["server"], params=params, timeout=limits) as response:
        body = await response.read()
        if response.status != 200:
            raise OddAnswerError(f"status {response.status}")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise OddAnswerError("no object")
    return answer
