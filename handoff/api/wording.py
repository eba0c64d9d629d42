"""The bot's sentences, for admins: list them, put them into words of one's own, and go back to the built-in text."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from handoff.api.access import Caller, actor, needs
from handoff.api.parts import ApiParts, Parts
from handoff.api.problems import Refusal
from handoff.api.schemas import Sent
from handoff.models import Role
from handoff.wording.overrides import Override
from handoff.wording.wordbook import LONGEST, Sentence, SentenceGroup

log = logging.getLogger(__name__)

Key = Annotated[str, Path(max_length=64, pattern="^[a-z0-9-]+$")]
Language = Annotated[str, Path(pattern="^[a-z]{2,8}$", description="A language's code, as `ru`.")]
_invalid: dict[int | str, dict[str, Any]] = {
    422: {"model": Refusal, "description": "The text cannot be used; the message names the placeholder or the limit."}
}
router = APIRouter(
    dependencies=[Depends(needs(Role.ADMIN))],
    responses={404: {"model": Refusal, "description": "There is no such sentence, language or text."}},
    tags=["wording"],
)


class WordingIn(Sent):
    """The text that contacts are to read."""

    forms: list[Annotated[str, Field(max_length=10 * LONGEST)]] = Field(
        min_length=1,
        max_length=6,
        description="One text; for a sentence with a plural one for each form of the language, as in `built_in`. Each "
        "keeps the placeholders of the built-in text.",
    )


class LanguageTextOut(BaseModel):
    """A sentence in one language."""

    language: str
    built_in: list[str] = Field(description="One text, or one for each plural form.")
    own: list[str] | None = Field(description="The text in place of the built-in one; null if there is none.")
    fits: bool = Field(
        description="False if an upgrade changed the placeholders: contacts then read the built-in text."
    )
    changed_at: datetime | None


class SentenceOut(BaseModel):
    """A sentence or button of the bot."""

    key: str
    group: SentenceGroup
    english: str
    button: bool = Field(description="A button or a few words in a list: one short line.")
    texts: list[LanguageTextOut]


@router.get("/wording")
async def list_sentences(parts: Parts) -> list[SentenceOut]:
    """List every sentence with its built-in texts and those in their places."""
    kept = await parts.database.read(parts.overrides.read)
    return [_shown(parts, sentence, kept) for sentence in parts.overrides.wordbook.sentences]


@router.get("/wording/{key}")
async def get_sentence(parts: Parts, key: Key) -> SentenceOut:
    """Return one sentence."""
    return await _read(parts, _find(parts, key))


@router.put("/wording/{key}/{language}", responses=_invalid)
async def change_sentence(parts: Parts, caller: Caller, key: Key, language: Language, body: WordingIn) -> SentenceOut:
    """Let contacts read this text; every process says it within seconds."""
    sentence = _find(parts, key, language)

    def work(session: Session) -> None:
        parts.overrides.save(session, sentence, language, body.forms, actor(caller))

    await parts.database.write(work)
    log.info("the sentence %s was changed in %s by agent %d", key, language, caller.id)
    return await _read(parts, sentence)


@router.delete("/wording/{key}/{language}", status_code=204)
async def restore_sentence(parts: Parts, caller: Caller, key: Key, language: Language) -> None:
    """Go back to the built-in text; also for a sentence that the program no longer has."""
    gone = await parts.database.write(lambda session: parts.overrides.remove(session, key, language, actor(caller)))
    if not gone:
        raise HTTPException(404, "There is no text in place of the built-in one.")
    log.info("the sentence %s was restored in %s by agent %d", key, language, caller.id)


def _find(parts: ApiParts, key: str, language: str | None = None) -> Sentence:
    sentence = parts.overrides.wordbook.find(key)
    if sentence is None:
        raise HTTPException(404, "There is no such sentence.")
    if language is not None and language not in parts.overrides.wordbook.languages:
        raise HTTPException(404, "There is no such language.")
    return sentence


async def _read(parts: ApiParts, sentence: Sentence) -> SentenceOut:
    kept = await parts.database.read(lambda session: parts.overrides.read(session, sentence.key))
    return _shown(parts, sentence, kept)


def _shown(parts: ApiParts, sentence: Sentence, kept: Iterable[Override]) -> SentenceOut:
    wordbook = parts.overrides.wordbook
    own = {one.language: one for one in kept if one.key == sentence.key}
    return SentenceOut(
        key=sentence.key,
        group=sentence.group,
        english=sentence.text,
        button=sentence.is_label,
        texts=[
            LanguageTextOut(
                language=code,
                built_in=list(wordbook.built_in(sentence, code)),
                own=list(own[code].forms) if code in own else None,
                fits=code not in own or wordbook.fits(sentence, code, own[code].forms),
                changed_at=own[code].changed_at if code in own else None,
            )
            for code in wordbook.languages
        ],
    )
