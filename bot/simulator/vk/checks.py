"""VK's validation: error codes and rules for keyboards, texts and formatting."""

import json
import re
from typing import Any

from bot.simulator.phone import Json, utf16_length

MAX_TEXT = 4096
MAX_LABEL = 40
MAX_PAYLOAD = 255
MAX_SNACKBAR = 90
_ATTACHMENT = re.compile(r"(photo|doc|video|audio|wall|market|poll)-?\d+_\d+(_\w+)?")
_ACTIONS = frozenset({"text", "callback", "open_link", "location", "vkpay", "open_app"})
_COLOURED = frozenset({"text", "callback"})
_COLOURS = frozenset({"primary", "secondary", "positive", "negative"})
_FORMATS = frozenset({"bold", "italic", "underline", "url"})

DESCRIPTIONS = {
    1: "Unknown error occurred",
    3: "Unknown method passed",
    5: "User authorization failed: invalid access_token (4).",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control: too much messages sent to user",
    10: "Internal server error",
    14: "Captcha needed",
    15: "Access denied",
    18: "User was deleted or banned",
    27: "Group authorization failed",
    29: "Rate limit reached",
    100: "One of the parameters specified was missing or invalid",
    113: "Invalid user id",
    900: "Can't send messages for users from blacklist",
    901: "Can't send messages for users without permission",
    902: "Can't send messages to this user due to their privacy settings",
    909: "Can't edit this message, because it's too old",
    911: "Keyboard format is invalid",
    912: "This is a chat bot feature, change this status in settings",
    914: "Message is too long",
    917: "You don't have access to this chat",
    936: "Contact not found",
    945: "Chat was disabled",
    950: "Can't send message, reply timed out",
    1009: "Unknown reaction passed",
}


class VkError(Exception):
    """An answer with an `error` object; its HTTP status is 200."""

    def __init__(self, code: int, description: str = "") -> None:
        self.code = code
        self.description = description or DESCRIPTIONS.get(code, "Unknown error occurred")
        super().__init__(self.description)


def bad_parameter(why: str) -> VkError:
    return VkError(100, f"{DESCRIPTIONS[100]}: {why}")


def check_text(text: str) -> str:
    # The schema allows 9000; the limit observed by clients is 4096.
    if utf16_length(text) > MAX_TEXT:
        raise VkError(914)
    return text


def check_attachments(given: str) -> list[str]:
    names = [name.strip() for name in given.split(",") if name.strip()]
    if len(names) > 10 or not all(_ATTACHMENT.fullmatch(name) for name in names):
        raise bad_parameter("attachment is invalid")
    return names


def check_format(text: str, given: Any) -> Json | None:  # noqa: ANN401 - whatever the client has sent
    """Return the formatting of a text if each item is known and lies within it. Offsets are in UTF-16 units."""
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("items"), list):
        raise bad_parameter("format_data contains incorrect JSON")
    length = utf16_length(text)
    for item in given["items"]:
        if item.get("type") not in _FORMATS or (item["type"] == "url" and not item.get("url")):
            raise bad_parameter("format_data has an unknown item type")
        offset, size = item.get("offset"), item.get("length")
        if type(offset) is not int or type(size) is not int or offset < 0 or size <= 0 or offset + size > length:
            raise bad_parameter("format_data item is out of the text")
    return given


def check_keyboard(given: str) -> Json | None:
    """Return the keyboard as the API shows it, None for the empty one. Raises VkError 911 (100 if it is no JSON)."""
    if not given:
        return None
    try:
        keyboard = json.loads(given)
    except ValueError:
        raise bad_parameter("keyboard contains incorrect JSON") from None
    rows = keyboard.get("buttons") if isinstance(keyboard, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _bad_keyboard("buttons should be an array of arrays")
    inline = bool(keyboard.get("inline"))
    if inline and keyboard.get("one_time"):
        raise _bad_keyboard("inline keyboard can't be one_time")
    most_rows, most_buttons = (6, 10) if inline else (10, 40)
    if any(not 1 <= len(row) <= 5 for row in rows):
        raise _bad_keyboard("a row should have from 1 to 5 buttons")
    if len(rows) > most_rows or sum(map(len, rows)) > most_buttons:
        raise _bad_keyboard("too many buttons")
    shown = [[_check_button(button) for button in row] for row in rows]
    return {"one_time": bool(keyboard.get("one_time")), "inline": inline, "buttons": shown} if shown else None


def _check_button(button: Any) -> Json:  # noqa: ANN401 - whatever the client has sent
    action = button.get("action") if isinstance(button, dict) else None
    if not isinstance(action, dict) or action.get("type") not in _ACTIONS:
        raise _bad_keyboard("button action type is invalid")
    kind, label = action["type"], action.get("label", "")
    if kind in {"text", "callback", "open_link", "open_app"} and not 1 <= len(label) <= MAX_LABEL:
        raise _bad_keyboard("label should have from 1 to 40 characters")
    if kind == "open_link" and not str(action.get("link", "")).startswith(("https://", "http://")):
        raise _bad_keyboard("link is invalid")
    colour = button.get("color")
    if colour is not None and (kind not in _COLOURED or colour not in _COLOURS):
        raise _bad_keyboard("color is invalid")
    payload = action.get("payload", "")
    written = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    if len(written) > MAX_PAYLOAD:
        raise _bad_keyboard("payload is too long")
    try:
        json.loads(written or "{}")
    except ValueError:
        raise _bad_keyboard("payload is no JSON") from None
    shown: Json = {"action": action | {"label": label, "payload": written}}
    return shown | {"color": colour or "secondary"} if kind in _COLOURED else shown


def check_event_data(given: Any) -> str:  # noqa: ANN401 - whatever the client has sent
    """Validate the answer to a tap; returns the text of the snackbar if it is one."""
    if given is None:
        return ""
    kind = given.get("type") if isinstance(given, dict) else None
    if kind == "show_snackbar" and 1 <= len(str(given.get("text", ""))) <= MAX_SNACKBAR:
        return str(given["text"])
    if (kind == "open_link" and given.get("link")) or (kind == "open_app" and given.get("app_id")):
        return ""
    raise bad_parameter("event_data is invalid")


def _bad_keyboard(why: str) -> VkError:
    return VkError(911, f"{DESCRIPTIONS[911]}: {why}")
