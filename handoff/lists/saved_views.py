"""Saved views: lists of the queue under names of their own."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from handoff.errors import DeskError, EmptyTextError, NotFoundError
from handoff.lists.models import SavedView
from handoff.messages.names import readable
from handoff.models import Role
from handoff.people.agents import AgentView
from infra.clock import Clock

MOST = 20
"""Views that an agent may save, and shared ones: they stand in one line above the queue."""
NAME_LENGTH = 40
_QUERY_LENGTH = 1000


class TooManyViewsError(DeskError):
    """There are `MOST` views already."""


@dataclass(frozen=True, slots=True)
class ViewOfQueue:
    """A saved list of the queue."""

    id: int
    name: str
    query: str
    shared: bool
    editable: bool
    """The agent who asked may rename and delete it."""


def list_views(session: Session, agent: AgentView) -> tuple[ViewOfQueue, ...]:
    """Return the shared views and the agent's own, oldest first."""
    wanted = select(SavedView).where(or_(SavedView.owner_id == agent.id, SavedView.owner_id.is_(None)))
    found = session.scalars(wanted.order_by(SavedView.owner_id.is_not(None), SavedView.id))
    return tuple(
        ViewOfQueue(row.id, row.name, row.query, row.owner_id is None, _may_change(row, agent)) for row in found
    )


def save_view(session: Session, agent: AgentView, name: str, query: str, clock: Clock, *, shared: bool = False) -> int:
    """Save a list under a name and return the view's id; agents who are no leads save only for themselves.

    Raises:
        EmptyTextError: the name is empty.
        TooManyViewsError: the agent has `MOST` views, or all share `MOST`.
    """
    owner = None if shared and agent.role is not Role.AGENT else agent.id
    same = SavedView.owner_id.is_(None) if owner is None else SavedView.owner_id == owner
    if session.scalars(select(func.count()).select_from(SavedView).where(same)).one() >= MOST:
        raise TooManyViewsError(f"there are {MOST} views already")
    row = SavedView(owner_id=owner, name=_name(name), query=query[:_QUERY_LENGTH], created_at=clock())
    session.add(row)
    session.flush()
    return row.id


def rename_view(session: Session, agent: AgentView, view_id: int, name: str) -> None:
    """Rename a view. Raises EmptyTextError, and NotFoundError for a view that the agent may not change."""
    _own(session, agent, view_id).name = _name(name)


def delete_view(session: Session, agent: AgentView, view_id: int) -> None:
    """Delete a view. Raises NotFoundError for a view that the agent may not change."""
    session.delete(_own(session, agent, view_id))


def _own(session: Session, agent: AgentView, view_id: int) -> SavedView:
    row = session.get(SavedView, view_id)
    if row is None or not _may_change(row, agent):
        raise NotFoundError(f"there is no view {view_id} of yours")
    return row


def _may_change(row: SavedView, agent: AgentView) -> bool:
    return row.owner_id == agent.id or (row.owner_id is None and agent.role is not Role.AGENT)


def _name(name: str) -> str:
    name = readable(name)[:NAME_LENGTH].strip()
    if not name:
        raise EmptyTextError("a view needs a name")
    return name
