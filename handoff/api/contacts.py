"""Contacts for programs: writing first, export and erasure."""

import logging
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import NOT_BLANK, Sent
from handoff.audit.log import AuditLog, Subject
from handoff.audit.models import AuditAction, Concern
from handoff.errors import NotFoundError
from handoff.models import Contact, Role
from handoff.outreach.first_messages import LONGEST, BarredError, Barrier, FirstMessage, write_first
from handoff.people.linked_contacts import other_addresses
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import Forgotten, forget
from infra.storage.columns import LARGEST_ID


class LinkedContact(BaseModel):
    """Another address of a person."""

    id: int
    address: str
    """Account and user, as `vk:main/12345`."""
    name: str


class FirstMessageIn(Sent):
    """A message to a contact who did not ask. A repeat under the same `key` yields the same ticket."""

    text: str = Field(max_length=LONGEST, json_schema_extra=NOT_BLANK)
    key: str | None = Field(None, min_length=8, max_length=64, pattern="^[A-Za-z0-9_-]+$", examples=["b1e5-unique"])


class TicketIdOut(BaseModel):
    """The ticket that the message opened, by this request or when its key was first used."""

    ticket_id: int


log = logging.getLogger(__name__)

router = APIRouter(responses={404: {"model": Refusal, "description": "There is no such contact."}}, tags=["contacts"])
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
_UNKNOWN = "there is no such contact"


@router.get(
    "/contacts/{contact_id}/export",
    dependencies=[Depends(needs(Role.LEAD))],
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "A page to read and a file for programs."}},
)
async def export_contact(parts: Parts, caller: Caller, contact_id: Id) -> Response:
    """Export everything that is kept about a contact as a ZIP file. Needs the role lead."""
    packed = await parts.database.read(lambda session: archive(session, contact_id))
    if packed is None:
        raise NotFoundError(_UNKNOWN)
    by, subject = actor(caller), Subject(Concern.CONTACT, contact_id)
    audit = AuditLog(parts.clock)
    await parts.database.write(lambda session: audit.record(session, by, AuditAction.CONTACT_EXPORTED, subject))
    name = f'attachment; filename="contact-{contact_id}.zip"'
    return Response(packed, media_type="application/zip", headers={"Content-Disposition": name})


@router.get("/contacts/{contact_id}/linked", dependencies=[Depends(needs(Role.AGENT))])
async def list_linked(parts: Parts, contact_id: Id) -> list[LinkedContact]:
    """List the addresses that agents linked with this one as the same person's. Empty for an unknown contact.

    An export and an erasure concern one address; repeat them for these where the person asks for it.
    """
    found = await parts.database.read(lambda session: other_addresses(session, contact_id))
    return [LinkedContact(id=one.id, address=f"{one.account}/{one.user_id}", name=one.name) for one in found]


@router.post(
    "/contacts/{contact_id}/write",
    dependencies=[Depends(needs(Role.AGENT))],
    status_code=201,
    responses={409: {"model": Refusal, "description": "They cannot be written to now, or the key is used already."}},
)
async def write_to_contact(parts: Parts, caller: Caller, contact_id: Id, body: FirstMessageIn) -> TicketIdOut:
    """Write first to a contact who has written before: it opens a ticket of the caller's with this message.

    The message says why it is refused: the contact never wrote in private, blocked us, is muted or erased, has three
    open tickets, or the channel does not allow it.
    """
    key = body.key or secrets.token_urlsafe(24)

    def work(session: Session) -> int:
        contact = session.get(Contact, contact_id)
        if contact is not None and not parts.may_write_first(contact.account):
            raise BarredError(Barrier.CHANNEL)
        language = (contact.chosen_language or contact.language) if contact is not None else ""
        return write_first(session, parts.desk, contact_id, FirstMessage(caller.id, body.text, language, key))

    return TicketIdOut(ticket_id=await parts.database.write(work))


@router.delete("/contacts/{contact_id}", dependencies=[Depends(needs(Role.ADMIN))], status_code=204)
async def forget_contact(parts: Parts, caller: Caller, contact_id: Id) -> None:
    """Erase a contact's data; the figures of their tickets stay. Needs the role admin."""

    def erase(session: Session) -> Forgotten | None:
        forgotten = forget(session, contact_id, parts.clock)
        if forgotten is not None:
            subject = Subject(Concern.CONTACT, contact_id)
            AuditLog(parts.clock).record(session, actor(caller), AuditAction.CONTACT_ERASED, subject)
        return forgotten

    forgotten = await parts.database.write(erase)
    if forgotten is None:
        raise NotFoundError(_UNKNOWN)
    for key in forgotten.files:
        parts.files.drop(key)
    await parts.database.purge()
    log.info("contact %d was forgotten by agent %d", contact_id, caller.id)
