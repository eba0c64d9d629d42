"""Visitors' uploads: validated, put into the file store, and named in the event.

A file that is too large or of a refused kind is not stored. The event names it nevertheless, so that the bot can reply
which file did not arrive, as on every platform.
"""

import asyncio
import logging
import re
from collections.abc import Mapping
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
"""Maximum number of files per message."""
PER_ADDRESS = 10
"""Messages with files per minute, to protect the disk."""
REFUSED = "-"
"""Placeholder for the key of a refused file: there is nothing to fetch."""
_WORDS = 1 << 16
"""Maximum bytes of a form besides its files."""
_NAME = 120
_PIECE = 1 << 18
_HEAD = 16
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class NotTakenError(Exception):
    """The form is refused; `problem` is one of `PROBLEMS` (pages.py), `text` the visitor's text."""

    def __init__(self, problem: str, text: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.text = text


class _ForeignError(Exception):
    """The form does not come from our pages."""


@dataclass(frozen=True, slots=True)
class Written:
    """A visitor's message: the key of the form, the text, and the event's data about each file."""

    key: str
    text: str
    files: list[dict[str, Any]]
    fields: Mapping[str, str]
    """The other fields of the form."""


class Uploads:
    """Reads the form of a message."""

    characters = 4000
    """Maximum length of a message's text."""

    def __init__(self, store: FileStore, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._pace = Throttle(PER_ADDRESS, clock)
        self._quota = UploadQuota(rules.bytes, clock)
        self._decoding = asyncio.Semaphore(1)  # one picture takes up to 160 MB

    async def read(self, request: Request, visitor: Visitor, host: str) -> Written:
        """Read the form and store its files. `BodyLimits` limits its size.

        Raises NotTakenError, and HTTPException for a form that does not come from our pages.
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
                fields = {name: value for name, value in form.items() if isinstance(value, str)}
                return Written(key, text, await self._keep_all(files, text), fields)
        except _ForeignError:
            raise HTTPException(422) from None
        except MalformedError:  # more files or longer text than our forms allow
            raise NotTakenError("size") from None

    async def text_of(self, request: Request) -> str:
        """Return the text of a refused form, to be shown again; "" if reading it would take long."""
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > _WORDS:
            return ""
        try:
            async with request.form(max_files=MOST, max_fields=8, max_part_size=_WORDS) as form:
                return _text(form)
        except MalformedError:
            return ""

    async def _admit(self, visitor: str, host: str, files: list[UploadFile], text: str) -> None:
        """Check the upload quotas. Raises NotTakenError if one is exceeded."""
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
    """Return the chosen files; a browser sends an empty field if there is none."""
    return [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]


def _word(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _text(form: FormData) -> str:
    """Return the text with LF line ends, as the page counts characters; browsers send CR LF."""
    return _word(form, "text").replace("\r\n", "\n")


def _kind(head: bytes, declared: str) -> str:
    """Return the media type: pictures are recognized by content; for other files the browser's type is used."""
    if media_type(head).startswith("image/"):
        return "photo"
    main = declared.partition("/")[0]
    return main if main in {"audio", "video"} else "document"


def _named(name: str) -> str:
    """Return the name to show; of a long one only the end, which contains the extension."""
    return file_name(name)[-_NAME:]
