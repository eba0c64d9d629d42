"""The question form of the help page: it leads to a person, and the answer comes to the chat.

It is a plain form, so it works without scripts. What was typed stays in it when it is refused.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from bot.channels import RawEvent
from bot.channels.web import channel as web
from bot.views.wait_times import forecast
from bot.web.chat.pages import PROBLEMS, Chat, Language, new_key
from bot.web.chat.uploads import NotTakenError, Written
from bot.web.chat.visitors import Visitor
from handoff.tickets.wait_estimate import outlook_of
from infra.database import Database
from infra.storage.columns import LARGEST_ID
from infra.web.body_limits import client_address
from knowledge.entries.repository import EntryView, HelpCategory, categories, entry

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_EMAIL_LENGTH = 254
"""RFC 5321 §4.5.3.1.3, without the angle brackets."""

Number = Annotated[int, Query(ge=0, le=LARGEST_ID)]


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields."""

    text: str = ""
    topic: str = ""
    email: str = ""
    entry: int = 0
    """Id of the entry that left a question open; 0 for none."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What the page shows around the fields."""

    topics: tuple[HelpCategory, ...]
    entry: EntryView | None
    wait: tuple[str, ...]


def question_router(form: "QuestionForm") -> APIRouter:
    """Build the route `/help/ask`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/help/ask")
    async def page(request: Request, lang: Language = "", q: str = "", topic: str = "", entry: Number = 0) -> Response:
        text = q[: form.characters]
        return await form.page(request, lang, Filled(text, topic, entry=entry))

    @router.post("/help/ask")
    async def ask(request: Request, lang: Language = "") -> Response:
        return await form.take(request, lang)

    return router


class QuestionForm:
    """The page of the form, and what is done with a sent one."""

    def __init__(self, database: Database, chat: Chat) -> None:
        self._database = database
        self._chat = chat
        self.characters = chat.uploads.characters

    async def page(
        self, request: Request, lang: str, filled: Filled, *, problem: str = "", status: int = 200
    ) -> Response:
        chat, language = self._chat, self._chat.frame.language(request, lang)
        visitor = chat.visitors.of(request)
        around = await self._database.read(lambda session: self._around(session, language, filled))
        answer = chat.frame.answer(
            "ask.html",
            language,
            status=status,
            headers={"Cache-Control": "no-store"},
            filled=filled,
            around=around,
            new_key=new_key,
            csrf=visitor.form_token,
            problem=problem,
            limits=chat.limits,
        )
        if not visitor.known:
            chat.visitors.remember(answer, visitor)
        return answer

    async def take(self, request: Request, lang: str) -> Response:
        """Store the question, then show the conversation; or show the form again with the reason for a refusal."""
        chat, visitor = self._chat, self._chat.visitors.of(request)
        language = chat.frame.language(request, lang)
        filled = Filled()

        async def event(visitor: Visitor) -> RawEvent:
            nonlocal filled
            written = await chat.uploads.read(request, visitor, client_address(request.scope))
            filled = _filled(written)
            if not any(map(str.isalnum, filled.text)):
                raise NotTakenError("empty")
            if filled.email and not _is_email(filled.email):
                raise NotTakenError("email", filled.text)
            view = await self._database.read(lambda session: _entry(session, filled.entry))
            about = web.ForPerson(filled.topic, filled.email, view.question if view else "")
            message = web.message_event(visitor.id, written.key, filled.text, chat.clock(), language, written.files)
            return web.address_to_person(message, about)

        try:
            await chat.store(request, visitor, event)
        except NotTakenError as error:
            kept = filled if filled.text else Filled(error.text)
            return await self.page(request, lang, kept, problem=error.problem, status=PROBLEMS[error.problem])
        return await chat.show_reply(visitor, language)

    def _around(self, session: Session, language: str, filled: Filled) -> _Around:
        topics = tuple(topic for topic in categories(session, language) if topic.key)
        known = filled.topic if any(topic.key == filled.topic for topic in topics) else None
        outlook = outlook_of(session, known, self._chat.clock())
        return _Around(topics, _entry(session, filled.entry), forecast(language, outlook))


def _filled(written: Written) -> Filled:
    fields = written.fields
    number = fields.get("entry", "")
    entry_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    return Filled(written.text, fields.get("category", "")[:64], fields.get("email", "").strip(), entry_id)


def _is_email(text: str) -> bool:
    return len(text) <= _EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def _entry(session: Session, number: int) -> EntryView | None:
    view = entry(session, number) if number else None
    return view if view is not None and view.status == "published" else None
