"""`frontdesk chat`: the bot in this terminal, with the same database and processing as every channel."""

import asyncio
import sys
from collections.abc import Callable
from threading import Thread

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.channels.console.settings import ConsoleSettings
from bot.program.app import open_app
from bot.program.settings import Settings
from handoff.models import UNFINISHED, Delivery, InboxEvent, InboxState

ACCOUNT = "console:local"
_LOOK_EVERY = 0.1


async def chat(settings: Settings) -> None:
    """Chat until the input ends and the last answer is printed.

    Raises:
        PlainError: the database cannot be opened; a running bot holds a SQLite file exclusively.
    """
    lines: asyncio.Queue[str] = asyncio.Queue()
    ended = asyncio.Event()
    terminal = ConsoleSettings(lines=lines, write=click.echo)
    quick = settings.model_copy(update={"burst_window": 0.0, "channels": (terminal,)})
    async with open_app(quick) as app:
        await app.library.refresh()
        await app.library.add_vectors()
        _listen(lines, ended)
        tasks = [asyncio.create_task(role) for role in (app.intake.run(), app.serve(ACCOUNT))]
        try:
            await ended.wait()
            while not lines.empty() or await app.db.read(_busy):  # noqa: ASYNC110 - waits for rows, which have no event
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _listen(lines: asyncio.Queue[str], ended: asyncio.Event) -> None:
    """Read standard input in a thread of its own: waiting for a line must not delay the answers."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        tell: Callable[..., object] = loop.call_soon_threadsafe
        for line in sys.stdin:
            if line.strip():
                tell(lines.put_nowait, line.rstrip("\n"))
        tell(ended.set)

    Thread(target=read, name="terminal", daemon=True).start()


def _busy(session: Session) -> bool:
    """Return whether a typed line is not answered yet."""
    unread = exists().where(InboxEvent.account == ACCOUNT, InboxEvent.state == InboxState.NEW)
    unsent = exists().where(Delivery.account == ACCOUNT, Delivery.state.in_(UNFINISHED))
    return bool(session.scalar(select(unread | unsent)))
