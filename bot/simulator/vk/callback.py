"""VK's Callback API: a bot's address is confirmed with a code and then receives each event until it answers "ok"."""

import asyncio
import secrets
from dataclasses import dataclass, field

import aiohttp

from bot.simulator.courier import Courier
from bot.simulator.faults import Faults
from bot.simulator.phone import Json

MAX_SERVERS = 10
_TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(slots=True)
class CallbackServer:
    """One callback address, its subscribed events and whether it has been confirmed."""

    id: int
    url: str
    title: str
    secret: str
    status: str = "unconfigured"
    api_version: str = "5.199"
    events: set[str] = field(default_factory=set)

    def listing(self) -> Json:
        """Return the server as groups.getCallbackServers lists it."""
        shown: Json = {"id": self.id, "title": self.title, "creator_id": 1, "url": self.url}
        return shown | {"secret_key": self.secret, "status": self.status}


class Callbacks:
    """All callback servers of the community. A repeated event may arrive after later ones."""

    def __init__(self, group_id: int, faults: Faults) -> None:
        self.servers: dict[int, CallbackServer] = {}
        self.code = secrets.token_hex(4)
        self._group_id = group_id
        self._faults = faults
        self._session: aiohttp.ClientSession | None = None
        self._courier = Courier(self._deliver, lambda _parcel: None)
        self._handshakes: set[asyncio.Task[None]] = set()
        self._last_id = 0

    def add(self, url: str, title: str, secret: str) -> CallbackServer:
        self._last_id += 1
        server = CallbackServer(self._last_id, url, title, secret)
        self.servers[server.id] = server
        self.code = secrets.token_hex(4)
        return server

    def edit(self, server: CallbackServer, url: str, title: str, secret: str) -> None:
        server.url, server.title, server.secret, server.status = url, title, secret, "unconfigured"
        self.code = secrets.token_hex(4)

    def confirm_soon(self, server: CallbackServer) -> None:
        """Request the confirmation code in the background, as VK does after addCallbackServer."""
        task = asyncio.create_task(self.confirm(server))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    async def confirm(self, server: CallbackServer) -> None:
        server.status = "wait"
        answer = await self._post(server, {"type": "confirmation", "group_id": self._group_id}, 0)
        server.status = "ok" if answer == self.code else "failed"

    def push(self, event: Json) -> None:
        """Send an event to every confirmed server that subscribes to its type."""
        for server in self.servers.values():
            if server.status == "ok" and event["type"] in server.events:
                body = event | {"v": server.api_version, "event_id": secrets.token_hex(20)}
                self._courier.push(object(), {"server": server.id, "event": body})

    def push_raw(self, event: Json) -> None:
        """Send any body to every confirmed server regardless of its subscriptions."""
        for server in self.servers.values():
            if server.status == "ok":
                self._courier.push(object(), {"server": server.id, "event": event})

    def open(self) -> None:
        self._courier.open()

    async def close(self) -> None:
        """Stop sending; events that were not accepted wait for the next `open`."""
        for task in self._handshakes:
            task.cancel()
        await self._courier.close()
        if self._session:
            await self._session.close()
            self._session = None

    async def _deliver(self, parcel: Json, attempt: int) -> bool:
        server = self.servers.get(parcel["server"])
        if server is None:
            return True
        fault = self._faults.pick("callback")
        answer = await self._post(server, parcel["event"], attempt)
        return answer == "ok" and not (fault and fault.kind == "lost_answer")

    async def _post(self, server: CallbackServer, body: Json, attempt: int) -> str:
        """Return the answer, "" for anything but a 200 with a readable body."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False)
        headers = {"X-Retry-Counter": str(attempt)} if attempt else {}
        signed = body | {"secret": server.secret} if server.secret else body
        try:
            async with self._session.post(server.url, json=signed, headers=headers) as answer:
                return await answer.text() if answer.status == 200 else ""
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return ""
