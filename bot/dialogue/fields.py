"""Parse the answers to the fields of a form; the words around an answer do not matter."""

import re
from collections.abc import Callable, Iterable

from bot.dialogue.understanding.dates import read_date
from handoff.messages.contents import Card, ContactCard, HiddenLink, Passage, Place, everything_in
from handoff.messages.values import IncomingEvent
from knowledge.entries.forms import FormField
from knowledge.languages import LANGUAGES

LONGEST = 1000
"""Characters of an answer that are kept."""
_NUMBER = re.compile(r"(?<![\w.,])[+-]?(?:\d{1,3}(?: \d{3})+(?!\d)|\d{1,15})(?:[.,]\d{1,6})?")
_EMAIL = re.compile(r"(?<![^\s<>,;:(])[^\s@<>,;:()]{1,64}@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}")
_LINK = re.compile(
    r"https?://[^\s<>]+|(?<![\w@.])(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#][^\s<>]*)?", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w@.])@[^\W\d][\w.]{1,31}|\b(?:id|club|public|event)\s?\d{2,15}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{4,15}")
_NAME = re.compile(r"(?=[a-z.]*[\d_])[a-z][\w.]{3,31}", re.IGNORECASE | re.ASCII)
"""The name of an account; a letter alone does not tell it from a word."""
_ACCOUNT = "|".join(sorted(frozenset[str]().union(*(language.account_words for language in LANGUAGES.values()))))
_NAMED = re.compile(rf"(?<!\w)(?:{_ACCOUNT})\W+(?:\w+\W+){{0,2}}?(\d{{2,15}})(?!\w)", re.IGNORECASE)
_SPELLED = re.compile(
    rf"(?<!\w)(?:{_ACCOUNT})(?:\s*[:=—–-]\s*|\s+is\s+|(?<=[а-яё])\s+|\s+(?=[a-z.]*[\d_]))([a-z][a-z\d_.]{{2,31}})(?!\w)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.+(])\(?\+?\(?\d(?:[\s().-]{0,3}\d){6,14}(?!\w)")
_DOTTED_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{4}[.-]\d{1,2}[.-]\d{1,2}")


def parse_field(field: FormField, event: IncomingEvent) -> str | None:
    """Return the answer as it is stored; None if it does not fit the field."""
    text = " ".join(event.text.split())[:LONGEST]
    match field.type:
        case "file":
            files = [a.name or a.kind for a in event.attachments if a.kind not in {"sticker", "other"}]
            return ", ".join(files) or None
        case "text":
            return text or _place(event)
        case "number":
            return text if _NUMBER.search(text) else None
        case "date":
            return read_date(text, event.at.date())
        case "phone":
            return _first(_phones, (text, *(phone for card in _cards(event) for phone in card.phones)))
        case "email":
            return _first(_EMAIL.findall, (text, *(one for card in _cards(event) for one in card.emails)))
        case "link":
            return _first(_references, (text, *_addresses(event)))
        case "choice":
            return _chosen(field, text)


def _first(read: Callable[[str], list[str]], answers: Iterable[str]) -> str | None:
    """Return everything that `read` finds in the first answer in which it finds anything."""
    return next((", ".join(dict.fromkeys(found)) for one in answers if (found := read(one))), None)


def _phones(text: str) -> list[str]:
    return [found for found in _PHONE.findall(text) if not _DOTTED_DATE.fullmatch(found)]


def _references(text: str) -> list[str]:
    """Return the links, the names and the numbers of accounts that the text holds."""
    links = [link.rstrip(".,;:!?)»\"'") for link in _LINK.findall(_EMAIL.sub(" ", text))]
    if found := [*links, *_HANDLE.findall(_LINK.sub(" ", text))]:
        return found
    if named := [*_NAMED.findall(text), *_SPELLED.findall(text)]:
        return named
    alone = text.strip(" .,;:!?#№")
    return [alone] if _DIGITS.fullmatch(alone) or _NAME.fullmatch(alone) else []


def _cards(event: IncomingEvent) -> list[ContactCard]:
    return [one for one in everything_in(event.contents) if isinstance(one, ContactCard)]


def _addresses(event: IncomingEvent) -> list[str]:
    """Return the addresses of links and forwarded items."""
    linked = HiddenLink | Card | Passage
    return [one.url for one in everything_in(event.contents) if isinstance(one, linked) and one.url]


def _place(event: IncomingEvent) -> str | None:
    """Return a place as words: title, address and coordinates."""
    for one in event.contents:
        if isinstance(one, Place):
            return ", ".join(filter(None, (one.title, one.address, f"{one.latitude:.6f}, {one.longitude:.6f}")))
    return None


def _chosen(field: FormField, text: str) -> str | None:
    """Return the chosen option, given by its text in any language or by its number."""
    said = text.casefold().strip(" .!,;")
    for options in field.choices.values():
        for number, option in enumerate(options, 1):
            if said == option.casefold().strip(" .!,;") or said == str(number):
                return option
    return None
