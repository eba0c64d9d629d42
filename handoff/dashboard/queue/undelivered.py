"""Page of delivery trouble: undelivered answers and events that were set aside, one by one or several at once."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from handoff.dashboard.content.place import Place
from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.lists import troubles
from infra.storage.columns import LARGEST_ID

Ids = Annotated[list[str], Form()]


def undelivered_routes(frame: Frame) -> APIRouter:
    """Register the page and its two forms."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    async def page(request: Request, result: str = "") -> Response:
        database, place = parts.database.for_pages(), Place(shows=("undelivered",))
        return frame.answer(
            request,
            "trouble.html",
            place=place,
            queue=await frame.list_at(request, place),
            undelivered=await database.read(troubles.undelivered_parts),
            events=await database.read(troubles.set_aside_events),
            result=result,
            now=parts.clock(),
        )

    @router.get("/desk/undelivered")
    async def trouble_page(request: Request) -> Response:
        return await page(request)

    @router.post("/desk/undelivered/parts")
    async def settle_parts(request: Request, action: Annotated[str, Form()] = "", part: Ids = []) -> Response:  # noqa: B006 - FastAPI copies it
        words, ids = frame.words(request), read_ids(part)
        if action not in {"retry", "arrived", "lost"} or not ids:
            return await page(request, words.t("Select what it is about first."))
        done, left = await parts.database.write(
            lambda session: troubles.settle_parts(session, parts.outbox, ids, action)
        )
        if action == "retry":
            result = words.tn("{count} message is sent again.", "{count} messages are sent again.", done)
        elif action == "arrived":
            result = words.tn("{count} message is marked as arrived.", "{count} messages are marked as arrived.", done)
        else:
            result = words.tn("{count} message is marked as lost.", "{count} messages are marked as lost.", done)
        if left:
            result += " " + words.tn(
                "{count} was left as it is: its state does not allow this.",
                "{count} were left as they are: their state does not allow this.",
                left,
            )
        return await page(request, result)

    @router.post("/desk/undelivered/events")
    async def settle_events(request: Request, action: Annotated[str, Form()] = "", event: Ids = []) -> Response:  # noqa: B006 - FastAPI copies it
        words, ids = frame.words(request), read_ids(event)
        if action not in {"again", "dismiss"} or not ids:
            return await page(request, words.t("Select what it is about first."))
        done = await parts.database.write(
            lambda session: troubles.settle_events(session, parts.bus, ids, again=action == "again")
        )
        if action == "again":
            result = words.tn("{count} event is tried again.", "{count} events are tried again.", done)
        else:
            result = words.tn("{count} event is set aside for good.", "{count} events are set aside for good.", done)
        return await page(request, result)

    return router


def read_ids(values: list[str]) -> frozenset[int]:
    """Read the ids of a form; values that are none are left out."""
    return frozenset(int(one) for one in values if one.isdecimal() and len(one) < 20 and 0 < int(one) <= LARGEST_ID)
