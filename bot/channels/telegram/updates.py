"""Decoding of Telegram's updates into neutral events: pure functions over the dictionaries that Telegram sent."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.channels import RawEvent
from bot.channels.telegram.contents import holdings
from handoff.messages.rich_text import clean
from handoff.messages.values import Address, EventKind, IncomingEvent

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
INLINE_QUERY = "inline_query"
"""Requested additionally if inline mode can be answered; never stored."""
RECEIVED_AT = "received_at"
"""Added to each stored update: Telegram does not say when a button was pressed."""

_START = re.compile(r"/start(?:@\w+)?(?: ([A-Za-z0-9_-]{1,64}))?")
_ASK = re.compile(r"/ask(?:@\w+)?\s+")
"""The command for questions in groups; some people use it in private chats too."""
_ABOUT_THE_CHAT = frozenset(
    {"pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "connected_website"}
    | {"direct_message_price_changed", "paid_message_price_changed", "managed_bot_created"}
)


def raw_event(update: dict[str, Any], received_at: datetime) -> RawEvent:
    """Return the event to store. Raises KeyError or TypeError for an update without an id, the only required value."""
    update_id = update["update_id"]
    if type(update_id) is not int:
        raise TypeError("update_id is not a number")
    stamped = update | {RECEIVED_AT: int(received_at.timestamp())}
    return RawEvent(str(update_id), None, _owner(update), stamped)


def _owner(update: dict[str, Any]) -> str:
    """Return the id of the acting user, "" if it is unknown: such an event is stored too."""
    for name in ALLOWED_UPDATES:
        body = update.get(name)
        if isinstance(body, dict):
            person = body.get("from")
            identity = person.get("id") if isinstance(person, dict) else None
            return str(identity) if type(identity) is int else ""
    return ""


def press_of(update: dict[str, Any]) -> str | None:
    """Return the id that acknowledges the button press in this update."""
    query = update.get("callback_query")
    identity = query.get("id") if isinstance(query, dict) else None
    return identity if isinstance(identity, str) else None


def decode(account: str, payload: dict[str, Any]) -> IncomingEvent | None:
    """Decode a stored update. None for groups, channels, other bots and updates that need no handling."""
    if "message" in payload:
        return _written(account, EventKind.MESSAGE, payload["message"])
    if "edited_message" in payload:
        return _written(account, EventKind.EDIT, payload["edited_message"])
    if "callback_query" in payload:
        return _pressed(account, payload)
    if "my_chat_member" in payload:
        return _membership(account, payload["my_chat_member"])
    return None


def _written(account: str, kind: EventKind, message: dict[str, Any]) -> IncomingEvent | None:
    if message["chat"]["type"] != "private" or message["from"].get("is_bot"):
        return None
    if message.keys() & _ABOUT_THE_CHAT:
        return None
    if "write_access_allowed" in message:
        kind = EventKind.ALLOWED
    held = holdings(message)
    text = held.text
    start = ""
    if kind is EventKind.MESSAGE and (command := _START.fullmatch(text.strip())):
        text, start = "/start", command[1] or ""
    if ask := _ASK.match(text):
        text = text[ask.end() :]
    return _event(
        account,
        kind,
        message["from"],
        message.get("edit_date") or message["date"],
        text=text,
        start=start,
        message_id=str(message["message_id"]),
        reply_to=_quoted(message),
        attachments=held.attachments,
        contents=() if kind is EventKind.ALLOWED else held.contents,
        album=str(message.get("media_group_id") or "")[:64],
    )


def _quoted(message: dict[str, Any]) -> str:
    """Return the id of the message of this chat that it replies to; "" for none or one quoted from another chat."""
    quoted = message.get("reply_to_message")
    identity = quoted.get("message_id") if isinstance(quoted, dict) else None
    return str(identity) if type(identity) is int else ""


def _pressed(account: str, payload: dict[str, Any]) -> IncomingEvent | None:
    query = payload["callback_query"]
    message = query.get("message")
    if message is None or message["chat"]["type"] != "private":
        return None
    # A message that is too old to be shown has the date 0; the time of arrival replaces it.
    at = payload.get(RECEIVED_AT) or message["date"]
    return _event(
        account,
        EventKind.PRESS,
        query["from"],
        at,
        message_id=str(message["message_id"]),
        choice_id=clean(query.get("data", "")),
    )


def _membership(account: str, change: dict[str, Any]) -> IncomingEvent | None:
    if change["chat"]["type"] != "private":
        return None
    status = change["new_chat_member"]["status"]
    kinds = {"kicked": EventKind.BLOCKED, "member": EventKind.ALLOWED}
    return _event(account, kinds[status], change["from"], change["date"]) if status in kinds else None


def _event(account: str, kind: EventKind, person: dict[str, Any], at: int, **said: Any) -> IncomingEvent:  # noqa: ANN401 - fields of the event
    address, name, language = person_of(account, person)
    return IncomingEvent(kind, address, datetime.fromtimestamp(at, UTC), name=name, language=language, **said)


def person_of(account: str, person: dict[str, Any]) -> tuple[Address, str, str]:
    """Return the address, the name and the language of a person."""
    name = " ".join(clean(f"{person.get('first_name', '')} {person.get('last_name', '')}").split())
    language = str(person.get("language_code") or "")[:2].lower()
    return Address(account, str(int(person["id"]))), name, language
