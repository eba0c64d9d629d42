"""`frontdesk run`: the roles side by side until a signal, and an end that loses nothing.

`bot` receives, thinks and sends; `web` serves the desk, the help page, the REST interface and the webhooks. Without
`--only`, one process is both.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Literal

import uvicorn

from bot.app import App
from bot.channels.web.site import Site
from infra.errors import PlainError

log = logging.getLogger(__name__)

Role = Literal["bot", "web"]
_GRACE_SECONDS = 3


async def run(app: App, only: Role | None, site: Site | None, ready: Callable[[str], None]) -> None:
    """Run the roles until SIGTERM or SIGINT; a second signal ends the process at once.

    `ready` is told where the pages are (or "" without pages) once everything is listening.

    Raises:
        PlainError: the address of the pages is taken.
    """
    stop = asyncio.Event()
    with _signals(stop):
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(app.library.run(), name="library")]
            async with _served(app, site) as address:
                if only != "web":
                    running.append(tasks.create_task(app.intake.run(), name="intake"))
                    running += [tasks.create_task(app.serve(account), name=account) for account in app.channels]
                ready(address)
                await stop.wait()
            for task in running:
                task.cancel()


@asynccontextmanager
async def _served(app: App, site: Site | None) -> AsyncIterator[str]:
    """The pages, listening while the block runs."""
    if site is None:
        yield ""
        return
    config = uvicorn.Config(
        site.asgi,
        host=app.settings.host,
        port=app.settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if serving.done():
                raise PlainError(f"Port {app.settings.port} is taken: choose another with FRONTDESK_PORT.")
            await asyncio.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        await site.hang_up()
        server.should_exit = True
        with contextlib.suppress(SystemExit):
            await serving


class _Server(uvicorn.Server):
    """Signals are the whole program's affair, not the web server's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def asked(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        log.info("stopping")
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
