"""Normalisation of texts for storage, comparison and keys.

Every stored text has passed `tidy_line` or `tidy_answer`. Therefore a file written by `export` reads back as exactly
the same entries in every format.
"""

import hashlib
import re
import unicodedata

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
_SLUG_LENGTH = 60
_PUNCTUATION = re.compile(r"(?![+<>=|~^$€₽£°№])[\W_]")


def tidy_line(text: str) -> str:
    """Return `text` as one line with single spaces, stripped."""
    return " ".join(text.split())


def tidy_answer(text: str) -> str:
    """Return `text` stripped and with LF line breaks; spaces at line ends stay, as they are significant in Markdown."""
    return "\n".join(text.splitlines()).strip()


def unstorable(text: str) -> bool:
    """Return whether `text` has control characters or broken Unicode, which databases and files cannot all store."""
    return _UNSTORABLE.search(text) is not None


def fold(text: str) -> str:
    """Return `text` for comparison: spaces, case and the encoding of accents are normalised."""
    return unicodedata.normalize("NFC", tidy_line(text).casefold())


def bare(text: str) -> str:
    """Return `text` with case, punctuation, spaces and ё normalised; signs such as + and € count."""
    return _PUNCTUATION.sub("", fold(text).replace("ё", "е"))


def fingerprint(text: str) -> str:
    """Return a hash that is equal for two texts exactly when `fold` makes them equal; short enough for an index."""
    return hashlib.blake2b(fold(text).encode("utf-8", "replace"), digest_size=16).hexdigest()


def slug(text: str) -> str:
    """Return a readable key for a text, of a-z, 0-9 and hyphens; never empty."""
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in unicodedata.normalize("NFC", text).casefold())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", plain)
    short = ""
    for word in words:
        if short and len(short) + 1 + len(word) > _SLUG_LENGTH:
            break
        short = f"{short}-{word}" if short else word[:_SLUG_LENGTH]
    return short or f"entry-{fingerprint(text)[:8]}"
