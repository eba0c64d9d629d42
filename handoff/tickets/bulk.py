"""One action on several tickets: each is done or left, and the result says why."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from handoff.errors import ClosedError, DeskError, HeldError, ReasonMissingError

MOST = 50
"""Tickets at once, as many as a page of the queue has."""


class BulkAction(StrEnum):
    """What can be done with several tickets."""

    TAKE = "take"
    RESOLVE = "resolve"
    ASSIGN = "assign"
    MUTE = "mute"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How many tickets were changed, and why the others were not."""

    done: int
    held: tuple[tuple[str, int], ...]
    """Names of holders with the number of their tickets."""
    closed: int
    other: int


def act_on_each(session: Session, ticket_ids: Collection[int], work: Callable[[Session, int], object]) -> BulkResult:
    """Run `work` for each ticket, at most `MOST`; a ticket that refuses it is left unchanged."""
    done, closed, other = 0, 0, 0
    held: Counter[str] = Counter()
    for ticket_id in sorted(ticket_ids)[:MOST]:  # in one order, so that two agents do not block each other
        try:
            with session.begin_nested():  # what a refusal leaves half-done is undone
                work(session, ticket_id)
            done += 1
        except (HeldError, ReasonMissingError) as error:
            held[error.holder] += 1
        except ClosedError:
            closed += 1
        except DeskError:
            other += 1
    return BulkResult(done, tuple(sorted(held.items())), closed, other)
