"""Routes with files: callers without a token cannot send any, and the number of form parts is limited."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as MalformedError

from handoff.api.access import authenticate
from handoff.dashboard.content.uploads import MOST

_FIELDS = 10


class UploadRoute(APIRoute):
    """Checks the token and the number of parts before FastAPI reads the form, which it does before any dependency."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            await authenticate(request.app.state.parts, request)
            try:
                await request.form(max_files=MOST, max_fields=_FIELDS)
            except MalformedError as error:
                raise HTTPException(422, f"Send a form of at most {MOST} files: {error.detail}") from None
            try:
                return await inner(request)
            finally:
                await request.close()

        return handle
