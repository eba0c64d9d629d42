"""`frontdesk run`: runs the roles concurrently until a signal, then shuts down without losing data.

`bot` receives, handles and sends; `web` serves the desk, the help page, the REST interface and the webhooks. Without
`--only`, one process has both roles.
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
from handoff.search.backfill import Backfill
from infra.errors import PlainError
from infra.web.throttle import network_of

log = logging.getLogger(__name__)

Role = Literal["bot", "web"]
_GRACE_SECONDS = 3
_END_SECONDS = 8.0
"""Seconds for the whole shutdown; supervisors kill a process after 10 or 30."""
_OTHER_FILES = 300
"""Descriptors for everything except connections to the pages: databases, platforms, open files."""
_FEWEST_CONNECTIONS = 50


async def run(
    app: App, only: Role | None, site: Site | None, ready: Callable[[str], None], monitor: Site | None = None
) -> None:
    """Run the roles until SIGTERM or SIGINT; a second signal or a timeout ends the process at once.

    `ready` is called with the address of the pages (or "" without pages) once everything is listening. `monitor` is
    served at its own address from the settings.

    Raises:
        PlainError: the address of the pages or of the monitor is taken.
    """
    stop = asyncio.Event()
    # Bound before anything runs: the web server would exit the process itself, and a task group hides the error.
    listener = bind(app.settings.host, app.settings.port) if site is not None else None
    place = app.settings.monitor_address if monitor is not None else None
    watched = bind(*place, "FRONTDESK_MONITOR", "FRONTDESK_MONITOR") if place is not None else None
    proxies = app.settings.trusted_proxies
    with _signals(stop):
        async with asyncio.TaskGroup() as tasks:
            keep = app.supervisor.keep
            running = [tasks.create_task(keep("library", app.library.run), name="library")]
            running.append(tasks.create_task(keep("wording", app.wording.run), name="wording"))
            running.append(tasks.create_task(keep("webhook list", app.webhook_list.run), name="webhook list"))
            async with _served(site, listener, proxies) as address, _served(monitor, watched, proxies):
                if only != "web":
                    running.append(tasks.create_task(keep("intake", lambda: _think(app)), name="intake"))
                    running.append(tasks.create_task(keep("caretaker", app.caretaker.run), name="caretaker"))
                    if app.assigner is not None:
                        running.append(tasks.create_task(keep("assignment", app.assigner.run), name="assignment"))
                    running.append(tasks.create_task(keep("search index", Backfill(app.db).run), name="search index"))
                    running.append(tasks.create_task(keep("webhooks", app.webhook_sender.run), name="webhooks"))
                    running.append(tasks.create_task(keep("orphans", app.orphans.run), name="orphans"))
                    running.append(tasks.create_task(keep("retention", app.retention.run), name="retention"))
                    running += [tasks.create_task(app.serve(account), name=account) for account in app.channels]
                ready(address)
                await stop.wait()
                for task in running:
                    task.cancel()


async def _think(app: App) -> None:
    """Handle the inbox once the knowledge base is loaded; earlier events are received, stored and wait."""
    await app.library.wait_until_open()
    await app.intake.run()


@asynccontextmanager
async def _served(site: Site | None, listener: socket.socket | None, proxies: Sequence[str]) -> AsyncIterator[str]:
    """Serve the pages while the block runs."""
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
    """The trusted reverse proxies, as addresses and networks; they forward many clients' connections."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]

    def __contains__(self, host: object) -> bool:
        try:
            address = ipaddress.ip_address(str(host))
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def server_config(asgi: ASGIApp, connections: Connections, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """Return the server configuration of the pages: HTTP/1.1 connections with limits.

    Only `proxies` are trusted to name the client (`X-Forwarded-For`) and the scheme (`X-Forwarded-Proto`).
    """
    return uvicorn.Config(
        asgi,
        forwarded_allow_ips=list(proxies),
        http=bounded_protocol(connections),
        timeout_keep_alive=connections.limits.idle,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _most_connections() -> int:
    """Raise the process's descriptor limit to its maximum; returns the number of connections that it allows."""
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
    """Open a listening socket. Raises PlainError if the port is taken or the host is not an address of this machine."""
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PlainError(f"Port {port} is taken: choose another with {port_setting}.") from error
        raise PlainError(f"The pages cannot be opened at {host}, port {port}: change {settings}.") from error
    # Connections inherit it. asyncio sets it only on sockets that it creates; without it the body of each page waits
    # 40 ms for the reader to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """The web server without its signal handlers: the program handles signals."""

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
    """Exit even if something hangs, such as a thread that cannot be cancelled; the next start resumes its work."""
    time.sleep(_END_SECONDS)
    log.warning("ending now, though not everything has ended: the next start takes up what was under way")
    logging.shutdown()
    os._exit(0)
