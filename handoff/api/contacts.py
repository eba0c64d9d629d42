"""Privacy requests of contacts for programs: export and erasure."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from handoff.api.access import Caller, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.errors import NotFoundError
from handoff.models import Role
from handoff.people.privacy.archive import archive
from handoff.people.privacy.erasure import forget
from infra.storage.columns import LARGEST_ID

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
async def export_contact(parts: Parts, contact_id: Id) -> Response:
    """Export everything that is kept about a contact as a ZIP file. Needs the role lead."""
    packed = await parts.database.read(lambda session: archive(session, contact_id))
    if packed is None:
        raise NotFoundError(_UNKNOWN)
    name = f'attachment; filename="contact-{contact_id}.zip"'
    return Response(packed, media_type="application/zip", headers={"Content-Disposition": name})


@router.delete("/contacts/{contact_id}", dependencies=[Depends(needs(Role.ADMIN))], status_code=204)
async def forget_contact(parts: Parts, caller: Caller, contact_id: Id) -> None:
    """Erase a contact's data; the figures of their tickets stay. Needs the role admin."""
    forgotten = await parts.database.write(lambda session: forget(session, contact_id, parts.clock))
    if forgotten is None:
        raise NotFoundError(_UNKNOWN)
    for key in forgotten.files:
        parts.files.drop(key)
    await parts.database.purge()
    log.info("contact %d was forgotten by agent %d", contact_id, caller.id)
