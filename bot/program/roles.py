"""`frontdesk run`: the roles side by side until a signal, and an end that loses nothing.

`bot` receives, thinks and sends; `web` serves the desk, the help page, the REST interface and the webhooks. Without
`--only`, one process is both.
"""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn
from starlette.types import ASGIApp

from bot.program.app import App
from bot.program.http_connections import MOST_CONNECTIONS, ConnectionLimits, Connections, bounded_protocol
from bot.web.site import Site
from infra.errors import PlainError
from infra.web.throttle import network_of

log = logging.getLogger(__name__)

Role = Literal["bot", "web"]
_GRACE_SECONDS = 3
_END_SECONDS = 8.0
"""Seconds that the whole end may take; whoever asked for it kills after 10 or 30."""
_OTHER_FILES = 300
"""Descriptors for everything but connections of the pages: databases, platforms, files on their way."""
_FEWEST_CONNECTIONS = 50


async def run(
    app: App, only: Role | None, site: Site | None, ready: Callable[[str], None], monitor: Site | None = None
) -> None:
    """Run the roles until SIGTERM or SIGINT; a second signal ends the process at once, and so do some seconds after one.

    `ready` is told where the pages are (or "" without pages) once everything is listening. `monitor` is served at the
    address of its own that the settings name.

    Raises:
        PlainError: the address of the pages or of the monitor is taken.
    """
    stop = asyncio.Event()
    # Bound before anything runs: the web server would end the process in its own way, and a task group hides the error.
    listener = bind(app.settings.host, app.settings.port) if site is not None else None
    place = app.settings.monitor_address if monitor is not None else None
    watched = bind(*place, "FRONTDESK_MONITOR", "FRONTDESK_MONITOR") if place is not None else None
    proxies = app.settings.trusted_proxies
    with _signals(stop):
        async with asyncio.TaskGroup() as tasks:
            keep = app.supervisor.keep
            running = [tasks.create_task(keep("library", app.library.run), name="library")]
            async with _served(site, listener, proxies) as address, _served(monitor, watched, proxies):
                if only != "web":
                    running.append(tasks.create_task(keep("intake", lambda: _think(app)), name="intake"))
                    running.append(tasks.create_task(keep("caretaker", app.caretaker.run), name="caretaker"))
                    running.append(tasks.create_task(keep("orphans", app.orphans.run), name="orphans"))
                    running += [tasks.create_task(app.serve(account), name=account) for account in app.channels]
                ready(address)
                await stop.wait()
                for task in running:
                    task.cancel()


async def _think(app: App) -> None:
    """Work through the inbox once the knowledge is here: what comes before is received, stored and waits for it."""
    await app.library.wait_until_open()
    await app.intake.run()


@asynccontextmanager
async def _served(site: Site | None, listener: socket.socket | None, proxies: Sequence[str]) -> AsyncIterator[str]:
    """The pages, listening while the block runs."""
    if site is None or listener is None:
        yield ""
        return
    limits = ConnectionLimits(connections=_most_connections(), unlimited=Proxies(proxies))
    connections = Connections(limits, network_of)
    server = _Server(server_config(site.asgi, connections, proxies))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:
            if serving.done():
                raise RuntimeError("the web server did not start") from serving.exception()
            await asyncio.sleep(0.01)
        host, port = listener.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await site.hang_up()
        server.should_exit = True
        await serving


class Proxies:
    """The reverse proxies that are trusted, as addresses and networks: they bring everybody's connections."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]

    def __contains__(self, host: object) -> bool:
        try:
            address = ipaddress.ip_address(str(host))
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def server_config(asgi: ASGIApp, connections: Connections, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How the pages are served: by HTTP/1.1 connections that keep to their limits.

    `proxies` alone are believed who calls through them (`X-Forwarded-For`) and how (`X-Forwarded-Proto`).
    """
    return uvicorn.Config(
        asgi,
        forwarded_allow_ips=list(proxies),
        http=bounded_protocol(connections),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _most_connections() -> int:
    """As many connections as there are descriptors for, after raising the process's own limit as far as it may go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(_FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, soft - _OTHER_FILES))


def bind(
    host: str, port: int, port_setting: str = "FRONTDESK_PORT", settings: str = "FRONTDESK_HOST or FRONTDESK_PORT"
) -> socket.socket:
    """A listening socket. Raises PlainError where the port is taken or the host is none of ours."""
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PlainError(f"Port {port} is taken: choose another with {port_setting}.") from error
        raise PlainError(f"The pages cannot be opened at {host}, port {port}: mend {settings}.") from error
    # Connections inherit it. asyncio sets it on sockets that it makes, not on those given to it; without it the body of
    # each page waits 40 ms for the reader to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """Signals are the whole program's affair, not the web server's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def stop_on(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        log.info("stopping")
        threading.Thread(target=_end_in_time, name="end", daemon=True).start()
        stop.set()

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        loop.add_signal_handler(number, stop_on, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _end_in_time() -> None:
    """End the process though something hangs, be it a thread that nobody can cancel: what it did is taken up anew."""
    time.sleep(_END_SECONDS)
    log.warning("ending now, though not everything has ended: the next start takes up what was under way")
    logging.shutdown()
    os._exit(0)
