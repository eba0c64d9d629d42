"""What resembles a ticket's question: open questions of others, and answers of colleagues to solved ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from handoff.dashboard.wording import Words
from handoff.errors import ClosedError, DeskError, HeldError, UnfilledPlaceholderError
from handoff.similar.group_reply import GroupOutcome
from handoff.similar.open_questions import OpenQuestions
from handoff.similar.solved_answers import SolvedAnswer, SolvedAnswers
from handoff.tickets.queue import TicketView
from infra.clock import Clock
from infra.database import Database


@dataclass(frozen=True, slots=True)
class Similar:
    """Both lists for one ticket."""

    same: tuple[TicketView, ...] = ()
    answers: tuple[SolvedAnswer, ...] = ()


class SimilarFinder:
    """The indexes of this process; both read the database at the first use, which takes seconds on a large one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._open = OpenQuestions(database, clock)
        self._solved = SolvedAnswers(database, clock)

    async def find(self, ticket: TicketView) -> Similar:
        """Return what resembles the question; nothing for one without words."""
        if not ticket.question.strip():
            return Similar()
        return Similar(await self._open.same_as(ticket), await self._solved.near(ticket))


def outcome_sentence(words: Words, outcome: GroupOutcome) -> str:
    """Return which questions got the reply, and why others did not."""
    sent = words.tn(
        "Sent to {count} contact: {numbers}.",
        "Sent to {count} contacts, to each in their own question: {numbers}.",
        len(outcome.sent),
        numbers=_numbers(words, outcome.sent),
    )
    reasons = "; ".join(_reason(words, number, error) for number, error in outcome.skipped)
    if not reasons:
        return sent
    return f"{sent} " + words.t("Not sent: {reasons}.", reasons=reasons)


def _numbers(words: Words, numbers: Sequence[int]) -> str:
    return ", ".join(words.t("#{number}", number=number) for number in numbers)


def _reason(words: Words, number: int, error: DeskError) -> str:
    match error:
        case HeldError(holder=holder):
            return words.t("#{number} is held by {agent}", number=number, agent=holder)
        case ClosedError():
            return words.t("#{number} is closed", number=number)
        case UnfilledPlaceholderError(placeholder=placeholder):
            return words.t("#{number} has no value for {placeholder}", number=number, placeholder=f"{{{placeholder}}}")
        case _:
            return words.t("#{number} cannot be answered", number=number)
