"""Canned responses: list, edit, delete, count uses, and block replies with unfilled placeholders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from handoff.canned_responses import files
from handoff.canned_responses.files import CannedFileView
from handoff.canned_responses.models import CannedResponse, CannedStarter
from handoff.canned_responses.placeholders import first_unfilled, placeholders_in
from handoff.canned_responses.starter_set import STARTERS
from handoff.errors import EmptyTextError, NotAllowedError, NotFoundError, UnfilledPlaceholderError
from handoff.messages.rich_text import clean
from handoff.models import Role
from handoff.people.agents import AgentView
from infra.files import Kept
from knowledge.languages import LANGUAGES

TITLE_LENGTH, FOLDER_LENGTH, TEXT_LENGTH = 100, 60, 10_000
_SHARING = (Role.LEAD, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class CannedView:
    """A canned response."""

    id: int
    title: str
    text: str
    folder: str = ""
    language: str = ""
    """Empty if it fits every language."""
    shared: bool = False
    uses: int = 0
    files: tuple[CannedFileView, ...] = ()


@dataclass(frozen=True, slots=True)
class CannedDraft:
    """A canned response as an agent submits it."""

    title: str
    text: str
    folder: str = ""
    language: str = ""
    shared: bool = False

    def tidy(self) -> "CannedDraft":
        """Return it in the form that is stored: single-line title and folder, a known language or none."""
        return CannedDraft(
            _line(self.title, TITLE_LENGTH),
            clean(self.text.replace("\r\n", "\n")).strip()[:TEXT_LENGTH],
            _line(self.folder, FOLDER_LENGTH),
            self.language if self.language in LANGUAGES else "",
            self.shared,
        )


def may_share(agent: AgentView) -> bool:
    """Return whether the agent may edit shared responses."""
    return agent.role in _SHARING


def list_visible(session: Session, agent_id: int) -> tuple[CannedView, ...]:
    """Return the shared responses and the agent's own, most used first."""
    rows = session.scalars(
        select(CannedResponse).where(_visible(agent_id)).order_by(CannedResponse.uses.desc(), CannedResponse.id)
    ).all()
    kept = files.files_by_response(session, [row.id for row in rows])
    return tuple(_view(row, kept[row.id]) for row in rows)


def search(views: Sequence[CannedView], query: str, language: str) -> tuple[CannedView, ...]:
    """Return the responses with every word of the query, those in the language first, then the most used."""
    wanted = query.casefold().split()
    order = {language: 0, "": 1}
    fitting = [
        view for view in views if all(word in f"{view.title}\n{view.folder}\n{view.text}".casefold() for word in wanted)
    ]

    def rank(view: CannedView) -> tuple[int, bool, int, str]:
        titled = all(word in view.title.casefold() for word in wanted)
        return order.get(view.language, 2), not titled, -view.uses, view.title.casefold()

    return tuple(sorted(fitting, key=rank))


def find(session: Session, response_id: int, agent_id: int) -> CannedView | None:
    """Return a response that the agent sees; None if there is none."""
    row = session.scalar(select(CannedResponse).where(CannedResponse.id == response_id, _visible(agent_id)))
    return _view(row, files.files_by_response(session, [row.id])[row.id]) if row else None


def create(session: Session, draft: CannedDraft, agent: AgentView, now: datetime) -> int:
    """Add a response and return its id.

    Raises:
        EmptyTextError: it has no title or no text.
        NotAllowedError: it is shared, and the agent may only have their own.
    """
    draft = _checked(draft, agent)
    row = CannedResponse(
        owner_id=None if draft.shared else agent.id,
        language=draft.language,
        folder=draft.folder,
        title=draft.title,
        text=draft.text,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def edit(session: Session, response_id: int, draft: CannedDraft, agent: AgentView, now: datetime) -> None:
    """Change a response. Raises as `create` does, and NotFoundError if the agent sees no such response."""
    row = _own(session, response_id, agent)
    draft = _checked(draft, agent)
    row.owner_id = None if draft.shared else agent.id
    row.language, row.folder, row.title, row.text = draft.language, draft.folder, draft.title, draft.text
    row.updated_at = now


def delete(session: Session, response_id: int, agent: AgentView) -> None:
    """Delete a response. Raises NotFoundError, and NotAllowedError for a shared one of others."""
    row = _own(session, response_id, agent)
    files.remove(session, response_id)
    session.delete(row)


def add_files(
    session: Session, response_id: int, agent: AgentView, kept: Sequence[tuple[str, Kept]], limit_mb: int
) -> None:
    """Add files to a response. Raises as `edit` does, and TooLargeError for too many."""
    _own(session, response_id, agent)
    files.add(session, response_id, kept, limit_mb)


def remove_file(session: Session, response_id: int, file_id: int, agent: AgentView) -> None:
    """Remove a file of a response, one that is already gone too. Raises as `edit` does."""
    _own(session, response_id, agent)
    files.remove(session, response_id, file_id)


def count_use(session: Session, response_id: int, agent_id: int) -> None:
    """Count that the agent inserted the response; does nothing if there is none."""
    session.execute(
        update(CannedResponse)
        .where(CannedResponse.id == response_id, _visible(agent_id))
        .values(uses=CannedResponse.uses + 1)
        .execution_options(synchronize_session=False)
    )


def require_filled(session: Session, agent_id: int, text: str) -> None:
    """Refuse a text with an unfilled placeholder: one of ours, or one that a response of the agent's list brings.

    Other words in braces, and everything in code, are the agent's own.

    Raises:
        UnfilledPlaceholderError: names the first one.
    """
    if not placeholders_in(text):
        return
    texts = session.scalars(
        select(CannedResponse.text).where(_visible(agent_id), CannedResponse.text.contains("{", autoescape=True))
    )
    gaps = {word for brought in texts for word in placeholders_in(brought)}
    if word := first_unfilled(text, gaps):
        raise UnfilledPlaceholderError(word)


def install_starters(session: Session, now: datetime) -> int:
    """Add the texts of the starter set that this database never had; return their number."""
    if session.get_bind().dialect.name == "postgresql":  # processes that start together wait for each other
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("canned starters", 0))))
    known = set(session.scalars(select(CannedStarter.key)))
    missing = [starter for starter in STARTERS if starter.key not in known]
    for starter in missing:
        session.add(CannedStarter(key=starter.key, installed_at=now))
        session.add(
            CannedResponse(
                language=starter.language, folder=starter.folder, title=starter.title, text=starter.text, updated_at=now
            )
        )
    session.flush()
    return len(missing)


def _line(text: str, length: int) -> str:
    return " ".join(clean(text).split())[:length]


def _visible(agent_id: int) -> ColumnElement[bool]:
    return or_(CannedResponse.owner_id.is_(None), CannedResponse.owner_id == agent_id)


def _checked(draft: CannedDraft, agent: AgentView) -> CannedDraft:
    draft = draft.tidy()
    if not draft.title or not draft.text:
        raise EmptyTextError("a canned response needs a title and a text")
    if draft.shared and not may_share(agent):
        raise NotAllowedError("only leads and admins edit shared responses")
    return draft


def _own(session: Session, response_id: int, agent: AgentView) -> CannedResponse:
    row = session.scalar(
        select(CannedResponse).where(CannedResponse.id == response_id, _visible(agent.id)).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"there is no canned response {response_id}")
    if row.owner_id is None and not may_share(agent):
        raise NotAllowedError("only leads and admins edit shared responses")
    return row


def _view(row: CannedResponse, kept: tuple[CannedFileView, ...]) -> CannedView:
    shared = row.owner_id is None
    return CannedView(row.id, row.title, row.text, row.folder, row.language, shared, row.uses, kept)
