"""Commands for a running process: a local socket beside the SQLite file.

The process that runs the bot holds the file exclusively, so a command that finds it held hands its work over: it sends
one JSON line and receives JSON lines. Only the owner of the folder can reach the socket.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bot.cli.commands import COMMANDS
from bot.cli.people_commands import Say
from bot.program.app import App
from infra.errors import PlainError
from infra.storage.outages import outage_sentence

log = logging.getLogger(__name__)

_LONGEST_PATH = 100  # systems limit a socket's path to 104 to 108 bytes
_LONGEST_LINE = 64 * 1024 * 1024


def socket_path(database_url: str) -> Path:
    """Return the path of the socket of the process that holds this SQLite file."""
    database = Path(make_url(database_url).database or "").absolute()
    beside = database.with_name(database.name + ".sock")
    if len(str(beside).encode()) <= _LONGEST_PATH:
        return beside
    return Path(tempfile.gettempdir()) / f"frontdesk-{hashlib.sha256(str(database).encode()).hexdigest()[:24]}.sock"


@asynccontextmanager
async def listening(app: App) -> AsyncIterator[None]:
    """Accept commands while the block runs; a no-op on PostgreSQL, where commands open the database themselves."""
    if app.db.dialect != "sqlite":
        yield
        return
    path = socket_path(app.settings.database_url)
    path.unlink(missing_ok=True)  # left by a killed process: we hold the file now

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await _serve(app, reader, writer)

    server = await asyncio.start_unix_server(serve, path, limit=_LONGEST_LINE)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


async def _serve(app: App, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    def tell(**line: object) -> None:
        writer.write(json.dumps(line).encode() + b"\n")

    try:
        request = json.loads(await reader.readline())
        code = await COMMANDS[request["command"]](app, request["arguments"], lambda text: tell(say=text))
        tell(code=code)
    except PlainError as error:
        tell(error=str(error))
    except Exception as error:  # the caller needs an answer
        log.exception("a command failed")
        tell(error=outage_sentence(error) or "The running program could not do this; its log tells why.")
    await writer.drain()
    writer.close()


async def hand_over(database_url: str, command: str, arguments: dict[str, Any], say: Say) -> int:
    """Run a command in the process that holds the file; returns the exit code.

    Raises:
        PlainError: the command raised it there, or the process does not answer.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(socket_path(database_url), limit=_LONGEST_LINE)
    except OSError as error:
        raise PlainError(
            "The database is in use by a process that takes no commands: stop it and try again."
        ) from error
    writer.write(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
    await writer.drain()
    try:
        while line := await reader.readline():
            answer = json.loads(line)
            if "say" in answer:
                say(answer["say"])
            elif "error" in answer:
                raise PlainError(answer["error"])
            else:
                return int(answer["code"])
    finally:
        writer.close()
    raise PlainError("The running program stopped before it was done: look at its state and try again.")
