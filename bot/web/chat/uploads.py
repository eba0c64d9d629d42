"""Files that visitors send with a message: looked at before they are taken in, kept in the store, and named in the event.

What is too large or of a kind that is not taken is never kept. The event names it all the same, so that the bot says by
its name what did not reach us, as on every platform.
"""

import asyncio
import logging
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from fastapi import Request
from fastapi.exceptions import HTTPException
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException as MalformedError

from bot.web.chat.upload_quota import UploadQuota
from bot.web.chat.visitors import Visitor
from handoff.messages.files import Rules, file_name, media_type
from infra.clock import Clock
from infra.files import FileStore, Kept, TooBigError
from infra.images import NotAnImageError, reencode
from infra.web.throttle import Throttle

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
        self._quota = UploadQuota(rules.bytes, clock)
        self._decoding = asyncio.Semaphore(1)  # one picture takes up to 160 MB

    async def read(self, request: Request, visitor: Visitor, host: str) -> Written:
        """The form, with its files in the store. How long it may be is a matter of `BodyLimits`.

        Raises NotTakenError, and HTTPException for one that is none of our pages'.
        """
        try:
            async with request.form(max_files=MOST, max_fields=8, max_part_size=_WORDS) as form:
                key, text, files = _word(form, "key"), _text(form), _files(form)
                if not _KEY.fullmatch(key):
                    raise _ForeignError
                if not visitor.is_own_form(_word(form, "csrf")):
                    raise NotTakenError("foreign", text)
                if len(text) > self.characters:
                    raise NotTakenError("long", text)
                if files and not self._pace.allows(host):
                    raise NotTakenError("pace", text)
                await self._admit(visitor.id, host, files, text)
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

    async def _admit(self, visitor: str, host: str, files: list[UploadFile], text: str) -> None:
        """Raises NotTakenError where the files are more than a stranger, an address or all of them may send."""
        taken = [file.size or 0 for file in files if (file.size or 0) <= self._rules.bytes]
        if not taken:
            return
        if not await asyncio.to_thread(self._store.has_room, sum(taken)):
            log.warning("the disk is nearly full: no files of visitors are taken")
            raise NotTakenError("failed", text)
        if not self._quota.take(visitor, host, len(taken), sum(taken)):
            raise NotTakenError("quota", text)

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
        try:
            source = await self._clean_picture(file) if kind == "photo" else file.file
            kept = await asyncio.to_thread(self._store_all, source)
        except (NotAnImageError, TooBigError):
            return named | {"key": REFUSED}
        return named | {"key": kept.key, "size": kept.size}

    async def _clean_picture(self, file: UploadFile) -> BinaryIO:
        async with self._decoding:
            return BytesIO(await asyncio.to_thread(reencode, file.file))

    def _store_all(self, source: BinaryIO) -> Kept:
        with self._store.incoming(self._rules.bytes) as incoming:
            while piece := source.read(_PIECE):
                incoming.write(piece)
            return incoming.keep()


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
    """The name as it is shown; the end of a long one, which tells what it is."""
    return file_name(name)[-_NAME:]
