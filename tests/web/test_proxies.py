"""The examples of a web server before the program, started as they are but for names and ports."""

import asyncio
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.settings import ChannelSettings
from bot.channels.vk.settings import VkSettings
from tests.conftest import Backend
from tests.web.counter import Counter, open_counter

EXAMPLES = Path(__file__).parents[2] / "examples"
MIB = 1 << 20
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
GROUP, SECRET = 220_000_001, "a-secret-of-the-community"


def nginx(folder: Path, port: int, upstream: str) -> list[str]:
    """The example as nginx's only site, without HTTPS."""
    site = (EXAMPLES / "nginx.conf").read_text()
    site = re.sub(r"(?m)^\s*ssl_certificate.*\n", "", site)
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8080", upstream)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{ access_log off; {places}\n{site} }}\n"
    )
    return [str(shutil.which("nginx", path=PATH)), "-p", str(folder), "-e", "stderr", "-c", f"{folder}/nginx.conf"]


def caddy(folder: Path, port: int, upstream: str) -> list[str]:
    """The example as Caddy's only site, without HTTPS."""
    site = (EXAMPLES / "Caddyfile").read_text()
    site = site.replace("help.example.org {", f"http://:{port} {{\n\tbind 127.0.0.1").replace(
        "127.0.0.1:8080", upstream
    )
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n}}\n{site}")
    return [str(shutil.which("caddy", path=PATH)), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


Server = Callable[[Path, int, str], list[str]]
pytestmark = [
    pytest.mark.parametrize(
        "server",
        [
            pytest.param(server, marks=pytest.mark.skipif(not where, reason=f"no {name}: `apt-get install {name}`"))
            for server, name in ((nginx, "nginx"), (caddy, "caddy"))
            for where in [shutil.which(name, path=PATH)]
        ],
        ids=["nginx", "caddy"],
    ),
    pytest.mark.long,
]


@dataclass
class Clients:
    """Notes whom the program takes its requests to come from."""

    app: ASGIApp
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope["client"][0])
        await self.app(scope, receive, send)


@dataclass
class Site:
    """The program behind a web server."""

    counter: Counter
    address: str
    clients: Clients

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """A browser at another address of this machine."""
        transport = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
        async with httpx.AsyncClient(base_url=self.address, transport=transport, timeout=60) as client:
            yield client


class Process:
    """A web server as an ordinary user, with a folder of its own."""

    def __init__(self, server: Server, upstream: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.port, folder = free_port(), Path(self._folder.name)
        command = server(folder, self.port, upstream)
        user = "nobody" if os.getuid() == 0 else None
        if user:
            for path in (folder, *folder.iterdir()):
                os.chown(path, pwd.getpwnam(user).pw_uid, -1)
        places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
        self._log = (folder / "log").open("w+b")
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**places, "PATH": PATH},
            stdout=self._log,
            stderr=self._log,
            user=user,
        )

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    @property
    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(20)
        self._log.close()
        self._folder.cleanup()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@asynccontextmanager
async def behind(server: Server, folder: Path, channels: tuple[ChannelSettings, ...]) -> AsyncIterator[Site]:
    noted: list[Clients] = []

    def note(app: ASGIApp) -> ASGIApp:
        noted.append(Clients(app))
        return noted[0]

    backend = Backend(f"sqlite:///{folder}/frontdesk.db", None)
    async with open_counter(backend, around=note, public_url="http://help.example.org", channels=channels) as counter:
        process = await asyncio.to_thread(Process, server, counter.address.removeprefix("http://"))
        try:
            await until_open(process)
            yield Site(counter, f"http://127.0.0.1:{process.port}", noted[0])
        finally:
            await asyncio.to_thread(process.stop)


async def until_open(process: Process) -> None:
    async with asyncio.timeout(60):
        while True:
            assert not process.has_ended, process.log
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", process.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def test_the_example_carries_what_the_pages_promise(server: Server, tmp_path: Path) -> None:
    vk = VkSettings(token=SecretStr("a" * 30), group_id=GROUP, mode="callback", webhook_secret=SecretStr(SECRET))
    async with behind(server, tmp_path, (vk,)) as site, site.browser() as anna:
        page = await anna.get("/help/chat?lang=en", headers={"X-Forwarded-For": "203.0.113.9"})
        assert page.status_code == 200
        assert set(site.clients.seen) == {"127.0.0.2"}  # neither the web server's own nor one that is claimed

        async with anna.stream("GET", "/help/chat/events") as news:
            lines = news.aiter_lines()
            async with asyncio.timeout(60):
                while "changed" not in await anext(lines):
                    pass
                files = [("files", (f"{number}.zip", bytes([number]) * (20 * MIB), "")) for number in range(5)]
                csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
                form = {"csrf": csrf, "key": "one-form-key", "text": "I want a human agent: my money is gone"}
                sent = await anna.post("/help/chat/messages", data=form, files=files)
                assert sent.status_code == 303
                while "changed" not in await anext(lines):  # it comes while the stream is open
                    pass
        shown = await anna.get("/help/chat/thread")
        assert "4.zip" in shown.text

        event = {"type": "message_new", "group_id": GROUP, "secret": SECRET, "event_id": "1", "object": {}}
        hooked = await anna.post("/hooks/vk/main", json=event)
        assert (hooked.status_code, hooked.text) == (200, "ok")
        assert (await anna.post("/hooks/vk/main", json=event | {"secret": "wrong"})).status_code == 403

        for path in ("/metrics", "/readyz"):
            assert (await anna.get(path)).status_code == 404
