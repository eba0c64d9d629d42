"""Files that agents attach to a reply, from the form into the store."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from starlette.datastructures import UploadFile

from handoff.drafts.repository import MOST_FILES
from handoff.errors import TooLargeError
from handoff.messages.files import file_name
from infra.files import FileStore, Kept, TooBigError

MOST = MOST_FILES
_PIECE = 1 << 18


async def files_in(request: Request) -> list[UploadFile]:
    """Return the files of a form; a browser sends an empty field if none was chosen."""
    return [file for file in (await request.form()).getlist("files") if isinstance(file, UploadFile)]


async def keep(store: FileStore, megabytes: int, files: Sequence[UploadFile]) -> list[tuple[str, Kept]]:
    """Return names and store keys; an empty field of a form is no file. Raises TooLargeError."""
    given = [file for file in files if file.filename]
    if len(given) > MOST:
        raise TooLargeError(megabytes, MOST)
    return [(file_name(str(file.filename)) or "file", await _keep(store, megabytes, file)) for file in given]


async def _keep(store: FileStore, megabytes: int, file: UploadFile) -> Kept:
    with store.incoming(megabytes * 1024 * 1024) as incoming:
        try:
            while piece := await file.read(_PIECE):
                incoming.write(piece)
        except TooBigError:
            raise TooLargeError(megabytes, MOST) from None
        return await asyncio.to_thread(incoming.keep)
