"""What identifies a contact at several addresses: phone numbers and e-mail addresses they write, and the full name."""

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from handoff.models import ContactIdentifier
from infra.storage import rows

_MOST = 10
"""Identifiers that are taken from one message: a longer list is not about its author."""
NAME = "name:"
"""Prefix of the identifier that a full name gives."""
_LONGEST = 254
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]+\.)+[^\W\d_]{2,24}(?![\w-])")
_HOTLINE = re.compile("7800|3680")
_PHONE = re.compile(r"(?<![\w+.,/-])\+?\d(?:[ \u00a0().-]{0,2}\d){9,14}(?![\w]|[.,/-]\d)")


def find_identifiers(text: str) -> frozenset[str]:
    """Return the e-mail addresses in lower case, and the phone numbers as digits with the country's code.

    Numbers of other kinds (orders, cards) are left out: a phone number begins with "+", with 00, or as one is dialled
    within Russia (8 or 7, eleven digits) or Hungary (06, ten or eleven digits). Free hotlines (8-800, +36 80) belong to
    no contact.
    """
    found = {match[0].rstrip(".").casefold() for match in _EMAIL.finditer(text)}
    found |= {number for match in _PHONE.finditer(text) if (number := _phone(match[0])) and not _HOTLINE.match(number)}
    return frozenset(found) if len(found) <= _MOST else frozenset()


def _phone(written: str) -> str:
    digits = re.sub(r"\D", "", written)
    if written.startswith("+"):
        return digits if 10 <= len(digits) <= 15 else ""
    if digits.startswith("00"):
        return digits[2:] if 10 <= len(digits) - 2 <= 13 else ""
    if len(digits) == 11 and digits[0] in "78":
        return "7" + digits[1:]
    if digits.startswith("06") and len(digits) in {10, 11}:
        return "36" + digits[2:]
    return ""


def note_identifiers(session: Session, contact_id: int, texts: Iterable[str], name: str = "") -> None:
    """Store the identifiers in a contact's messages and the name, within the caller's unit of work.

    `name` is given where it is new; a single word is no full name.
    """
    found = frozenset[str]().union(*map(find_identifiers, texts))
    if len(name.split()) > 1:
        found |= {NAME + name}
    values = sorted({value[:_LONGEST] for value in found})
    rows.add_new(session, ContactIdentifier, [{"contact_id": contact_id, "value": value} for value in values])
