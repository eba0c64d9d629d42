"""Save an answer as a knowledge entry: a page with the first draft, and its form."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from sqlalchemy.orm import Session

from handoff.dashboard.frame import Frame
from handoff.dashboard.sessions.security import guarded_route
from handoff.dashboard.wording import LANGUAGE_NAMES
from handoff.messages.entry_drafts import draft_from_answer, status_for
from infra.storage.columns import LARGEST_ID
from knowledge.entries.drafts import ANSWER_LENGTH, LINE_LENGTH, EntryDraft
from knowledge.entries.problems import KnowledgeError
from knowledge.entries.repository import category_titles, entry

Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def entry_draft_routes(frame: Frame) -> APIRouter:
    """Register the page and its form; the entry is a draft, or for agents a proposal, until a lead publishes it."""
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    parts = frame.parts

    async def page(
        request: Request, ticket_id: int, draft: EntryDraft | None, problem: str = "", key: str = ""
    ) -> Response:
        language = frame.words(request).language
        categories = await parts.database.read(lambda session: category_titles(session, language))
        return frame.answer(
            request,
            "entry_draft.html",
            status=404 if draft is None else 422 if problem else 200,
            place=frame.place(request, ticket_id),
            draft=draft,
            problem=problem,
            key=key,
            proposes=status_for(frame.agent(request).role) == "proposed",
            categories=categories,
            languages=LANGUAGE_NAMES,
            limits=(LINE_LENGTH, ANSWER_LENGTH),
        )

    @router.get("/desk/tickets/{ticket_id}/messages/{message_id}/entry")
    async def entry_page(request: Request, ticket_id: Id, message_id: Id) -> Response:
        role = frame.agent(request).role
        draft = await parts.database.read(lambda session: draft_from_answer(session, message_id, role))
        return await page(request, ticket_id, draft)

    @router.post("/desk/tickets/{ticket_id}/messages/{message_id}/entry")
    async def save(
        request: Request,
        ticket_id: Id,
        message_id: Id,
        question: Annotated[str, Form()] = "",
        answer: Annotated[str, Form()] = "",
        category: Annotated[str, Form()] = "",
        language: Annotated[str, Form()] = "",
    ) -> Response:
        agent, words = frame.agent(request), frame.words(request)
        first = await parts.database.read(lambda session: draft_from_answer(session, message_id, agent.role))
        if first is None:
            return await page(request, ticket_id, None)
        draft = replace(first, question=question, answer=answer, category=category or None, lang=language)
        if not question.strip() or not answer.strip():
            return await page(request, ticket_id, draft, words.t("Write a question and an answer."))

        def work(session: Session) -> str:
            made = entry(session, parts.library.create(session, draft, author=agent.name))
            return made.key if made else ""

        try:
            key = await parts.database.write(work)
        except KnowledgeError as error:
            taken = any("already a phrasing" in problem.reason for problem in error.problems)
            sentence = words.t("The knowledge base has this question already.") if taken else str(error)
            return await page(request, ticket_id, draft, sentence)
        return await page(request, ticket_id, draft, key=key)

    return router
