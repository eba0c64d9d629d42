"""Decoding of VK's events into neutral events: pure functions over the dictionaries that VK sent."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels import RawEvent
from bot.channels.raw_values import items, number, words
from bot.channels.vk.contents import VkReader
from handoff.messages.rich_text import clean
from handoff.messages.values import Address, EventKind, IncomingEvent

EVENTS = (
    "message_new",
    "message_event",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_reply",
    "wall_reply_new",
    "board_post_new",
)
RECEIVED_AT = "received_at"
"""Added to each stored event: VK does not say when a button was pressed."""
PROFILE = "profile"
"""Our own event type: the result of users.get for a person."""
QUESTION = "public_question"
"""Our own event type: the stored part of a public question."""

CHATS_FROM = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position of receiving: VK's `ts` and when it was stored, which is where filling a gap starts."""

    ts: str = ""
    at: int = 0

    @classmethod
    def parse(cls, stored: str | None) -> "Cursor":
        ts, _, at = (stored or "").partition("@")
        return cls(ts, int(at) if at.isdecimal() else 0)

    def __str__(self) -> str:
        return f"{self.ts}@{self.at}"


def raw_event(event: Any, received_at: int) -> RawEvent:  # noqa: ANN401 - whatever the platform has sent
    """Return the event to store; an event of undocumented shape is stored too, for inspection."""
    body = event if isinstance(event, dict) else {"type": "unreadable", "object": event}
    identity = body.get("event_id")
    written = json.dumps(body, sort_keys=True).encode()
    key = identity if isinstance(identity, str) and identity else "h:" + hashlib.sha256(written).hexdigest()
    stamped = {name: value for name, value in body.items() if name != "secret"} | {RECEIVED_AT: received_at}
    return RawEvent(key[:120], _message_key(body), _owner(body), stamped)


def found_later(message: dict[str, Any], group_id: int, received_at: int) -> RawEvent:
    """Build the message_new event of a recovered message; deduplication drops it if the event did arrive."""
    key = f"gap:{message['peer_id']}:{message['conversation_message_id']}"
    event = {"type": "message_new", "object": {"message": message}, "group_id": group_id, "event_id": key}
    return raw_event(event, received_at)


def profile_event(person: dict[str, Any], received_at: int) -> RawEvent:
    day = datetime.fromtimestamp(received_at, UTC).date()
    event = {"type": PROFILE, "object": person, "event_id": f"profile:{person['id']}:{day.isoformat()}"}
    return raw_event(event, received_at)


def is_echo(event: Any) -> bool:  # noqa: ANN401 - whatever the platform has sent
    """Return whether the event echoes a message that the community sent through the API, which is known already."""
    if not isinstance(event, dict) or event.get("type") != "message_reply":
        return False
    body = event.get("object")
    return isinstance(body, dict) and not body.get("admin_author_id")


def writer_of(payload: dict[str, Any]) -> int | None:
    """Return who wrote to us, in private or in public; None for every other event."""
    message = _message(payload) if payload.get("type") in ("message_new", QUESTION) else None
    person = message.get("from_id") if message else None
    return person if type(person) is int and 0 < person < CHATS_FROM else None


def press_of(payload: dict[str, Any]) -> dict[str, str | int] | None:
    """Return the parameters that acknowledge the button press in this event."""
    body = payload.get("object")
    if payload.get("type") != "message_event" or not isinstance(body, dict):
        return None
    named = {name: body.get(name) for name in ("event_id", "user_id", "peer_id")}
    return {name: value for name, value in named.items() if isinstance(value, str | int)}


def _message(event: dict[str, Any]) -> dict[str, Any] | None:
    body = event.get("object")
    if not isinstance(body, dict):
        return None
    # Communities with an old event version receive the message without its envelope.
    message = body.get("message", body)
    return message if isinstance(message, dict) else None


def _message_key(event: dict[str, Any]) -> str | None:
    message = _message(event) if event.get("type") == "message_new" else None
    place = (message.get("peer_id"), message.get("conversation_message_id")) if message else (None, None)
    return f"m:{place[0]}:{place[1]}" if all(type(part) is int for part in place) else None


def _owner(event: dict[str, Any]) -> str:
    """Return the id of the acting user, "" if it is unknown: such an event is stored too."""
    body = _message(event) or {}
    names = {"message_reply": ("peer_id",), PROFILE: ("id",)}.get(str(event.get("type")), ("user_id", "from_id"))
    return next((str(body[name]) for name in names if type(body.get(name)) is int), "")


def decode(account: str, payload: dict[str, Any]) -> IncomingEvent | None:
    """Decode a stored event. None for chats, our own sends and events that need no handling."""
    kind, body, received_at = payload["type"], payload["object"], payload.get(RECEIVED_AT, 0)
    group = number(payload.get("group_id"))
    match kind:
        case "message_new":
            return _written(account, EventKind.MESSAGE, body.get("message", body), group, body.get("client_info"))
        case "message_edit":
            return _written(account, EventKind.EDIT, body, group)
        case "message_event":
            return _pressed(account, body, received_at)
        case "message_allow" | "message_deny":
            meaning = EventKind.ALLOWED if kind == "message_allow" else EventKind.BLOCKED
            return IncomingEvent(meaning, _address(account, body["user_id"]), _moment(received_at))
        case "message_reply" if body.get("admin_author_id"):
            return _staff_reply(account, body, group)
        case "profile":
            return _profile(account, body, received_at)
        case _:
            return None


def _written(
    account: str,
    kind: EventKind,
    message: dict[str, Any],
    group: int,
    client: Any = None,  # noqa: ANN401 - whatever VK says of the app
) -> IncomingEvent | None:
    person, peer = message["from_id"], message["peer_id"]
    if peer != person or not 0 < person < CHATS_FROM:
        return None
    text, start, choice = words(message.get("text"), 1 << 20), clean(str(message.get("ref") or "")), ""
    message_id = str(message["conversation_message_id"])
    button = _button(message.get("payload"))
    reader = VkReader(person, group)
    contents = reader.contents(message)
    if kind is EventKind.MESSAGE and button.get("command") == "start":
        text = "/start"
    elif kind is EventKind.MESSAGE and isinstance(button.get("id"), str):
        # A text button sends its label as a message; VK does not report which message contained the button.
        kind, choice, message_id = EventKind.PRESS, clean(button["id"]), ""
    return IncomingEvent(
        kind,
        _address(account, person),
        _moment(message.get("update_time") or message["date"]),
        text=text,
        message_id=message_id,
        choice_id=choice,
        start=start,
        reply_to=_quoted(message),
        attachments=tuple(reader.reading.attachments),
        contents=contents,
        numbered=_shows_no_buttons(client),
    )


def _shows_no_buttons(client: Any) -> bool | None:  # noqa: ANN401 - whatever VK says of the app
    """Return whether the person's app is too old for inline buttons; None if VK does not say."""
    if not isinstance(client, dict) or "inline_keyboard" not in client:
        return None
    return not client["inline_keyboard"] or "callback" not in (client.get("button_actions") or ())


def _quoted(message: dict[str, Any]) -> str:
    """Return the message of this conversation that it replies to, or the only one that it forwards; "" for none."""
    quoted = message.get("reply_message")
    forwarded = items(message.get("fwd_messages"))
    if quoted is None and len(forwarded) == 1 and forwarded[0].get("peer_id") == message["peer_id"]:
        quoted = forwarded[0]
    identity = quoted.get("conversation_message_id") if isinstance(quoted, dict) else None
    return str(identity) if type(identity) is int else ""


def _pressed(account: str, body: dict[str, Any], received_at: int) -> IncomingEvent | None:
    if body["peer_id"] != body["user_id"]:
        return None
    return IncomingEvent(
        EventKind.PRESS,
        _address(account, body["user_id"]),
        _moment(received_at),
        message_id=str(body.get("conversation_message_id", "")),
        choice_id=clean(str(_button(body.get("payload")).get("id", ""))),
    )


def _staff_reply(account: str, message: dict[str, Any], group: int) -> IncomingEvent | None:
    if not 0 < message["peer_id"] < CHATS_FROM:
        return None
    reader = VkReader(message["peer_id"], group)
    contents = reader.contents(message)
    return IncomingEvent(
        EventKind.STAFF_REPLY,
        _address(account, message["peer_id"]),
        _moment(message["date"]),
        text=words(message.get("text"), 1 << 20),
        message_id=str(message["conversation_message_id"]),
        attachments=tuple(reader.reading.attachments),
        contents=contents,
    )


def _profile(account: str, person: dict[str, Any], received_at: int) -> IncomingEvent:
    name = " ".join(clean(f"{person.get('first_name', '')} {person.get('last_name', '')}").split())
    return IncomingEvent(EventKind.PROFILE, _address(account, person["id"]), _moment(received_at), name=name)


def _address(account: str, person: int) -> Address:
    return Address(account, str(int(person)))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _button(payload: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON text in messages, an object in events, or anything
    """Return a button's payload, empty if the button is not ours."""
    try:
        value = json.loads(payload) if isinstance(payload, str) else payload
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
