"""Tags, category and language of a ticket, for programs."""

from fastapi import APIRouter
from sqlalchemy.orm import Session

from handoff.api.access import Caller
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import LabelsIn, TagsIn, TicketWithMessages
from handoff.api.tickets import Id, shown_ticket
from handoff.labels.labelling import Labelling

router = APIRouter(responses={404: {"model": Refusal, "description": "There is no such ticket, category or language."}})


@router.post("/tickets/{ticket_id}/tags", tags=["tickets"])
async def change_tags(parts: Parts, caller: Caller, ticket_id: Id, body: TagsIn) -> TicketWithMessages:
    """Add and remove tags; a ticket has at most 20, of at most 40 characters each."""
    labelling = Labelling(parts.desk.journal, parts.desk.promises)

    def work(session: Session) -> None:
        for name in body.remove:
            labelling.remove_tag(session, ticket_id, caller.id, name)
        for name in body.add:
            labelling.add_tag(session, ticket_id, caller.id, name)

    await parts.database.write(work)
    return await shown_ticket(parts, ticket_id)


@router.patch("/tickets/{ticket_id}", tags=["tickets"])
async def change_labels(parts: Parts, caller: Caller, ticket_id: Id, body: LabelsIn) -> TicketWithMessages:
    """Change the category or the language of a ticket."""
    labelling = Labelling(parts.desk.journal, parts.desk.promises)

    def work(session: Session) -> None:
        if "category" in body.model_fields_set:
            labelling.set_category(session, ticket_id, caller.id, body.category or "")
        if "language" in body.model_fields_set:
            labelling.set_language(session, ticket_id, caller.id, body.language)

    await parts.database.write(work)
    return await shown_ticket(parts, ticket_id)
