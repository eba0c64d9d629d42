"""The picture of an agent: uploaded by them, kept small, shown to colleagues."""

import asyncio
from io import BytesIO
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from handoff.dashboard.account.profile import PATH
from handoff.dashboard.content.uploads import files_in
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.messages.files import headers
from handoff.models import Agent
from infra.images import NotAnImageError, portrait
from infra.storage.columns import LARGEST_ID

SIDE = 128
"""Pixels of a picture's side: twice what the largest place shows."""


def picture_routes(frame: Frame) -> APIRouter:
    """Register the forms of the profile and the address of each picture."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts, one_at_a_time = frame.parts, asyncio.Semaphore(1)

    @router.post(f"{PATH}/picture")
    async def upload(request: Request) -> Response:
        """Keep the picture in its small form alone; the original is dropped."""
        file = next((one for one in await files_in(request) if one.filename), None)
        content = await file.read(parts.attachment_mb * 1024 * 1024 + 1) if file is not None else b""
        if len(content) > parts.attachment_mb * 1024 * 1024:
            return RedirectResponse(f"{PATH}?problem=size", 303)
        try:
            async with one_at_a_time:
                small = await asyncio.to_thread(portrait, BytesIO(content), SIDE)
        except NotAnImageError:
            return RedirectResponse(f"{PATH}?problem=picture", 303)
        with parts.files.incoming(len(small)) as incoming:
            incoming.write(small)
            key = (await asyncio.to_thread(incoming.keep)).key
        agent_id = frame.agent(request).id
        await parts.database.write(lambda session: parts.staff.change_picture(session, agent_id, key))
        return RedirectResponse(f"{PATH}?done=saved", 303)

    @router.post(f"{PATH}/picture/remove")
    async def remove(request: Request) -> Response:
        agent_id = frame.agent(request).id
        await parts.database.write(lambda session: parts.staff.change_picture(session, agent_id, None))
        return RedirectResponse(f"{PATH}?done=saved", 303)

    @router.get("/desk/agents/{agent_id}/picture")
    async def picture(request: Request, agent_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
        found = await parts.database.read(lambda session: session.get(Agent, agent_id))
        if found is None or found.picture is None or not parts.files.path(found.picture).is_file():
            return frame.nonsense(request)
        return FileResponse(parts.files.path(found.picture), media_type="image/webp", headers=headers())

    return router
