"""The VK API client: three vk_api clients in threads of their own, with time limits that vk_api does not set."""

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from vk_api.vk_api import VkApiGroup, jconfig

API_VERSION = "5.199"
OFFICIAL = "https://api.vk.ru/"
"""The base URL built into vk_api, on which our adapter is mounted."""
CLIENTS = 3
PER_SECOND = 20
WINDOW = 1.05
"""VK's limit of calls per second for one community token, and a second with a margin for network delay."""
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 15.0


class TimedAdapter(HTTPAdapter):
    """Sends to another host if configured, with a time limit: vk_api itself waits without limit, holding a lock."""

    def __init__(self, api_url: str | None) -> None:
        super().__init__()
        self._target = urlsplit(api_url) if api_url else None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - passed on
        if self._target:
            asked = urlsplit(str(request.url))
            path = self._target.path.rstrip("/") + asked.path
            request.url = urlunsplit((self._target.scheme, self._target.netloc, path, asked.query, ""))
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_TIMEOUT, READ_TIMEOUT)
        return super().send(request, *args, **kwargs)


class VkClient:
    """Calls methods for one community. A call that hangs occupies one of three clients for at most 20 s."""

    def __init__(self, token: str, api_url: str | None, proxy: str | None) -> None:
        self._sessions = [_session(api_url, proxy) for _ in range(CLIENTS)]
        self._idle: asyncio.Queue[Any] = asyncio.Queue()
        self._pacing = asyncio.Lock()
        self._begun: deque[float] = deque(maxlen=PER_SECOND)
        for session in self._sessions:
            self._idle.put_nowait(_api(token, session))

    async def call(self, method: str, **values: str | int) -> Any:  # noqa: ANN401 - whatever the method answers
        """Return the method's response. Raises the exceptions that `errors.classify` handles."""
        await self._keep_pace()
        api = await self._idle.get()
        loop = asyncio.get_running_loop()

        def give_back(_done: Future[Any]) -> None:
            # Released when the thread ends, not when the caller times out: until then the client is locked.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._idle.put_nowait, api)

        future: Future[Any] = Future()
        # From here on the call cannot be cancelled; the caller can only stop waiting for it.
        future.set_running_or_notify_cancel()
        future.add_done_callback(give_back)
        # A thread of its own instead of a pool's: Python waits for pool threads before it exits, and a call may hang.
        threading.Thread(target=_carry_out, args=(future, api, method, values), name="vk", daemon=True).start()
        return await asyncio.wrap_future(future)

    async def _keep_pace(self) -> None:
        """Wait until the number of calls within the last second is below VK's limit."""
        async with self._pacing:
            now = asyncio.get_running_loop().time()
            if len(self._begun) == PER_SECOND:
                await asyncio.sleep(max(0.0, self._begun[0] + WINDOW - now))
            self._begun.append(asyncio.get_running_loop().time())

    def close(self) -> None:
        """Close without waiting for open calls, which end by their time limit."""
        for session in self._sessions:
            session.close()


def _carry_out(future: "Future[Any]", api: Any, method: str, values: dict[str, str | int]) -> None:  # noqa: ANN401 - vk_api has no types
    try:
        future.set_result(api.method(method, values))
    except Exception as error:  # noqa: BLE001 - the caller gets every error
        future.set_exception(error)


def _session(api_url: str | None, proxy: str | None) -> requests.Session:
    session = requests.Session()
    # Ignore the environment's proxies and .netrc: routing is defined in the settings only.
    session.trust_env = False
    session.headers["User-Agent"] = "frontdesk"
    session.mount(OFFICIAL, TimedAdapter(api_url))
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    return session


def _api(token: str, session: requests.Session) -> Any:  # noqa: ANN401 - vk_api has no types
    api = VkApiGroup(token=token, api_version=API_VERSION, session=session, config=jconfig.MemoryConfig)
    # vk_api's handlers repeat a call by themselves (error 6 without end) or ask a person: here errors are raised.
    api.error_handlers.clear()
    # Three clients with a limit each are either too fast together or too slow alone, so VkClient paces them all. Zero
    # would not disable vk_api's pace: it uses the wall clock, and a clock set back by an hour would delay each client
    # by an hour.
    api.RPS_DELAY = float("-inf")
    return api
