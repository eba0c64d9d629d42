"""The knowledge base for programs: entries, loading of files, and the bot's answer to a question."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from starlette.datastructures import UploadFile

from handoff.api.access import Caller, needs
from handoff.api.parts import ApiParts, Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import CandidateOut, EntriesOut, EntryIn, EntryOut, ImportOut, MatchOut, PlannedOut
from handoff.models import Role
from infra.storage.columns import LARGEST_ID
from knowledge.entries.drafts import EntryDraft, Status
from knowledge.entries.editing import MissingEntryError
from knowledge.entries.repository import EntryFilter, Order, entries, entries_by_id, entry
from knowledge.files.formats import NAMES
from knowledge.files.loading import MOST_BYTES, SourceFile, plan, read
from knowledge.languages import LANGUAGES

router = APIRouter()
_TOO_LARGE = f"The file is larger than {MOST_BYTES >> 20} MiB."
_writers = [Depends(needs(Role.LEAD))]
_missing: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "There is no such entry."}}
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The data cannot be stored; each fault is in the details."}
}
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/entries", tags=["entries"])
async def list_entries(
    parts: Parts,
    category: Annotated[str | None, Query(description="A category's key; empty for entries without one.")] = None,
    lang: str | None = None,
    status: Status | Literal["any"] = "published",
    q: Annotated[str, Query(max_length=500, description="Words that the entry must contain, all of them.")] = "",
    order: Order = "position",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EntriesOut:
    """List entries, page by page."""
    found = await parts.database.read(
        lambda session: entries(
            session,
            EntryFilter(category, lang, None if status == "any" else status, q),
            order=order,
            page=page,
            size=size,
        )
    )
    items = [EntryOut.model_validate(view) for view in found.items]
    return EntriesOut(items=items, total=found.total, page=found.page, pages=found.pages)


@router.post("/entries", tags=["entries"], status_code=201, dependencies=_writers, responses=_invalid)
async def create_entry(parts: Parts, caller: Caller, body: EntryIn) -> EntryOut:
    """Add an entry; the bot uses it within seconds."""
    made = await parts.database.write(lambda session: parts.library.create(session, _draft(body), author=caller.name))
    return await _shown(parts, made)


@router.post(
    "/entries/import",
    tags=["entries"],
    dependencies=_writers,
    responses={**_invalid, 413: {"model": Refusal, "description": _TOO_LARGE}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                },
            },
        }
    },
)
async def import_entries(
    request: Request,
    parts: Parts,
    caller: Caller,
    form: Annotated[
        str | None,
        Query(
            alias="format",
            pattern=f"^({'|'.join(NAMES)})$",
            description=f"Format of a file sent as the body itself: {', '.join(NAMES)}.",
        ),
    ] = None,
    dry_run: bool = False,
    keep: Annotated[bool, Query(description="Keep entries that the file does not name.")] = False,
    encoding: Annotated[
        str | None,
        Query(max_length=40, description="Encoding of a file that is not UTF-8 or UTF-16, if it cannot be recognised."),
    ] = None,
) -> ImportOut:
    """Make the knowledge base equal to a file, all or nothing; with `dry_run` only report the changes.

    The file is sent as the field `file` of a form, or as the body itself with `format`.
    """
    reading = await asyncio.to_thread(
        read, [await _file(request, form)], default_language=parts.default_language, encoding=encoding
    )
    draft = reading.draft
    if dry_run:
        planned = await parts.database.read(lambda session: plan(session, draft, keep=keep))
    else:
        planned = await parts.database.write(
            lambda session: parts.library.load(session, draft, author=caller.name, keep=keep)
        )
    added, changed, removed = (
        [PlannedOut.model_validate(entry) for entry in group]
        for group in (planned.added, planned.changed, planned.removed)
    )
    return ImportOut(
        dry_run=dry_run,
        added=added,
        changed=changed,
        removed=removed,
        unchanged=len(planned.unchanged),
        notes=[*reading.notes, *planned.notes],
    )


@router.get("/entries/{entry_id}", tags=["entries"], responses=_missing)
async def get_entry(parts: Parts, entry_id: Id) -> EntryOut:
    """Return one entry, archived or not."""
    return await _shown(parts, entry_id)


@router.put("/entries/{entry_id}", tags=["entries"], dependencies=_writers, responses=_missing | _invalid)
async def replace_entry(parts: Parts, caller: Caller, entry_id: Id, body: EntryIn) -> EntryOut:
    """Replace an entry by the body; without a key it keeps its own."""
    draft = _draft(body)
    if not draft.key:
        draft = replace(draft, key=(await _shown(parts, entry_id)).key)
    await parts.database.write(lambda session: parts.library.update(session, entry_id, draft, author=caller.name))
    return await _shown(parts, entry_id)


@router.delete("/entries/{entry_id}", tags=["entries"], status_code=204, dependencies=_writers, responses=_missing)
async def archive_entry(parts: Parts, caller: Caller, entry_id: Id) -> None:
    """Archive an entry; its history stays."""
    await parts.database.write(lambda session: parts.library.archive(session, entry_id, author=caller.name))


@router.get("/match", tags=["match"])
async def match_question(
    parts: Parts,
    q: Annotated[str, Query(max_length=10_000, description="A question in free wording.")],
    lang: Annotated[str | None, Query(description="The language to prefer.")] = None,
) -> MatchOut:
    """Return what the bot would answer to a question, and why."""
    languages = list(dict.fromkeys((lang, *LANGUAGES) if lang else LANGUAGES))
    match = await asyncio.to_thread(parts.library.matcher.match, q, languages=languages, rivals=True)
    ids = [candidate.entry_id for candidate in match.candidates]
    found = await parts.database.read(lambda session: entries_by_id(session, ids))
    candidates = [
        CandidateOut(
            entry_id=view.id,
            key=view.key,
            lang=view.lang,
            question=view.question,
            phrasing=candidate.phrasing,
            confidence=round(candidate.confidence, 4),
            why=list(candidate.why),
        )
        for candidate in match.candidates
        if (view := found.get(candidate.entry_id))
    ]
    answer = found[candidates[0].entry_id].answer if match.band.answers and candidates else None
    return MatchOut(question=match.question, band=match.band, answer=answer, candidates=candidates)


def _draft(body: EntryIn) -> EntryDraft:
    return EntryDraft(
        key=body.key,
        lang=body.lang,
        question=body.question,
        answer=body.answer,
        category=body.category,
        alternatives=tuple(body.alternatives),
        handoff=body.handoff,
        status=body.status,
    )


async def _shown(parts: ApiParts, entry_id: int) -> EntryOut:
    view = await parts.database.read(lambda session: entry(session, entry_id))
    if view is None:
        raise MissingEntryError(f"Entry {entry_id} does not exist.")
    return EntryOut.model_validate(view)


async def _file(request: Request, form: str | None) -> SourceFile:
    """Return the single file of the request, read up to the size limit of a load."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=10) as fields:
            upload = fields.get("file")
            if not isinstance(upload, UploadFile):
                raise HTTPException(422, "Send the file as the field “file” of the form.")
            if (upload.size or 0) > MOST_BYTES:
                raise HTTPException(413, _TOO_LARGE)
            name = f"file.{form}" if form else upload.filename or "file"
            return SourceFile(name, await upload.read())
    if form is None:
        raise HTTPException(422, "Say which format the body is in, e.g. ?format=yaml.")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise HTTPException(413, _TOO_LARGE)
    return SourceFile(f"body.{form}", bytes(data))
