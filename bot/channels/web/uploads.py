"""Files that visitors send with a message: looked at before they are taken in, kept in the store, and named in the event.

What is too large or of a kind that is not taken is never kept. The event names it all the same, so that the bot says by
its name what did not reach us, as on every platform.
"""

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import HTTPException
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException as MalformedError

from handoff.dashboard.throttle import Throttle
from handoff.files import Rules, media_type
from handoff.richtext import clean
from infra.clock import Clock
from infra.files import FileStore

log = logging.getLogger(__name__)

MOST = 5
"""Files with one message."""
PER_ADDRESS = 10
"""Messages with files a minute: strangers must not fill the disk."""
REFUSED = "-"
"""In the place of a key: there is nothing to fetch."""
_WORDS = 1 << 16
"""Bytes of a form beside its files."""
_NAME = 120
_PIECE = 1 << 18
_HEAD = 16
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class NotTakenError(Exception):
    """Nothing of the form is taken; `problem` is one of `PROBLEMS` (chat.py), `text` what was written."""

    def __init__(self, problem: str, text: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.text = text


class _ForeignError(Exception):
    """The form is none of our pages'."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a visitor sent: the key of the form, the words, and what the event says of each file."""

    key: str
    text: str
    files: list[dict[str, Any]]


class Uploads:
    """Reads the form of a message."""

    characters = 4000
    """Longest text of one message."""

    def __init__(self, store: FileStore, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._pace = Throttle(PER_ADDRESS, clock)

    async def read(self, request: Request, host: str) -> Written:
        """The form, with its files in the store. How long it may be is a matter of `BodyLimits`.

        Raises NotTakenError, and HTTPException for one that is none of our pages'.
        """
        try:
            async with request.form(max_files=MOST, max_fields=8, max_part_size=_WORDS) as form:
                key, text, files = _word(form, "key"), _text(form), _files(form)
                if not _KEY.fullmatch(key):
                    raise _ForeignError
                if len(text) > self.characters:
                    raise NotTakenError("long", text)
                if files and not self._pace.allows(host):
                    raise NotTakenError("pace", text)
                return Written(key, text, await self._keep_all(files, text))
        except _ForeignError:
            raise HTTPException(422) from None
        except MalformedError:  # more files, or longer words, than a form of ours lets through
            raise NotTakenError("size") from None

    async def text_of(self, request: Request) -> str:
        """The words of a form that is not taken, for its page to show again; empty where reading them would take long."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _WORDS:
            return ""
        try:
            async with request.form(max_files=MOST, max_fields=8, max_part_size=_WORDS) as form:
                return _text(form)
        except MalformedError:
            return ""

    async def _keep_all(self, files: list[UploadFile], text: str) -> list[dict[str, Any]]:
        try:
            return [await self._keep(file) for file in files]
        except OSError as error:
            log.warning("a visitor's file could not be kept: %s", type(error).__name__)
            raise NotTakenError("failed", text) from error

    async def _keep(self, file: UploadFile) -> dict[str, Any]:
        head, size = await file.read(_HEAD), file.size or 0
        await file.seek(0)
        kind = _kind(head, file.content_type or "")
        named = {"kind": kind, "name": _named(file.filename or ""), "size": size}
        if kind not in self._rules.kinds or size > self._rules.bytes:
            return named | {"key": REFUSED}
        with self._store.incoming(self._rules.bytes) as incoming:
            while piece := await file.read(_PIECE):
                await asyncio.to_thread(incoming.write, piece)
            kept = await asyncio.to_thread(incoming.keep)
        return named | {"key": kept.key}


def _files(form: FormData) -> list[UploadFile]:
    """Those that were chosen; a browser sends an empty field where none was."""
    return [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]


def _word(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _text(form: FormData) -> str:
    """What was written, its lines ended as the page counts them: browsers send CR LF."""
    return _word(form, "text").replace("\r\n", "\n")


def _kind(head: bytes, declared: str) -> str:
    """A picture is what begins like one; for the rest the browser's word will do, for nothing is shown by it."""
    if media_type(head).startswith("image/"):
        return "photo"
    main = declared.partition("/")[0]
    return main if main in {"audio", "video"} else "document"


def _named(name: str) -> str:
    """The name without the folders that some browsers give; the end of a long one, which tells what it is."""
    return " ".join(clean(re.split(r"[/\\]", name)[-1]).split())[-_NAME:]
