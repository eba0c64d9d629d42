"""Tags, category and language of a ticket, as agents change them; each change is an event in the thread."""

import unicodedata

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handoff.errors import BadTagError, NotFoundError
from handoff.messages.names import readable
from handoff.messages.rich_text import clean
from handoff.models import Tag, TicketTag, first_use, tag_key
from handoff.tickets.journal import Journal
from handoff.tickets.promises.use_cases import Promises
from infra.storage import rows
from knowledge.entries.models import Category
from knowledge.languages import LANGUAGES

LONGEST, MOST = 40, 20
"""Characters of a tag, and tags of a ticket."""
_OFFERED = 500
TAGGED, UNTAGGED, CATEGORY, LANGUAGE = "tagged ", "untagged ", "category ", "language "
"""Start of the events; the tag, the category's key or the language follows."""


class Labelling:
    """Changes of what a ticket is about. Any agent makes them, also on a colleague's ticket and on a closed one.

    Each use case runs whole within the caller's unit of work, or raises; one that changes nothing leaves no event.
    """

    def __init__(self, journal: Journal, promises: Promises) -> None:
        self._journal = journal
        self._promises = promises

    def add_tag(self, session: Session, ticket_id: int, agent_id: int, text: str) -> None:
        """Add a tag; another spelling of an existing one adds that.

        Raises:
            BadTagError: the text is no tag, or the ticket has `MOST`.
            NotFoundError: there is no such ticket.
        """
        name = read_tag(text)
        ticket = self._journal.ticket(session, ticket_id)
        tag = _found_or_new(session, name)
        mine = select(TicketTag.tag_id).where(TicketTag.ticket_id == ticket_id)
        known = session.scalars(mine).all()
        if tag.id in known:
            return
        if len(known) >= MOST:
            raise BadTagError(LONGEST, MOST)
        session.add(TicketTag(ticket_id=ticket_id, tag_id=tag.id, contact_id=ticket.contact_id))
        self._journal.event(session, ticket, f"{TAGGED}{tag.name}", agent_id)

    def remove_tag(self, session: Session, ticket_id: int, agent_id: int, name: str) -> None:
        """Remove a tag; one that no ticket has any more is no longer offered. Raises NotFoundError without a ticket."""
        ticket = self._journal.ticket(session, ticket_id)
        # An agent who adds the tag elsewhere has locked its row, so that it is not deleted under their hands.
        tag = session.scalars(select(Tag).where(Tag.key == tag_key(name)).with_for_update()).one_or_none()
        if tag is None:
            return
        link = delete(TicketTag).where(TicketTag.ticket_id == ticket_id, TicketTag.tag_id == tag.id)
        if not session.execute(link).rowcount:  # type: ignore[attr-defined]  # a DELETE counts its rows
            return
        self._journal.event(session, ticket, f"{UNTAGGED}{tag.name}", agent_id)
        if session.scalar(first_use(tag.id)) is None:
            session.delete(tag)

    def set_category(self, session: Session, ticket_id: int, agent_id: int, key: str) -> None:
        """Put the ticket into a category; "" for none. The due time follows the category's target.

        Raises NotFoundError for an unknown ticket or category.
        """
        ticket = self._journal.ticket(session, ticket_id)
        if key == (ticket.category or ""):
            return
        if key and session.scalar(select(Category.id).where(Category.key == key)) is None:
            raise NotFoundError(f"there is no category {key}")
        ticket.category = key or None
        self._promises.retarget(session, ticket)
        self._journal.event(session, ticket, f"{CATEGORY}{key}", agent_id)

    def set_language(self, session: Session, ticket_id: int, agent_id: int, code: str) -> None:
        """Set the language in which the ticket is answered. Raises NotFoundError for an unknown ticket or language."""
        ticket = self._journal.ticket(session, ticket_id)
        if code not in LANGUAGES:
            raise NotFoundError(f"there is no language {code}")
        if code != ticket.language:
            ticket.language = code
            self._journal.event(session, ticket, f"{LANGUAGE}{code}", agent_id)


def read_tag(text: str) -> str:
    """Return the tag that a text names, without a leading `#`. Raises BadTagError if it is none."""
    name = unicodedata.normalize("NFC", " ".join(clean(readable(text)).split())).lstrip("# ")
    if not readable(name) or len(name) > LONGEST:
        raise BadTagError(LONGEST, MOST)
    return name


def is_tag(text: str) -> bool:
    """Return whether a text names a tag."""
    try:
        return bool(read_tag(text))
    except BadTagError:
        return False


def tag_names(session: Session) -> tuple[str, ...]:
    """Return the tags that tickets have, by name."""
    return tuple(session.scalars(select(Tag.name).order_by(Tag.key).limit(_OFFERED)))


def _found_or_new(session: Session, name: str) -> Tag:
    """Return the tag, locked until the commit against its removal."""
    wanted = select(Tag).where(Tag.key == tag_key(name)).with_for_update(read=True, key_share=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        rows.add_new(session, Tag, [{"name": name, "key": tag_key(name)}])
        found = session.scalars(wanted).one()
    return found
