"""Mapping of aiogram's and aiohttp's exceptions to send outcomes.

Telegram has no idempotency key. A retry is therefore an outcome only if the request certainly had no effect; if it may
have been sent and executed, the outcome is `Uncertain`.
"""

import re

from aiohttp import ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError, InvalidURL

from bot.channels import reasons
from bot.channels.fallbacks import without_buttons, without_formatting
from bot.channels.telegram.client import NotWrittenError
from bot.channels.telegram.models import exceptions
from handoff.messages.values import (
    AuthBroken,
    OutgoingPart,
    Refused,
    Retry,
    RetryAfter,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)

_BEFORE_IT_LEFT = (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError, InvalidURL)
"""aiohttp raises these before the first byte of the request is written: no name, no route, no TLS, no proxy."""

_REFUSALS = (
    ("bot was blocked by the user", reasons.BLOCKED),
    ("user is deactivated", reasons.DEACTIVATED),
    ("input_user_deactivated", reasons.DEACTIVATED),
    ("bot can't initiate conversation", reasons.NOT_WRITTEN),
    ("chat not found", reasons.NOT_WRITTEN),
    ("peer_id_invalid", reasons.NOT_WRITTEN),
    ("user not found", reasons.NO_ACCOUNT),
    ("bot can't send messages to bots", reasons.NO_ACCOUNT),
)
_TOO_LONG = ("message is too long", "message_too_long", "text is too long")
_EMPTY = ("message text is empty", "text must be non-empty", "message_empty")
_BUTTONS = ("button_", "keyboard", "reply markup", "reply_markup")
_FORMATTING = ("can't parse entities", "can't parse messageentity", "entity ", "entity_")
_AS_WISHED = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message_edit_time")
_NOT_THERE = "message to delete not found"
_SECONDS = re.compile(r"retry after (\d+)")


def classify(error: Exception, part: OutgoingPart | None = None) -> SendOutcome:
    """Return the outcome of a call that raised `error`; `part`, if given, yields the plainer form to try next."""
    match error:
        case exceptions.TelegramRetryAfter():
            return RetryAfter(float(error.retry_after))
        case exceptions.TelegramUnauthorizedError() | exceptions.TelegramNotFound():
            return AuthBroken(reasons.TOKEN)
        case exceptions.TelegramConflictError():
            return AuthBroken(reasons.CONFLICT)
        case exceptions.TelegramForbiddenError():
            return Refused(_refusal(error) or reasons.NOT_ALLOWED)
        case exceptions.TelegramBadRequest():
            return _bad_request(error, part)
        case exceptions.TelegramEntityTooLarge():
            return Unsendable(reasons.TOO_LONG)
        case exceptions.TelegramServerError():
            return Uncertain(reasons.PLATFORM_FAULT)
        case NotWrittenError():
            return Retry(reasons.NO_CONNECTION)
        case exceptions.TelegramNetworkError() if isinstance(error.__cause__, _BEFORE_IT_LEFT):
            return Retry(reasons.NO_CONNECTION)
        case exceptions.TelegramNetworkError():
            return Uncertain(reasons.NO_ANSWER)
        case exceptions.ClientDecodeError():
            return Uncertain(reasons.UNREADABLE)
        case exceptions.TelegramAPIError() if "too many requests" in error.message.lower():
            seconds = _SECONDS.search(error.message.lower())
            return RetryAfter(float(seconds[1]) if seconds else 1.0)
        case exceptions.TelegramAPIError():
            # An error code without a class in aiogram, or a chat that became a supergroup, which a private chat cannot.
            return Unsendable(reasons.NOT_TAKEN)
        case _:
            # aiogram fails on some answers, for example a 5xx without a description: the request had been sent.
            return Uncertain(reasons.UNREADABLE)


def _refusal(error: exceptions.TelegramAPIError) -> str | None:
    said = error.message.lower()
    return next((reason for words, reason in _REFUSALS if words in said), None)


def _bad_request(error: exceptions.TelegramBadRequest, part: OutgoingPart | None) -> SendOutcome:
    if reason := _refusal(error):
        return Refused(reason)
    said = error.message.lower()
    if part is not None and part.edits is not None:
        if _AS_WISHED in said:
            return Sent({"message_id": part.edits})
        if any(words in said for words in _NOT_EDITABLE):
            return Unsendable(reasons.NOT_EDITABLE)
    if part is not None and part.deletes is not None:
        # A message that is not there any more is as deleted as wished.
        return Sent() if _NOT_THERE in said else Unsendable(reasons.NOT_DELETABLE)
    if any(words in said for words in _TOO_LONG):
        return Unsendable(reasons.TOO_LONG)
    if any(words in said for words in _EMPTY):
        return Unsendable(reasons.EMPTY)
    if any(words in said for words in _BUTTONS):
        return Unsendable(reasons.KEYBOARD, part and without_buttons(part))
    if any(words in said for words in _FORMATTING):
        return Unsendable(reasons.FORMATTING, part and without_formatting(part))
    return Unsendable(reasons.NOT_TAKEN)
