"""One person at several addresses: agents see their questions together.

A link changes only what agents see. A contact never sees or receives anything of another address, and an erasure
touches one address, unless the request names the others, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from handoff.errors import NotFoundError
from handoff.models import FORGOTTEN, Contact, ContactIdentifier
from handoff.people.identifiers import NAME

_PROPOSED = 3
_SELF, _OWN, _THEIRS = aliased(Contact), aliased(ContactIdentifier), aliased(ContactIdentifier)


@dataclass(frozen=True, slots=True)
class ContactView:
    """An address as agents see it."""

    id: int
    account: str
    user_id: str
    name: str
    unreachable: str | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """An address that is probably the same person's."""

    contact: ContactView
    value: str
    """The phone number or e-mail address that both wrote; empty if their names agree."""


def _remembered() -> ColumnElement[bool]:
    return ~Contact.user_id.startswith(f"{FORGOTTEN}:", autoescape=True)


_OTHERS = (
    select(Contact)
    .join(_SELF, _SELF.person_id == Contact.person_id)
    .where(_SELF.id == bindparam("contact_id"), Contact.id != _SELF.id, _remembered())
    .order_by(Contact.id)
)
_AGREEING = (
    select(Contact, _THEIRS.value)
    .join(_THEIRS, _THEIRS.contact_id == Contact.id)
    .join(_OWN, _OWN.value == _THEIRS.value)
    .join(_SELF, _SELF.id == _OWN.contact_id)
    .where(
        _OWN.contact_id == bindparam("contact_id"),
        # On one account two people of one name are more likely than one person twice.
        or_(~_THEIRS.value.startswith(NAME), Contact.account != _SELF.account),
        Contact.id != _SELF.id,
        or_(Contact.person_id.is_(None), Contact.person_id != func.coalesce(_SELF.person_id, 0)),
        _remembered(),
    )
    .order_by(_THEIRS.value.startswith(NAME), Contact.last_seen_at.desc())
    .limit(4 * _PROPOSED)
)


def other_addresses(session: Session, contact_id: int) -> tuple[ContactView, ...]:
    """Return the person's other addresses, oldest first."""
    return tuple(map(_view, session.scalars(_OTHERS, {"contact_id": contact_id})))


def proposals(session: Session, contact_id: int) -> tuple[Proposal, ...]:
    """Return addresses on which a phone number, an e-mail address or a full name agrees, surest first.

    A full name has at least two words. Addresses that are linked already are left out.
    """
    found: dict[int, Proposal] = {}
    for row, value in session.execute(_AGREEING, {"contact_id": contact_id}):
        found.setdefault(row.id, Proposal(_view(row), "" if value.startswith(NAME) else value))
    return tuple(found.values())[:_PROPOSED]


def link(session: Session, contact_id: int, other_id: int) -> None:
    """Treat two addresses, and those already linked to either, as one person.

    Raises NotFoundError if one is unknown or erased, or if both are the same.
    """
    both = _locked(session, (contact_id, other_id))
    if len(both) != 2:
        raise NotFoundError("there is no such other contact")
    persons = {contact.person_id or contact.id for contact in both}
    session.execute(
        update(Contact)
        .where(or_(Contact.id.in_((contact_id, other_id)), Contact.person_id.in_(persons)))
        .values(person_id=min(persons))
    )


def unlink(session: Session, contact_id: int) -> None:
    """Separate an address from the person's others. Raises NotFoundError for an unknown contact."""
    found = _locked(session, (contact_id,))
    if not found:
        raise NotFoundError("there is no such contact")
    person = found[0].person_id
    if person is None:
        return
    found[0].person_id = None
    session.flush()
    rest = session.scalars(select(Contact.id).where(Contact.person_id == person)).all()
    # The number must stay that of a member: the one that leaves may be linked with somebody else.
    number = min(rest) if len(rest) > 1 else None
    session.execute(update(Contact).where(Contact.person_id == person).values(person_id=number))


def person_ids(session: Session, contact_id: int) -> tuple[int, ...]:
    """Return the contact's id and those of the person's other addresses."""
    return (contact_id, *(other.id for other in other_addresses(session, contact_id)))


def _locked(session: Session, contact_ids: Sequence[int]) -> Sequence[Contact]:
    wanted = select(Contact).where(Contact.id.in_(set(contact_ids)), _remembered()).order_by(Contact.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def _view(row: Contact) -> ContactView:
    return ContactView(row.id, row.account, row.user_id, row.name, row.unreachable, row.last_seen_at)
