"""Bots Long Poll: a bounded log of numbered events, read with a key that can expire."""

import asyncio
import contextlib
import secrets
from collections import deque
from typing import Any

from bot.simulator.phone import Json

HISTORY = 1000
MAX_WAIT = 90.0


class LongPoll:
    """VK's long poll; `check` answers with failed 1, 2 and 3. `ts` is the number of the last event that was read."""

    def __init__(self) -> None:
        self.key = secrets.token_hex(20)
        self._events: deque[Json] = deque(maxlen=HISTORY)
        self._last = 1
        self._lost_all = False
        self._stirred = asyncio.Event()

    def server(self, url: str) -> Json:
        """Answer groups.getLongPollServer. After `forget_everything` the answer has a new key and ts."""
        self._lost_all = False
        return {"key": self.key, "server": url, "ts": str(self._last)}

    def append(self, event: Json) -> None:
        self._events.append(event)
        self._last += 1
        self._stir()

    def expire_key(self) -> None:
        self.key = secrets.token_hex(20)
        self._stir()

    def lose_history(self) -> None:
        """Make every reader's ts outdated, even that of a reader that has read everything."""
        self._events.clear()
        self._last += 1
        self._stir()

    def forget_everything(self) -> None:
        """Invalidate the key and the ts of every reader."""
        self.expire_key()
        self.lose_history()
        self._lost_all = True

    async def check(self, key: str, ts: str, wait: float, closing: asyncio.Event) -> Json:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(MAX_WAIT, max(0.0, wait))):
                while (answer := self._look(key, ts)) is None and not closing.is_set():
                    await self._stirred.wait()
                if answer is not None:
                    return answer
        # The returned ts must not skip an event that arrived as the wait ended.
        return self._look(key, ts) or {"ts": ts, "updates": []}

    def _look(self, key: str, ts: str) -> dict[str, Any] | None:
        if self._lost_all:
            return {"failed": 3}
        if key != self.key:
            return {"failed": 2}
        place = int(ts) if ts.isdigit() else -1
        if not self._last - len(self._events) <= place <= self._last:
            # Only here does VK return ts as a number.
            return {"ts": self._last, "failed": 1}
        if place == self._last:
            return None
        behind = self._last - place
        return {"ts": str(self._last), "updates": list(self._events)[-behind:]}

    def stir(self) -> None:
        """Wake all waiting readers, for example when the server closes."""
        self._stir()

    def _stir(self) -> None:
        self._stirred.set()
        self._stirred = asyncio.Event()
