"""Texts by key from the file formats of translations, and sentences from texts."""

import gettext
import html
import io
import json
import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

_STRING = re.compile(
    r"""(?m)^\s*(?:const\s+|export const\s+)?["']?([\w.:-]+)["']?\s*[:=]\s*(["'`])((?:\\.|(?!\2).)*)\2"""
)
_PARAGRAPH = re.compile(r'(?s)<(?:p|h[1-6]|td|li)[^>]* id="((?:par|hd)_id\w+)"[^>]*>(.*?)</(?:p|h[1-6])>')
_FLUENT = re.compile(r"(?m)^(?:(-?[\w-]+)|\s+\.([\w-]+))\s*=[ \t]*(.*(?:\n[ \t]+[^.\s\[*}].*)*)")


def texts_of(suffix: str, content: bytes) -> Iterator[tuple[str, str, str | None]]:
    """Yield (key, text, English text if the format has it) of a file with this suffix."""
    if suffix == "mo":
        yield from _catalogue(content)
    elif suffix == "json":
        yield from ((key, text, None) for key, text in _flattened(json.loads(content), ""))
    elif suffix == "pak":
        yield from _pak(content)
    elif suffix == "html":
        yield from ((key, text, None) for key, text in _PARAGRAPH.findall(content.decode("utf-8")))
    elif suffix in {"ftl", "properties"}:
        own = ""
        for message, attribute, text in _FLUENT.findall(content.decode("utf-8")):
            own = message or own
            yield f"{own}.{attribute}", text, None
    elif suffix in {"js", "mjs"}:
        yield from ((key, text, None) for key, _, text in _STRING.findall(content.decode("utf-8")))
    else:  # a dictionary of WordNet: the meaning follows a bar, and quoted examples of use
        for number, line in enumerate(content.decode("latin-1").splitlines()):
            yield str(number), "\n".join(_EXAMPLE.findall(line.partition(" | ")[2])), None


def _catalogue(content: bytes) -> Iterator[tuple[str, str, str | None]]:
    catalogue: dict[Any, str] = vars(gettext.GNUTranslations(io.BytesIO(content)))["_catalog"]
    for key, text in catalogue.items():
        said = key if isinstance(key, str) else key[0]
        if said and text:
            yield said, text, said.rsplit("\x04", 1)[-1]


def _flattened(value: Any, key: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - what JSON holds
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _flattened(inner, f"{key}.{name}" if name not in {"ru", "hu", "en"} else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flattened(inner, f"{key}.{number}")


def _pak(content: bytes) -> Iterator[tuple[str, str, str | None]]:
    """Read Chromium's resource pack, version 5: a header, the numbers and offsets of the texts, then the texts."""
    _, encoding, count, _ = struct.unpack_from("<IB3xHH", content)
    places = [struct.unpack_from("<HI", content, 12 + 6 * number) for number in range(count + 1)]
    for (number, start), (_, end) in pairwise(places):
        yield str(number), content[start:end].decode("utf-16-le" if encoding == 2 else "utf-8", "replace"), None


_EXAMPLE = re.compile(r'"([^"]+)"')
_TAG = re.compile(r"<[^>]{0,200}>")
_PLACEHOLDER = re.compile(
    r"\{\{[^}]*\}\}|[$%#]?\{[^}]*\}|%\([^)]*\)[sdif]|%(?:\d\$)?[A-Za-z@]\b|\$\d|%\d|\$\(\w+\)|%\w+%"
)
_END = re.compile(r"(?<=[.!?…:;])\s+|\s*\n\s*|\s*\\n\s*|\s+[–—|•]\s+")
_MNEMONIC = re.compile(r"(?<![\w ])[&_~](?=\w)|(?<=\w)[&~](?=\w)|\(&?_?\w\)|[&~](?=\w)")
_MARK = re.compile(r"[\"“”„«»*`]|\s+\.\.\.$")
_SPACE = re.compile(r"\s+")


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text without markup, placeholders and marks of access keys."""
    plain = html.unescape(_TAG.sub(" ", text))
    plain = _MNEMONIC.sub("", _PLACEHOLDER.sub(" ", plain))
    parts = [_SPACE.sub(" ", _MARK.sub("", part)).strip(" .:;,-–—") for part in _END.split(plain)]
    return [part for part in parts if part]
