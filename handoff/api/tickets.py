"""Tickets and deliveries: the desk's actions, for programs."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Query, UploadFile
from fastapi.responses import FileResponse
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy.orm import Session

from handoff.api.access import Caller
from handoff.api.parts import ApiParts, Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import (
    TEXT_LIMIT,
    AssigneeFilter,
    CorrectionIn,
    MessageIdOut,
    SettleIn,
    TextIn,
    TicketOut,
    TicketsOut,
    TicketWithMessages,
)
from handoff.api.uploading import UploadRoute
from handoff.dashboard.content.uploads import MOST, keep
from handoff.errors import NotFoundError
from handoff.messages import files, threads
from handoff.models import TicketStatus
from handoff.tickets import queue
from handoff.tickets.queue import TicketFilter
from infra.storage.columns import LARGEST_ID

router = APIRouter(
    responses={
        404: {"model": Refusal, "description": "There is no such ticket, delivery or agent."},
        409: {
            "model": Refusal,
            "description": "Another agent holds it (named in the message), it is closed, or the key is used already.",
        },
    }
)
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AgentId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


@router.get("/tickets", tags=["tickets"])
async def list_tickets(
    parts: Parts,
    caller: Caller,
    status: TicketStatus | None = None,
    assignee: Annotated[AssigneeFilter | AgentId | None, Query(description="An agent's id, `me` or `none`.")] = None,
    snoozed: Annotated[bool | None, Query(description="Only snoozed tickets, or none of them.")] = None,
    tag: Annotated[str | None, Query(max_length=1000, description="Only tickets with this tag.")] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> TicketsOut:
    """List the queue, oldest due time first; solved tickets newest first. Without `status`: all that are not closed."""
    who = caller.id if assignee == "me" else assignee if isinstance(assignee, int) else None
    wanted = TicketFilter(status, who, unassigned=assignee == "none", snoozed=snoozed, tag=tag)
    found = await parts.database.read(lambda session: queue.tickets(session, parts.clock(), wanted, page=page))
    return TicketsOut(items=[TicketOut.of(view) for view in found.items], total=found.total)


@router.get("/tickets/{ticket_id}", tags=["tickets"])
async def get_ticket(parts: Parts, ticket_id: Id) -> TicketWithMessages:
    """Return a ticket with its messages and the state of each delivery."""
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/resolve", tags=["tickets"])
async def resolve(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Close the ticket and ask the contact whether it is solved."""
    await parts.database.write(lambda session: parts.desk.resolve(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/reopen", tags=["tickets"])
async def reopen(parts: Parts, caller: Caller, ticket_id: Id) -> TicketWithMessages:
    """Reopen a closed ticket."""
    await parts.database.write(lambda session: parts.desk.reopen(session, ticket_id, caller.id))
    return await shown_ticket(parts, ticket_id)


@router.post("/tickets/{ticket_id}/reply", tags=["tickets"], status_code=201)
async def reply(parts: Parts, caller: Caller, ticket_id: Id, body: TextIn) -> MessageIdOut:
    """Reply to the contact in private; claims the ticket if it is free."""
    message = await parts.database.write(
        lambda session: parts.desk.reply(session, ticket_id, caller.id, body.text, body.key)
    )
    return MessageIdOut(message_id=message)


uploads = APIRouter(route_class=UploadRoute)


@uploads.post("/tickets/{ticket_id}/reply-with-files", tags=["tickets"], status_code=201)
async def reply_with_files(
    parts: Parts,
    caller: Caller,
    ticket_id: Id,
    files: Annotated[list[UploadFile], File(min_length=1, max_length=MOST)],
    text: Annotated[str, Form(max_length=TEXT_LIMIT)] = "",
    key: Annotated[str | SkipJsonSchema[None], Form(min_length=8, max_length=64, pattern="^[A-Za-z0-9_-]+$")] = None,
) -> MessageIdOut:
    """Reply as `reply` does, with up to 10 files, each sent as a message of its own after the text, if there is one."""
    kept = await keep(parts.files, parts.attachment_mb, files)
    message = await parts.database.write(
        lambda session: parts.desk.reply(session, ticket_id, caller.id, text, key, kept)
    )
    return MessageIdOut(message_id=message)


router.include_router(uploads)


@router.post("/tickets/{ticket_id}/note", tags=["tickets"], status_code=201)
async def note(parts: Parts, caller: Caller, ticket_id: Id, body: TextIn) -> MessageIdOut:
    """Write a note that only agents read."""
    message = await parts.database.write(
        lambda session: parts.desk.note(session, ticket_id, caller.id, body.text, body.key)
    )
    return MessageIdOut(message_id=message)


@router.post("/messages/{message_id}/correct", tags=["tickets"], status_code=204)
async def correct(parts: Parts, caller: Caller, message_id: Id, body: CorrectionIn) -> None:
    """Edit the agent's own reply, even if the contact has already received it."""
    await parts.database.write(lambda session: parts.desk.correct(session, message_id, caller.id, body.text))


@router.post("/messages/{message_id}/delete", tags=["tickets"], status_code=204)
async def delete(parts: Parts, caller: Caller, message_id: Id) -> None:
    """Take a reply back from the contact, where their platform still allows it; leads may delete any agent's.

    The thread keeps it as a line of the kind `deleted`; its deliveries state how far the deletion is.
    """
    await parts.database.write(lambda session: parts.desk.deletions.delete(session, message_id, caller.id))


@router.post("/deliveries/{delivery_id}/retry", tags=["deliveries"], status_code=204)
async def retry(parts: Parts, delivery_id: Id) -> None:
    """Resend a part that failed, was refused or may not have arrived."""
    await parts.database.write(lambda session: parts.outbox.retry(session, delivery_id))


@router.post("/deliveries/{delivery_id}/settle", tags=["deliveries"], status_code=204)
async def settle(parts: Parts, delivery_id: Id, body: SettleIn) -> None:
    """Confirm or deny the arrival of a part that may have arrived."""
    await parts.database.write(lambda session: parts.outbox.settle_by_hand(session, delivery_id, arrived=body.arrived))


@router.get("/files/{file_id}", tags=["tickets"], response_class=FileResponse)
async def download(parts: Parts, file_id: Id) -> FileResponse:
    """Download a file that a contact sent."""
    view = await parts.database.read(lambda session: files.file(session, file_id))
    if view is None or view.key is None:
        raise NotFoundError(f"there is no file {file_id}, or it has not been fetched")
    path = parts.files.path(view.key)
    return FileResponse(path, media_type=view.media_type, filename=view.name or None, headers=files.headers())


async def shown_ticket(parts: ApiParts, ticket_id: int) -> TicketWithMessages:
    """Return the ticket with its messages. Raises NotFoundError."""

    def read(session: Session) -> TicketWithMessages:
        view = queue.ticket(session, ticket_id, parts.clock())
        if view is None:
            raise NotFoundError(f"there is no question #{ticket_id}")
        return TicketWithMessages.with_lines(view, threads.thread(session, view.contact_id))

    return await parts.database.read(read)
