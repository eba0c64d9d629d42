"""Encode and decode buttons: `choice.data`, the line of a press in the thread, and the button that a reply means."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, get_args

from handoff.messages.button_rules import Reply
from handoff.messages.buttons import PAYLOADS, Payload, Retired

_DEFAULTS = {kind: {field.name: field.default for field in fields(kind)} for kind in get_args(Payload)}


def encode(payload: Payload) -> dict[str, Any]:
    """Encode `choice.data`: the fields that differ from the defaults."""
    values = ((name, getattr(payload, name), default) for name, default in _DEFAULTS[type(payload)].items())
    return {name: value for name, value, default in values if value != default}


def decode(action: str, data: Mapping[str, Any]) -> Payload:
    """Decode the payload of a row; keys that are absent, empty or obsolete count as the default."""
    kind = PAYLOADS.get(action)
    if kind is None:
        return Retired(action)
    values: dict[str, Any] = {}
    for name in _DEFAULTS[kind]:
        value = data.get(name)
        if value is not None:
            values[name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def meant_by(reply: Reply, offered: Collection[str]) -> str | None:
    """Return the action that a reply means if these are offered; None if it means none of them."""
    for action, kind in PAYLOADS.items():
        for meaning in kind.rule.replies:
            if meaning.reply is reply and action in offered and (meaning.beside is None or meaning.beside in offered):
                return action
    return None


_PRESSED = "pressed "


def press_line(payload: Payload) -> str:
    """Return the text of the line that a press leaves in the thread."""
    return _PRESSED + payload.name


def sentence_of_press(line: str) -> str | None:
    """Return the desk's sentence for such a line, empty if the button has none; None for any other line."""
    if not line.startswith(_PRESSED):
        return None
    kind = PAYLOADS.get(line.removeprefix(_PRESSED))
    return kind.rule.at_desk if kind is not None else ""
