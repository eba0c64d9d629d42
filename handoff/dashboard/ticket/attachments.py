"""Files that contacts sent, for agents who are signed in."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.messages import files
from infra.storage.columns import LARGEST_ID


def file_routes(frame: Frame) -> APIRouter:
    """Register the one route, closed to anonymous callers like every other page."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))

    @router.get("/desk/files/{file_id}")
    async def serve_file(request: Request, file_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]) -> Response:
        view = await frame.parts.database.read(lambda session: files.file(session, file_id))
        if view is None or view.key is None:
            return frame.nonsense(request)
        # Only what begins like a picture, a sound or a film is shown in the page; anything else can only be saved.
        return FileResponse(
            frame.parts.files.path(view.key),
            media_type=view.media_type,
            filename=view.name or f"{view.kind}-{view.id}",
            content_disposition_type="inline" if view.is_shown else "attachment",
            headers=files.headers(),
        )

    return router
