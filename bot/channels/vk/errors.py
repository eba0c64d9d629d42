"""Mapping of VK's and vk_api's three kinds of failures to send outcomes.

The kinds are: an exception with a code, an error for one recipient inside a successful answer, and everything else that
may fail on the way. VK shows messages with the same `random_id` once, so every temporary failure is retried.
"""

from collections.abc import Mapping
from typing import Any

import requests
from vk_api.exceptions import ApiError, ApiHttpError, Captcha

from bot.channels import reasons
from bot.channels.fallbacks import without_buttons, without_formatting
from handoff.messages.values import AuthBroken, OutgoingPart, Refused, Retry, RetryAfter, SendOutcome, Sent, Unsendable

_PAUSES = {
    6: RetryAfter(0.5),  # the rate per second
    9: RetryAfter(60.0, for_contact=True),  # more than a thousand messages to one person within an hour
    29: RetryAfter(600.0),  # a quota of hours
}
"""VK names no seconds."""

_PASSING = {1, 10, 36}
_BROKEN = {
    5: reasons.TOKEN,
    17: reasons.TOKEN,
    27: reasons.TOKEN,
    28: reasons.TOKEN,
    7: reasons.RIGHTS,
    15: reasons.RIGHTS,
    20: reasons.RIGHTS,
    23: reasons.RIGHTS,
    42: reasons.RIGHTS,
    14: reasons.CAPTCHA,
    3300: reasons.CAPTCHA,
}
_REFUSED = {
    18: reasons.DEACTIVATED,
    37: reasons.NO_ACCOUNT,
    39: reasons.NO_ACCOUNT,
    113: reasons.NO_ACCOUNT,
    936: reasons.NO_ACCOUNT,
    900: reasons.BLOCKED,
    901: reasons.NOT_ALLOWED,
    902: reasons.PRIVACY,
    950: reasons.WINDOW_CLOSED,
} | dict.fromkeys(
    # A chat that is closed to us, or a person who does not accept messages this way.
    (917, 922, 925, 927, 932, 935, 945, 946, 962, 985, 987, 988, 990),
    reasons.NOT_ALLOWED,
)
_TOO_LONG = {910, 914}
_KEYBOARD = {911, 912}
_NOT_EDITABLE = {909, 920, 949}
_UNKNOWN_MESSAGE, _NOT_FOR_ALL = 100, 924
"""Refusals of a deletion; VK deletes a message for both sides within 24 hours."""


def classify(error: Exception, part: OutgoingPart | None = None) -> SendOutcome:
    """Return the outcome of a call that raised `error`; `part`, if given, yields the plainer form to try next."""
    match error:
        case ApiError():
            return _by_code(_number(error.code), str(error.error.get("error_msg", "")), part)
        case Captcha():
            return AuthBroken(reasons.CAPTCHA)
        case ApiHttpError():
            return _by_status(int(error.response.status_code))
        case requests.ConnectionError():
            # Includes the time limit for connecting.
            return Retry(reasons.NO_CONNECTION)
        case requests.JSONDecodeError():
            return Retry(reasons.UNREADABLE)
        case requests.RequestException() | OSError():
            return Retry(reasons.NO_ANSWER)
        case _:
            # An answer that is no JSON or does not have VK's shape makes vk_api raise various exceptions.
            return Retry(reasons.UNREADABLE)


def classify_recipient(error: Mapping[str, Any], part: OutgoingPart | None = None) -> SendOutcome:
    """Return the outcome for one recipient of `peer_ids`, from the error in its item of the answer."""
    code = _number(error.get("code"))
    if code in {7, 15}:
        # For one recipient this code concerns that person, not the token.
        return Refused(reasons.NOT_ALLOWED)
    return _by_code(code, str(error.get("description", "")), part)


def _by_code(code: int, said: str, part: OutgoingPart | None) -> SendOutcome:
    if code in _PAUSES:
        return _PAUSES[code]
    if code in _PASSING:
        return Retry(reasons.PLATFORM_FAULT)
    if code in _BROKEN:
        return AuthBroken(_BROKEN[code])
    if code in _REFUSED:
        return Refused(_REFUSED[code])
    if code in _TOO_LONG:
        return Unsendable(reasons.TOO_LONG)
    if part is not None and part.deletes is not None and code in {_UNKNOWN_MESSAGE, _NOT_FOR_ALL}:
        # A message that VK does not know any more is as deleted as wished.
        return Sent() if code == _UNKNOWN_MESSAGE else Unsendable(reasons.NOT_DELETABLE)
    if code in _NOT_EDITABLE:
        return Unsendable(reasons.NOT_EDITABLE)
    if code in _KEYBOARD or (code == 100 and "keyboard" in said):
        return Unsendable(reasons.KEYBOARD, part and without_buttons(part))
    if code == 100 and "format_data" in said:
        return Unsendable(reasons.FORMATTING, part and without_formatting(part))
    return Unsendable(reasons.NOT_TAKEN)


def _by_status(status: int) -> SendOutcome:
    if status == 429:
        return RetryAfter(1.0)
    if status in {413, 414}:
        return Unsendable(reasons.TOO_LONG)
    # The API itself always answers 200; any other status comes from a balancer or a proxy.
    return Retry(reasons.PLATFORM_FAULT)


def _number(code: object) -> int:
    return code if isinstance(code, int) else 0
