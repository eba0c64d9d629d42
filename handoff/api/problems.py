"""Error responses: one form, `{"error": {"code", "message"}}`, and one table of status codes."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from handoff.errors import (
    BadTagError,
    BadTimeError,
    ClosedError,
    DeskError,
    EmptyTextError,
    HeldError,
    KeyUsedError,
    NotAllowedError,
    NotFoundError,
    ReasonMissingError,
    StateError,
    TooLargeError,
    TooLongError,
)
from handoff.outreach.first_messages import BarredError
from handoff.people.access import LastAdminError, UnknownAgentError
from handoff.people.passwords import RETRY_AFTER, PasswordsBusyError
from handoff.webhooks.registry import UnknownWebhookError
from infra.errors import PlainError
from knowledge.entries.editing import MissingEntryError
from knowledge.files.loading import KnowledgeError, PlanChangedError

_DESK = {
    NotFoundError: (404, "not_found"),
    HeldError: (409, "held"),
    ClosedError: (409, "closed"),
    StateError: (409, "state"),
    KeyUsedError: (409, "key_used"),
    EmptyTextError: (422, "empty_text"),
    BadTimeError: (422, "bad_time"),
    BadTagError: (422, "bad_tag"),
    TooLongError: (422, "too_long"),
    BarredError: (409, "barred"),
    NotAllowedError: (403, "forbidden"),
    ReasonMissingError: (422, "reason_missing"),
    TooLargeError: (413, "too_large"),
}
_PLAIN: dict[type[PlainError], tuple[int, str]] = {
    MissingEntryError: (404, "not_found"),
    PlanChangedError: (409, "changed"),
    KnowledgeError: (422, "invalid"),
    UnknownAgentError: (404, "not_found"),
    UnknownWebhookError: (404, "not_found"),
    LastAdminError: (409, "last_admin"),
    PasswordsBusyError: (503, "busy"),
}
_CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "invalid",
}


class ErrorDetail(BaseModel):
    """Description of an error; nothing was changed."""

    code: str
    """Error code for programs."""
    message: str
    """Sentence for people."""
    details: list[str] = []
    """Every single fault, where there may be several."""


class Refusal(BaseModel):
    """Body of every response with a status of 400 and above."""

    error: ErrorDetail


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "The body cannot be read at all."},
    401: {"model": Refusal, "description": "The token is missing or unknown."},
    403: {"model": Refusal, "description": "The token's role does not allow this."},
    413: {
        "model": Refusal,
        "description": "The body, a file of it or their number is larger than this operation accepts.",
    },
    415: {"model": Refusal, "description": "The body is compressed, or has files on a route that accepts none."},
    422: {"model": Refusal, "description": "The body is not valid; each fault is in the details."},
    503: {"model": Refusal, "description": "Too many files are being received at this moment."},
}


def refusal(
    status: int, code: str, message: str, details: list[str] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = Refusal(error=ErrorDetail(code=code, message=message, details=details or []))
    return JSONResponse(body.model_dump(exclude_defaults=True), status, headers)


def install(app: FastAPI) -> None:
    """Register handlers that give every error of the app this form."""

    @app.exception_handler(DeskError)
    async def desk(_request: Request, error: DeskError) -> JSONResponse:
        status, code = _DESK[type(error)]
        return refusal(status, code, str(error))

    @app.exception_handler(PlainError)
    async def plain(_request: Request, error: PlainError) -> JSONResponse:
        status, code = _PLAIN.get(type(error), (422, "invalid"))
        details = [str(problem) for problem in error.problems] if isinstance(error, KnowledgeError) else None
        later = {"Retry-After": str(RETRY_AFTER)} if isinstance(error, PasswordsBusyError) else None
        return refusal(status, code, str(error), details, later)

    @app.exception_handler(RequestValidationError)
    async def refuse_malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        details = [f"{'.'.join(map(str, fault['loc'][1:])) or 'body'}: {fault['msg']}" for fault in error.errors()]
        return refusal(422, "invalid", "; ".join(details), details)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        return refusal(
            error.status_code, _CODES.get(error.status_code, "error"), str(error.detail), None, error.headers
        )
