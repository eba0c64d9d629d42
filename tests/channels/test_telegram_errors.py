"""The table of Telegram's failures, row by row."""

import json
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.channels import reasons
from bot.channels.telegram.errors import classify
from bot.channels.telegram.models import Bot, SendMessage, exceptions
from handoff.messages.values import (
    Address,
    AuthBroken,
    Button,
    Entity,
    EntityKind,
    OutgoingPart,
    Refused,
    Retry,
    RetryAfter,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)

TO = Address("telegram:test", "5")
PART = OutgoingPart(
    TO, RichText("see this", (Entity(EntityKind.LINK, 4, 4, "https://x.org"),)), (Button("Yes", "c"),), 9
)
NO_BUTTONS = OutgoingPart(TO, PART.text, (), 9)
NO_FORMAT = OutgoingPart(TO, RichText("see this (https://x.org)"), PART.buttons, 9)


METHOD = SendMessage(chat_id=5, text="hello")


def _answered(status: int, content: str) -> Exception:
    """What aiogram makes of this answer."""
    bot = Bot("1:token")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any at all: that is the point
        bot.session.check_response(bot, METHOD, status, content)
    return caught.value


def _said(status: int, description: str | None, **parameters: int) -> Exception:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters or None}
    return _answered(status, json.dumps(body))


@pytest.mark.parametrize(
    ("status", "description", "outcome"),
    [
        (401, "Unauthorized", AuthBroken(reasons.TOKEN)),
        (404, "Not Found", AuthBroken(reasons.TOKEN)),
        (409, "Conflict: terminated by other getUpdates request", AuthBroken(reasons.CONFLICT)),
        (403, "Forbidden: bot was blocked by the user", Refused(reasons.BLOCKED)),
        (403, "Forbidden: user is deactivated", Refused(reasons.DEACTIVATED)),
        (403, "Forbidden: bot can't initiate conversation with a user", Refused(reasons.NOT_WRITTEN)),
        (403, "Forbidden: bot can't send messages to bots", Refused(reasons.NO_ACCOUNT)),
        (403, "Forbidden: bot was kicked from the group chat", Refused(reasons.NOT_ALLOWED)),
        (400, "Bad Request: chat not found", Refused(reasons.NOT_WRITTEN)),
        (400, "Bad Request: PEER_ID_INVALID", Refused(reasons.NOT_WRITTEN)),
        (400, "Bad Request: user not found", Refused(reasons.NO_ACCOUNT)),
        (400, "Bad Request: INPUT_USER_DEACTIVATED", Refused(reasons.DEACTIVATED)),
        (400, "Bad Request: message is too long", Unsendable(reasons.TOO_LONG)),
        (400, "Bad Request: MESSAGE_TOO_LONG", Unsendable(reasons.TOO_LONG)),
        (413, "Request Entity Too Large", Unsendable(reasons.TOO_LONG)),
        (400, "Bad Request: message text is empty", Unsendable(reasons.EMPTY)),
        (400, "Bad Request: can't parse entities: unexpected end", Unsendable(reasons.FORMATTING, NO_FORMAT)),
        (400, "Bad Request: can't parse MessageEntity: invalid", Unsendable(reasons.FORMATTING, NO_FORMAT)),
        (400, "Bad Request: ENTITY_BOUNDS_INVALID", Unsendable(reasons.FORMATTING, NO_FORMAT)),
        (400, "Bad Request: entity beginning at UTF-16 offset 3 ends after", Unsendable(reasons.FORMATTING, NO_FORMAT)),
        (400, "Bad Request: BUTTON_DATA_INVALID", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
        (400, "Bad Request: BUTTON_URL_INVALID", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
        (400, "Bad Request: reply markup is too long", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
        (400, "Bad Request: can't parse inline keyboard button: x", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
        (400, "Bad Request: something unknown", Unsendable(reasons.NOT_TAKEN)),
        (418, "I'm a teapot", Unsendable(reasons.NOT_TAKEN)),
        (429, "Too Many Requests: retry after 11", RetryAfter(11.0)),
        (429, "Too Many Requests", RetryAfter(1.0)),
        (500, "Internal Server Error", Uncertain(reasons.PLATFORM_FAULT)),
        (502, "Bad Gateway", Uncertain(reasons.PLATFORM_FAULT)),
        (503, "restart", Uncertain(reasons.PLATFORM_FAULT)),
        (500, None, Uncertain(reasons.UNREADABLE)),
    ],
)
def test_what_telegram_says(status: int, description: str | None, outcome: SendOutcome) -> None:
    assert classify(_said(status, description), PART) == outcome


@pytest.mark.parametrize(
    ("status", "description", "outcome"),
    [
        (400, "Bad Request: message can't be deleted for everyone", Unsendable(reasons.NOT_DELETABLE)),
        (400, "Bad Request: message to delete not found", Sent()),
        (403, "Forbidden: bot was blocked by the user", Refused(reasons.BLOCKED)),
        (500, "Internal Server Error", Uncertain(reasons.PLATFORM_FAULT)),
    ],
)
def test_what_telegram_says_to_a_deletion(status: int, description: str, outcome: SendOutcome) -> None:
    assert classify(_said(status, description), replace(PART, deletes="7")) == outcome


def test_a_pause_that_is_named_is_kept() -> None:
    assert classify(_said(429, "Too Many Requests: retry after 35", retry_after=35)) == RetryAfter(35.0)


def test_a_group_that_moved_is_nothing_for_a_private_message() -> None:
    moved = _said(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100)
    assert classify(moved, PART) == Unsendable(reasons.NOT_TAKEN)


@pytest.mark.parametrize(
    "content", ["<html>502 Bad Gateway</html>", '{"ok": tr', "[]", "", '{"ok": true, "result": 5}']
)
def test_an_answer_that_cannot_be_read(content: str) -> None:
    error = _answered(200, content)
    assert isinstance(error, exceptions.AiogramError)
    assert classify(error, PART) == Uncertain(reasons.UNREADABLE)


KEY = ConnectionKey("api.telegram.org", 443, True, True, None, None, None)
REFUSED = OSError(111, "refused")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (lambda: aiohttp.ClientConnectorError(KEY, REFUSED), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ClientConnectorDNSError(KEY, REFUSED), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ClientConnectorSSLError(KEY, REFUSED), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ClientConnectorCertificateError(KEY, ValueError("cert")), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ClientProxyConnectionError(KEY, REFUSED), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ClientHttpProxyError(Mock(), (), status=407), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.ConnectionTimeoutError("to host"), Retry(reasons.NO_CONNECTION)),
        (lambda: aiohttp.InvalidURL("http://"), Retry(reasons.NO_CONNECTION)),
        (TimeoutError, Uncertain(reasons.NO_ANSWER)),
        (lambda: aiohttp.SocketTimeoutError("reading"), Uncertain(reasons.NO_ANSWER)),
        (lambda: aiohttp.ServerTimeoutError("reading"), Uncertain(reasons.NO_ANSWER)),
        (aiohttp.ServerDisconnectedError, Uncertain(reasons.NO_ANSWER)),
        (lambda: aiohttp.ClientOSError(104, "reset"), Uncertain(reasons.NO_ANSWER)),
        (lambda: aiohttp.ClientPayloadError("cut short"), Uncertain(reasons.NO_ANSWER)),
    ],
)
def test_what_happens_on_the_way(cause: Callable[[], Exception], outcome: SendOutcome) -> None:
    error = exceptions.TelegramNetworkError(METHOD, "on the way")
    error.__cause__ = cause()
    assert classify(error, PART) == outcome


def test_an_error_that_nobody_foresaw_may_have_left() -> None:
    assert classify(RuntimeError("?"), PART) == Uncertain(reasons.UNREADABLE)


def test_no_plainer_form_is_offered_where_there_is_none() -> None:
    plain = OutgoingPart(TO, RichText("x"))
    assert classify(_said(400, "Bad Request: BUTTON_DATA_INVALID"), plain) == Unsendable(reasons.KEYBOARD)
    assert classify(_said(400, "Bad Request: can't parse entities"), plain) == Unsendable(reasons.FORMATTING)
