"""Whether what somebody wrote is what a field of a form asks for."""

import re
from datetime import date

from handoff.messages import IncomingEvent
from knowledge.forms import FormField

LONGEST = 1000
"""Characters of an answer that are kept."""
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,6})?")
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@([^\W_][\w-]*\.)+[^\W\d_]{2,}")
_LINK = re.compile(r"(https?://)?([^\W_][\w-]*\.)+[^\W\d_]{2,}(:\d+)?([/?#]\S*)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?")
_SPACES = re.compile(r"[\s()-]+")
_PHONE = re.compile(r"\+?\d{7,15}")


def understood(field: FormField, event: IncomingEvent) -> str | None:
    """The answer as it is kept; None where it is not what the field asks for."""
    text = " ".join(event.text.split())[:LONGEST]
    match field.type:
        case "file":
            files = [a.name or a.kind for a in event.attachments if a.kind not in {"sticker", "other"}]
            return ", ".join(files) or None
        case "text":
            return text or None
        case "number":
            return text if _NUMBER.fullmatch(text.replace(" ", "")) else None
        case "date":
            return _date(text)
        case "phone":
            return text if _PHONE.fullmatch(_SPACES.sub("", text)) else None
        case "email":
            return text if _EMAIL.fullmatch(text) else None
        case "link":
            return text if _LINK.fullmatch(text) else None
        case "choice":
            return _chosen(field, text)


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
    """One of the choices in whatever language, or its number."""
    for options in field.choices.values():
        for number, option in enumerate(options, 1):
            if text.casefold() == option.casefold() or text == str(number):
                return option
    return None
