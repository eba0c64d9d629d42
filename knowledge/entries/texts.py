"""The one form in which texts of the knowledge are kept, compared and named.

Everything stored has passed `tidy_line` or `tidy_answer`. That is what makes a file written by `export` read back as
exactly the same entries in every format.
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
    """`text` in one line, single spaces, nothing around it."""
    return " ".join(text.split())


def tidy_answer(text: str) -> str:
    """`text` with LF as the only line break and nothing around it; spaces at line ends stay, Markdown means them."""
    return "\n".join(text.splitlines()).strip()


def unstorable(text: str) -> bool:
    """Whether `text` holds control characters or broken Unicode, which no database and no file would keep alike."""
    return _UNSTORABLE.search(text) is not None


def fold(text: str) -> str:
    """`text` as compared: without regard to spaces, case and how an accent is written."""
    return unicodedata.normalize("NFC", tidy_line(text).casefold())


def bare(text: str) -> str:
    """`text` without regard to case, punctuation, spaces and ё; signs such as + and € count."""
    return _PUNCTUATION.sub("", fold(text).replace("ё", "е"))


def fingerprint(text: str) -> str:
    """Equal for two texts exactly when they are the same after `folded`; short enough to be indexed whatever comes."""
    return hashlib.blake2b(fold(text).encode("utf-8", "replace"), digest_size=16).hexdigest()


def slug(text: str) -> str:
    """A key in a-z, 0-9 and hyphens that tells a reader which text it came from; never empty."""
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in unicodedata.normalize("NFC", text).casefold())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", plain)
    short = ""
    for word in words:
        if short and len(short) + 1 + len(word) > _SLUG_LENGTH:
            break
        short = f"{short}-{word}" if short else word[:_SLUG_LENGTH]
    return short or f"entry-{fingerprint(text)[:8]}"
