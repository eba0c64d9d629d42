"""Codecs of the JSON columns of `message` and `delivery`: values of `values.py` as plain lists and objects, and back.

Each key is spelled only here. Dictionaries are built by hand for speed, because a round writes several of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from handoff.messages.values import Attachment, Button, Entity, EntityKind, OutgoingFile, PublicPlace


def dump_entities(entities: Iterable[Entity]) -> list[dict[str, Any]]:
    """Encode `delivery.entities`."""
    return [{"kind": e.kind.value, "offset": e.offset, "length": e.length, "url": e.url} for e in entities]


def load_entities(stored: Iterable[Mapping[str, Any]]) -> tuple[Entity, ...]:
    return tuple(Entity(EntityKind(e["kind"]), e["offset"], e["length"], e["url"]) for e in stored)


def dump_buttons(buttons: Iterable[Button]) -> list[dict[str, str]]:
    """Encode `delivery.buttons`."""
    return [{"label": button.label, "id": button.id} for button in buttons]


def load_buttons(stored: Iterable[Mapping[str, str]]) -> tuple[Button, ...]:
    return tuple(Button(button["label"], button["id"]) for button in stored)


def dump_file(file: OutgoingFile | None) -> dict[str, str] | None:
    """Encode `delivery.file`; None for a part that is a text."""
    return {"kind": file.kind, "name": file.name, "key": file.key} if file is not None else None


def load_file(stored: Mapping[str, str] | None) -> OutgoingFile | None:
    return OutgoingFile(stored["kind"], stored["name"], stored["key"]) if stored is not None else None


def dump_place(place: PublicPlace | None) -> dict[str, Any] | None:
    """Encode `delivery.place`; None for a private message."""
    if place is None:
        return None
    return {name: getattr(place, name) for name in PublicPlace.__slots__}


def load_place(stored: Mapping[str, Any] | None) -> PublicPlace | None:
    return PublicPlace(**stored) if stored is not None else None


def dump_attachments(attachments: Iterable[Attachment]) -> list[dict[str, Any]] | None:
    """Encode `message.attachments`, without what the channel fetches them by; None if there are none."""
    return [
        {"kind": one.kind, "name": one.name}
        | ({"reference": one.reference} if one.reference else {})
        | ({"size": one.size} if one.size else {})
        for one in attachments
    ] or None


def load_attachments(stored: Iterable[Mapping[str, Any]] | None) -> tuple[Attachment, ...]:
    """Decode rows of every version: only `kind` is in all of them."""
    return tuple(Attachment(**one) for one in stored or ())
