"""Saved views of the queue: save, rename and delete."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from handoff.dashboard.content.place import place_of
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.errors import DeskError
from handoff.lists import saved_views
from infra.storage.columns import LARGEST_ID

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def saved_view_routes(frame: Frame) -> APIRouter:
    """Register the forms in the menu of filters; each leads back to the list."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    clock = frame.parts.clock

    async def answer(request: Request, query: str, work: Callable[[Session], object]) -> Response:
        place = place_of(QueryParams(query.removeprefix("?")))
        try:
            await frame.parts.database.write(work)
        except DeskError as error:
            return await frame.page(request, place, status=409, problem=frame.words(request).problem(error))
        return RedirectResponse(place.url(None), 303)

    @router.post("/desk/views")
    async def save_view(
        request: Request,
        name: Annotated[str, Form()] = "",
        query: Annotated[str, Form()] = "",
        shared: Annotated[str, Form()] = "",
    ) -> Response:
        agent, wanted = frame.agent(request), place_of(QueryParams(query.removeprefix("?"))).view_query()
        return await answer(
            request,
            query,
            lambda session: saved_views.save_view(session, agent, name, wanted, clock, shared=bool(shared)),
        )

    @router.post("/desk/views/{view_id}/rename")
    async def rename_view(
        request: Request, view_id: Id, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = ""
    ) -> Response:
        agent = frame.agent(request)
        return await answer(request, query, lambda session: saved_views.rename_view(session, agent, view_id, name))

    @router.post("/desk/views/{view_id}/delete")
    async def delete_view(request: Request, view_id: Id, query: Annotated[str, Form()] = "") -> Response:
        agent = frame.agent(request)
        return await answer(request, query, lambda session: saved_views.delete_view(session, agent, view_id))

    return router
