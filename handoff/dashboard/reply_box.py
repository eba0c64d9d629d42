"""State of the reply box in forms: words, mode and key."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from starlette.datastructures import FormData


class Mode(StrEnum):
    """Readers of what is written: the contact, or colleagues only."""

    REPLY = "reply"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Draft:
    """Content of the box and the key under which it will be sent."""

    text: str
    key: str
    mode: Mode | None = Mode.REPLY
    """None if the form did not state it: such a form is refused and shown with neither mode chosen."""
    corrects: int | None = None
    """Id of the sent reply that is corrected."""


def blank(mode: Mode | None = Mode.REPLY) -> Draft:
    """Create an empty box with a new key."""
    return Draft("", str(uuid.uuid4()), mode)


def draft_of(text: str, key: str, kind: str, corrects: int | None = None) -> Draft:
    """Read the box of a sent form. A key that is no UUID is replaced: it could collide with the keys of others."""
    try:
        key = str(uuid.UUID(key))
    except ValueError:
        key = str(uuid.uuid4())
    return Draft(text, key, Mode(kind) if kind in set(Mode) else None, corrects)


def draft_in(form: FormData, corrects: int | None = None) -> Draft | None:
    """Read the box of a form that no route has parsed; None if the form contains no box."""
    text = form.get("text")
    if not isinstance(text, str):
        return None
    return draft_of(text, str(form.get("key", "")), str(form.get("kind", "")), corrects)
