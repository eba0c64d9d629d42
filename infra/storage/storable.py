"""Text that both databases accept: PostgreSQL refuses NUL, and lone surrogates cannot be encoded."""

import dataclasses
import re
from typing import TypeVar

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
T = TypeVar("T")


def storable_text(text: str) -> str:
    """Replace each NUL and lone surrogate by U+FFFD; a surrogate pair becomes the character that it encodes."""
    if not _UNSTORABLE.search(text):
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSTORABLE.sub(_INSTEAD, whole)


def storable(value: T) -> T:
    """Make every text in the value storable: in frozen dataclasses, tuples, lists and dictionaries."""
    return _changed(value)  # type: ignore[return-value]  # a value of a kind becomes one of that kind


def _changed(value: object) -> object:
    if type(value) is str:
        return storable_text(value)
    if isinstance(value, tuple | list):
        items = [_changed(item) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same or type(value) not in {tuple, list} else type(value)(items)
    if type(value) is dict:
        return {_changed(name): _changed(item) for name, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        new = {name: _changed(item) for name, item in old.items()}
        return value if all(new[name] is old[name] for name in old) else dataclasses.replace(value, **new)
    return value
