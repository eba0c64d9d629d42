"""Parse the answers to the fields of a form."""

import re
from collections.abc import Iterable
from datetime import date

from handoff.messages.contents import Card, ContactCard, HiddenLink, Passage, Place, everything_in
from handoff.messages.values import IncomingEvent
from knowledge.entries.forms import FormField

LONGEST = 1000
"""Characters of an answer that are kept."""
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?")
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@([^\W_][\w-]*\.)+[^\W\d_]{2,}")
_LINK = re.compile(r"(https?://)?([^\W_][\w-]*\.)+[^\W\d_]{2,}(:\d+)?([/?#]\S*)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?")
_SPACES = re.compile(r"[\s()-]+")
_PHONE = re.compile(r"\+?\d{7,15}")


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
            return text if _NUMBER.fullmatch(text.replace(" ", "")) else None
        case "date":
            return _date(text)
        case "phone":
            return _first(_PHONE, (text, *_phones(event)), _SPACES)
        case "email":
            return _first(_EMAIL, (text, *(one for card in _cards(event) for one in card.emails)))
        case "link":
            return _first(_LINK, (text, *_addresses(event)))
        case "choice":
            return _chosen(field, text)


def _first(shape: re.Pattern[str], answers: Iterable[str], ignored: re.Pattern[str] | None = None) -> str | None:
    """Return the first answer of that shape; what matches `ignored` does not count."""
    return next((one for one in answers if shape.fullmatch(ignored.sub("", one) if ignored else one)), None)


def _cards(event: IncomingEvent) -> list[ContactCard]:
    return [one for one in everything_in(event.contents) if isinstance(one, ContactCard)]


def _phones(event: IncomingEvent) -> list[str]:
    return [phone for card in _cards(event) for phone in card.phones]


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


def _date(text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return f"{date(int(year), int(month), int(day)):%d.%m.%Y}"
    except ValueError:
        return None


def _chosen(field: FormField, text: str) -> str | None:
    """Return the chosen option, given by its text in any language or by its number."""
    for options in field.choices.values():
        for number, option in enumerate(options, 1):
            if text.casefold() == option.casefold() or text == str(number):
                return option
    return None
