"""Decoding of files. An encoding is recognised by evidence or refused, never assumed.

UTF-8 and UTF-16 can be verified. In the older encodings almost every byte sequence is a text; the one is chosen whose
text is likely (`likelihood`) and clearly likelier than every other reading.
"""

import codecs
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from encodings.aliases import aliases
from itertools import islice

from knowledge.files.formats.likelihood import cost, has_doubtful_words, imbalance, is_abbreviation, is_doubtful
from knowledge.files.formats.rows import UnreadableError

NAMES: Mapping[str, str] = {
    "cp1251": "windows-1251",
    "cp1250": "windows-1250",
    "cp1252": "windows-1252",
    "koi8_u": "koi8-u",
    "koi8_r": "koi8-r",
    "iso8859_5": "iso-8859-5",
    "iso8859_2": "iso-8859-2",
    "mac_cyrillic": "mac_cyrillic",
    "mac_latin2": "mac_latin2",
    "mac_roman": "mac_roman",
    "cp866": "cp866",
    "cp1125": "cp1125",
    "cp852": "cp852",
    "cp850": "cp850",
}
"""Recognised single-byte encodings: codec and display name. On a tie the first one wins."""

_NO_TEXTS = {
    "base64_codec",
    "bz2_codec",
    "hex_codec",
    "quopri_codec",
    "rot_13",
    "uu_codec",
    "zlib_codec",
    "mbcs",
    "utf_7",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ASCII_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BYTE_SPACES = re.compile(rb"[\x00-\x20\x7f]+")
_MOST_WORDS, _LONGEST_WORD = 2_000, 60
"""Size of the sample that decides an encoding; a larger one does not improve the decision."""
_MOST_STRANGE = 0.2
"""Maximum share of words that no language has; above it even the likeliest encoding is rejected."""
_MARGIN = 6.0
"""Required log-likelihood ratio (natural logarithm) to the next encoding: 400 to 1."""
_NOT_OF_WINDOWS = 3.0
"""Prior cost of an encoding that few current programs write: one file in twenty."""
_MOST_DOUBTFUL = 200
"""Maximum number of lines that are tested in every encoding because they are unlikely in the file's own."""
_MISREAD = (
    *((taken_for, "utf-8") for taken_for in ("cp1251", "cp1252", "cp1250", "latin-1", "cp866", "mac_roman")),
    *(("cp1251", codec) for codec in ("cp1250", "koi8-r", "cp866", "mac_cyrillic")),
    *((taken_for, "cp1251") for taken_for in ("cp1252", "latin-1", "cp1250", "koi8-r", "cp866", "mac_roman")),
)
"""Common conversion errors: the encoding that a program assumed, and the actual one."""
_DAMAGED = "export it again as UTF-8, or say --encoding utf-8 where it is meant so"
_REMEDY = "save it as UTF-8, or name its encoding, for example --encoding windows-1250"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and its detected encoding."""

    text: str
    encoding: str


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode `data` and remove a byte order mark.

    `encoding` is the encoding given by the user; valid UTF-8 and UTF-16 with a byte order mark take precedence.

    Raises:
        UnreadableError: the bytes are no text, fit no encoding or two of them, or do not fit `encoding`.
    """
    codec = None if encoding is None else _codec(encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data[len(mark) :], name).lstrip("\ufeff"), name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if codec is None:
            return _recognised(data, error)
        return Decoded(_strictly(data, codec).removeprefix("\ufeff"), encoding or codec)
    if "\0" in text:
        if codec is not None:
            return Decoded(_strictly(data, codec).removeprefix("\ufeff"), encoding or codec)
        return _wide(data)
    if codec is None:
        _refuse_damaged(text)
    elif text.isascii():
        return Decoded(_strictly(data, codec).removeprefix("\ufeff"), encoding or codec)
    return Decoded(text, "utf-8")


def _codec(encoding: str) -> str:
    """Return the codec of a text encoding. Raises UnreadableError for an unknown name."""
    try:
        name = codecs.lookup(encoding).name.replace("-", "_")
    except (LookupError, ValueError):
        name = ""
    name = aliases.get(name, name)
    if name in _NO_TEXTS or name not in {*aliases.values(), *NAMES, "utf_8_sig"}:
        known = ", ".join(("utf-8", "utf-16", *NAMES.values()))
        raise UnreadableError(f'"{encoding[:40]}" is no encoding of texts: name one such as {known}')
    return name


def _strictly(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeError as error:
        row = None
        if isinstance(error, UnicodeDecodeError):
            row = data[: error.start].decode(codec, "ignore").count("\n") + 1
        name = NAMES.get(codec, codec)
        raise UnreadableError(f"is not {name} from here on, or was cut off: {_REMEDY}", row) from error


def _wide(data: bytes) -> Decoded:
    """Decode UTF-16 or UTF-32 without a byte order mark, if exactly one of them yields a text with field names."""
    for name in _WIDE:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        plain = len(re.findall("[a-zA-Z]", text))
        common = sum(letter < "\u0530" or "\u2000" <= letter <= "\u2122" for letter in text)
        if not _CONTROLS.search(text) and plain >= 4 and common >= 0.9 * len(text):
            return Decoded(text, name)
    raise UnreadableError(f"is not text: {_REMEDY}")


def _recognised(data: bytes, error: UnicodeDecodeError) -> Decoded:
    row = data[: error.start].count(b"\n") + 1
    if b"\0" in data:
        return _wide(data)
    if _ASCII_CONTROLS.search(data):
        raise UnreadableError(f"is not text: {_REMEDY}")
    loose = data.decode("utf-8", "replace")
    broken = loose.count("\ufffd")
    whole = len(re.findall("[^\x00-\x7f\ufffd]", loose))
    if whole >= 4 * broken or (whole and error.reason == "unexpected end of data"):
        raise UnreadableError(f"is UTF-8 except for a broken character here: correct it, or {_REMEDY}", row)
    _refuse_lines_in_utf8(data)
    sample = _sample(data)
    codecs_left = _possible(data)
    readings = sorted((_cost(sample.decode(codec)) + _rarity(codec), codec) for codec in codecs_left)
    if not readings or _strange_share(sample.decode(readings[0][1])) > _MOST_STRANGE:
        raise UnreadableError(f"is text in no encoding that could be recognised: {_REMEDY}", row)
    best = readings[0][1]
    if len(readings) > 1 and readings[1][0] - readings[0][0] < _MARGIN:
        both = f"{NAMES[best]} or {NAMES[readings[1][1]]}"
        raise UnreadableError(f"may be {both}, and too little stands in it to tell: {_REMEDY}", row)
    _refuse_lines_in_another(data, best, codecs_left)
    return Decoded(data.decode(best), NAMES[best])


def _possible(data: bytes) -> list[str]:
    """Return the codecs in which every byte is defined; of those with the same result only the first."""
    high = bytes(sorted(byte for byte in set(data) if byte > 127))
    found: dict[str, str] = {}
    for codec in NAMES:
        with suppress(UnicodeDecodeError):
            letters = high.decode(codec)
            if not _CONTROLS.search(letters):
                found.setdefault(letters, codec)
    return list(found.values())


def _sample(data: bytes) -> bytes:
    """Return distinct words with non-ASCII characters from the beginning of the file."""
    words = (word[:_LONGEST_WORD] for word in dict.fromkeys(_BYTE_SPACES.split(data)) if not word.isascii())
    return b" ".join(islice(words, _MOST_WORDS))


def _cost(text: str) -> float:
    return sum(map(cost, text.split(" "))) + imbalance(text)


def _rarity(codec: str) -> float:
    return 0.0 if codec.startswith("cp125") else _NOT_OF_WINDOWS


def _strange_share(text: str) -> float:
    words = [word for word in text.split(" ") if not is_abbreviation(word)]
    return sum(map(is_doubtful, words)) / max(len(words), 1)


def _refuse_lines_in_utf8(data: bytes) -> None:
    """Raise UnreadableError at a line in UTF-8, because the file as a whole is not UTF-8."""
    for row, line in enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        with suppress(UnicodeDecodeError):
            beyond = [letter for letter in line.decode("utf-8") if letter > "\x7f"]
            usual = sum(letter < "\u0530" or "\u2000" <= letter <= "\u2122" for letter in beyond)
            if len(beyond) > 2 and usual == len(beyond):
                raise UnreadableError("is UTF-8, other lines are not: save the whole file as UTF-8", row)


def _refuse_lines_in_another(data: bytes, codec: str, others: Iterable[str]) -> None:
    """Raise UnreadableError at the first line that is clearly in another encoding than the file."""
    doubtful = 0
    for row, line in enumerate(data.split(b"\n"), 1):
        if line.isascii() or not has_doubtful_words(line.decode(codec)):
            continue
        sample = _sample(line)
        costs = {other: _cost(sample.decode(other)) for other in others}
        likeliest = min(costs, key=lambda other: costs[other])
        if costs[likeliest] < costs[codec] - 2 * _MARGIN:
            both = f"reads as {NAMES[likeliest]}, the file as a whole as {NAMES[codec]}"
            raise UnreadableError(f"{both}: save all of it as UTF-8", row)
        doubtful += 1
        if doubtful == _MOST_DOUBTFUL:
            return


def _refuse_damaged(text: str) -> None:
    """Raise UnreadableError if the text was garbled by an earlier conversion."""
    if text.isascii():
        return
    if "\ufffd" in text:
        row = text.count("\n", 0, text.index("\ufffd")) + 1
        raise UnreadableError(f"holds \ufffd where an earlier conversion lost a letter: {_DAMAGED}", row)
    words = [word for word in islice(dict.fromkeys(text.split()), _MOST_WORDS * 10) if not word.isascii()]
    misread: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for word in words:
        if len(word) > _LONGEST_WORD or not is_doubtful(word):
            continue
        for taken_for, codec in _MISREAD:
            with suppress(UnicodeError):
                meant = word.encode(taken_for).decode(codec)
                if not is_doubtful(meant) and cost(meant) < cost(word) - _MARGIN:
                    misread[taken_for, codec].append((word, meant))
    for (_, codec), pairs in misread.items():
        # Letter pairs that are valid UTF-8 do not occur by chance. Between single-byte encodings a few consecutive
        # capitals do, so there most of the text must be affected.
        if codec == "utf-8" or (len(pairs) >= 3 and 2 * len(pairs) > len(words)):
            word, meant = pairs[0]
            row = text.count("\n", 0, text.index(word)) + 1
            raise UnreadableError(f'holds "{word[:20]}", which was "{meant[:20]}" once: {_DAMAGED}', row)
