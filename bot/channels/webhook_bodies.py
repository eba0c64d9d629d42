"""Validation of webhook bodies: limits on size and depth, checked before anything is stored."""

import json
from typing import Any

from bot.channels import HookReply

MAX_BODY = 1024 * 1024
MAX_DEPTH = 32


class HookRefusedError(Exception):
    """The request is answered with `reply`, and nothing of it is stored."""

    def __init__(self, status: int) -> None:
        super().__init__(f"webhook refused with {status}")
        self.reply = HookReply(status)


def read_body(body: bytes) -> dict[str, Any]:
    """Parse a webhook's body as a JSON object. Raises HookRefusedError: 413 too large, 400 no object or too deep."""
    if len(body) > MAX_BODY:
        raise HookRefusedError(413)
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise HookRefusedError(400) from None
    if not isinstance(parsed, dict) or _deeper_than(parsed, MAX_DEPTH):
        raise HookRefusedError(400)
    return parsed


def _deeper_than(value: object, depth: int) -> bool:
    """Return whether a value is nested more than `depth` containers deep; iterative, so depth uses no stack."""
    level = [value]
    for _ in range(depth):
        level = [child for parent in level for child in _children(parent)]
    return any(isinstance(child, dict | list) for child in level)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
