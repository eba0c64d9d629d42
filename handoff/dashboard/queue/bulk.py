"""Actions on several selected rows of the queue."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from handoff.audit.log import Actor
from handoff.audit.models import Origin
from handoff.dashboard.frame import Frame, by_script
from handoff.dashboard.queue.undelivered import read_ids
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.wording import Words
from handoff.errors import BadTagError
from handoff.labels.labelling import LONGEST, MOST, Labelling, is_tag
from handoff.models import Role
from handoff.people.agents import AgentView
from handoff.tickets.bulk import BulkAction, BulkResult, act_on_each

Ids = Annotated[list[str], Form()]
Work = Callable[[Session, int], object]


def bulk_routes(frame: Frame) -> APIRouter:
    """Register the form below the filters."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    desk, database = frame.parts.desk, frame.parts.database
    labelling = Labelling(desk.journal, desk.promises)

    @router.post("/desk/bulk")
    async def act_on_selected(
        request: Request,
        action: Annotated[str, Form()] = "",
        to: Annotated[str, Form()] = "",
        tag: Annotated[str, Form()] = "",
        ticket: Ids = [],  # noqa: B006 - FastAPI copies it
    ) -> Response:
        agent, words, ids, place = frame.agent(request), frame.words(request), read_ids(ticket), frame.place(request)
        if action == BulkAction.TAG:
            work: Work | None = lambda session, ticket_id: labelling.add_tag(session, ticket_id, agent.id, tag)  # noqa: E731
        else:
            work = _work(agent, action, int(to) if to.isdecimal() and len(to) < 18 else 0)
        if action == BulkAction.TAG and ids and not is_tag(tag):
            result = words.problem(BadTagError(LONGEST, MOST))
        elif work is None or not ids:
            result = words.t("Select what it is about first.")
        else:
            counted = await database.write(lambda session: act_on_each(session, ids, work))
            result = sentence_of(words, BulkAction(action), counted)
        if not by_script(request):
            return await frame.page(request, place, problem=result)
        return frame.answer(
            request, "bulk_done.html", part=True, place=place, queue=await frame.list_at(request, place), result=result
        )

    def _work(agent: AgentView, action: str, to: int) -> Work | None:
        if action == BulkAction.TAKE:
            return lambda session, ticket_id: desk.ownership.claim(session, ticket_id, agent.id)
        if action == BulkAction.RESOLVE:
            return lambda session, ticket_id: desk.resolve(session, ticket_id, agent.id)
        if action == BulkAction.MUTE:
            return lambda session, ticket_id: desk.mute(session, ticket_id, agent.id)
        if action == BulkAction.ASSIGN and agent.role is not Role.AGENT:
            by = Actor(agent.id, Origin.DESK)
            return lambda session, ticket_id: desk.handovers.assign(session, ticket_id, by, to)
        return None

    return router


def sentence_of(words: Words, action: BulkAction, result: BulkResult) -> str:
    """Say in one sentence what was done and what was not: "7 solved, 2 are held by Boris"."""
    if action is BulkAction.TAKE:
        said = [words.tn("{count} taken", "{count} taken", result.done)]
    elif action is BulkAction.RESOLVE:
        said = [words.tn("{count} solved", "{count} solved", result.done)]
    elif action is BulkAction.MUTE:
        said = [words.tn("{count} marked as spam", "{count} marked as spam", result.done)]
    elif action is BulkAction.TAG:
        said = [words.tn("{count} tagged", "{count} tagged", result.done)]
    else:
        said = [words.tn("{count} handed over", "{count} handed over", result.done)]
    said += [
        words.tn("{count} is held by {agent}", "{count} are held by {agent}", count, agent=holder)
        for holder, count in result.held
    ]
    if result.closed:
        said.append(words.tn("{count} is closed already", "{count} are closed already", result.closed))
    if result.other:
        said.append(words.tn("{count} could not be changed", "{count} could not be changed", result.other))
    return ", ".join(said) + "."
