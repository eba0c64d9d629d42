"""For how many days texts and files are kept, for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent
from handoff.models import Role
from handoff.retention.expired import count_expired
from handoff.retention.rules import FEWEST_DAYS, MOST_DAYS, Retention, read_retention
from handoff.retention.saving import change_retention

router = APIRouter(tags=["settings"], dependencies=[Depends(needs(Role.ADMIN))])
_Days = Annotated[int | None, Field(ge=FEWEST_DAYS, le=MOST_DAYS)]


class RetentionIn(Sent):
    """Days for which things are kept; null for no limit."""

    question_days: _Days = Field(description="Texts and files of a question, after it was closed.")
    conversation_days: _Days = Field(description="Lines outside of questions, lookups, and events as received.")
    confirm: bool = Field(False, description="Needed if something would be deleted at once.")


class RetentionOut(BaseModel):
    """Days for which things are kept; null for no limit."""

    question_days: int | None
    conversation_days: int | None


@router.get("/retention")
async def get_retention(parts: Parts) -> RetentionOut:
    """Return for how many days things are kept."""
    return _shown(await parts.database.read(read_retention))


@router.put(
    "/retention",
    responses={409: {"model": Refusal, "description": "Something would be deleted at once: confirm it."}},
)
async def replace_retention(parts: Parts, caller: Caller, body: RetentionIn) -> RetentionOut:
    """Set for how many days things are kept. What has expired is deleted within the hour and cannot be restored."""
    wanted = Retention(body.question_days, body.conversation_days)

    def work(session: Session) -> None:
        expired = count_expired(session, wanted, parts.clock())
        if expired and not body.confirm:
            raise HTTPException(
                409,
                f"This deletes {'at least ' if expired.more else ''}{expired.questions} questions with {expired.files}"
                f" files and {expired.lines} lines of conversations with the bot: repeat it with “confirm”.",
            )
        change_retention(session, wanted, actor(caller), parts.clock)

    await parts.database.write(work)
    return _shown(wanted)


def _shown(kept: Retention) -> RetentionOut:
    return RetentionOut(question_days=kept.questions, conversation_days=kept.conversations)
