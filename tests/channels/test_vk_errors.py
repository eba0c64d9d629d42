"""The table of VK's failures, row by row and in each of the three shapes."""

from dataclasses import replace

import pytest
import requests
from vk_api.exceptions import ApiError, ApiHttpError, Captcha

from bot.channels import reasons
from bot.channels.vk.errors import classify, classify_recipient
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
    Unsendable,
)

TO = Address("vk:test", "5")
PART = OutgoingPart(
    TO, RichText("see this", (Entity(EntityKind.LINK, 4, 4, "https://x.org"),)), (Button("Yes", "c"),), 9
)
NO_BUTTONS = OutgoingPart(TO, PART.text, (), 9)
NO_FORMAT = OutgoingPart(TO, RichText("see this (https://x.org)"), PART.buttons, 9)

TABLE: list[tuple[int, str, SendOutcome]] = [
    *((code, "", Retry(reasons.PLATFORM_FAULT)) for code in (1, 10, 36)),
    (6, "", RetryAfter(0.5)),
    (9, "", RetryAfter(60.0, for_contact=True)),
    (29, "", RetryAfter(600.0)),
    *((code, "", AuthBroken(reasons.TOKEN)) for code in (5, 17, 27, 28)),
    *((code, "", AuthBroken(reasons.RIGHTS)) for code in (20, 23, 42)),
    *((code, "", AuthBroken(reasons.CAPTCHA)) for code in (14, 3300)),
    *((code, "", Unsendable(reasons.NOT_TAKEN)) for code in (3, 4, 8, 913, 921, 940, 943, 944, 969, 9999)),
    *((code, "", Unsendable(reasons.NOT_EDITABLE)) for code in (909, 920, 949)),
    (100, "One of the parameters specified was missing or invalid", Unsendable(reasons.NOT_TAKEN)),
    (100, "...: format_data contains incorrect JSON", Unsendable(reasons.FORMATTING, NO_FORMAT)),
    (100, "...: keyboard contains incorrect JSON", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
    (911, "", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
    (912, "", Unsendable(reasons.KEYBOARD, NO_BUTTONS)),
    (910, "", Unsendable(reasons.TOO_LONG)),
    (914, "", Unsendable(reasons.TOO_LONG)),
    (18, "", Refused(reasons.DEACTIVATED)),
    *((code, "", Refused(reasons.NO_ACCOUNT)) for code in (37, 39, 113, 936)),
    (900, "", Refused(reasons.BLOCKED)),
    (901, "", Refused(reasons.NOT_ALLOWED)),
    (902, "", Refused(reasons.PRIVACY)),
    (950, "", Refused(reasons.WINDOW_CLOSED)),
    *(
        (code, "", Refused(reasons.NOT_ALLOWED))
        for code in (917, 922, 925, 927, 932, 935, 945, 946, 962, 985, 987, 988, 990)
    ),
]


def _raised(code: object, said: str) -> ApiError:
    return ApiError(None, "messages.send", {}, False, {"error_code": code, "error_msg": said})


@pytest.mark.parametrize(("code", "said", "outcome"), TABLE)
def test_an_error_that_is_raised(code: int, said: str, outcome: SendOutcome) -> None:
    assert classify(_raised(code, said), PART) == outcome


@pytest.mark.parametrize(("code", "said", "outcome"), TABLE)
def test_the_same_error_for_one_recipient(code: int, said: str, outcome: SendOutcome) -> None:
    assert classify_recipient({"code": code, "description": said}, PART) == outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(924, Unsendable(reasons.NOT_DELETABLE)), (100, Sent()), (10, Retry(reasons.PLATFORM_FAULT))],
)
def test_a_deletion_that_is_refused(code: int, outcome: SendOutcome) -> None:
    deletion = replace(PART, deletes="7")
    assert classify_recipient({"code": code, "description": ""}, deletion) == outcome
    assert classify(_raised(code, ""), deletion) == outcome


@pytest.mark.parametrize("code", [7, 15])
def test_a_missing_right_is_the_tokens_or_the_recipients(code: int) -> None:
    assert classify(_raised(code, ""), PART) == AuthBroken(reasons.RIGHTS)
    assert classify_recipient({"code": code}, PART) == Refused(reasons.NOT_ALLOWED)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, RetryAfter(1.0)),
        (413, Unsendable(reasons.TOO_LONG)),
        (414, Unsendable(reasons.TOO_LONG)),
        (403, Retry(reasons.PLATFORM_FAULT)),
        (500, Retry(reasons.PLATFORM_FAULT)),
        (502, Retry(reasons.PLATFORM_FAULT)),
        (504, Retry(reasons.PLATFORM_FAULT)),
    ],
)
def test_a_status_other_than_200(status: int, outcome: SendOutcome) -> None:
    response = requests.Response()
    response.status_code = status
    assert classify(ApiHttpError(None, "messages.send", {}, False, response), PART) == outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Captcha(None, "1", None), AuthBroken(reasons.CAPTCHA)),
        (requests.ConnectTimeout(), Retry(reasons.NO_CONNECTION)),
        (requests.ConnectionError(), Retry(reasons.NO_CONNECTION)),
        (requests.exceptions.SSLError(), Retry(reasons.NO_CONNECTION)),
        (requests.exceptions.ProxyError(), Retry(reasons.NO_CONNECTION)),
        (requests.ReadTimeout(), Retry(reasons.NO_ANSWER)),
        (requests.TooManyRedirects(), Retry(reasons.NO_ANSWER)),
        (requests.exceptions.ChunkedEncodingError(), Retry(reasons.NO_ANSWER)),
        (requests.JSONDecodeError("", "<html>", 0), Retry(reasons.UNREADABLE)),
        (KeyError("response"), Retry(reasons.UNREADABLE)),
        (TypeError("list indices"), Retry(reasons.UNREADABLE)),
        (IndexError(), Retry(reasons.UNREADABLE)),
    ],
)
def test_what_happens_on_the_way(error: Exception, outcome: SendOutcome) -> None:
    assert classify(error, PART) == outcome


def test_codes_that_are_no_numbers_are_not_guessed_at() -> None:
    assert classify(_raised("901", ""), PART) == Unsendable(reasons.NOT_TAKEN)
    assert classify_recipient({}, PART) == Unsendable(reasons.NOT_TAKEN)
