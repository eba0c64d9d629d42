"""Telegram's inline mode: live results while a person types the bot's name and a question in any chat.

A query is answered directly and never stored, because a lost answer does no harm: the person types on. A query
therefore never waits in the inbox and never delays receiving, and only the latest query of a person is answered.
"""

import asyncio
import logging
from typing import Any

from bot.channels import LiveAnswer, Search
from bot.channels.telegram.models import AnswerInlineQuery, Bot
from handoff.messages.values import Entity, EntityKind

log = logging.getLogger(__name__)

ENTITIES = {
    EntityKind.BOLD: "bold",
    EntityKind.ITALIC: "italic",
    EntityKind.CODE: "code",
    EntityKind.LINK: "text_link",
}
_AT_ONCE = 4
_WAITING = 32
"""Maximum number of people with open queries; the next person gets no results until they type on."""
_CACHED_SECONDS = 10


class InlineMode:
    """Answers the inline queries of one bot."""

    def __init__(self, bot: Bot, search: Search) -> None:
        self._bot = bot
        self._search = search
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._latest: dict[int, asyncio.Task[None]] = {}

    def take(self, query: dict[str, Any]) -> None:
        """Start to answer; returns at once. Malformed queries are ignored."""
        person = query.get("from")
        identity = person.get("id") if isinstance(person, dict) else None
        if type(identity) is not int or not isinstance(query.get("id"), str):
            return
        if earlier := self._latest.pop(identity, None):
            earlier.cancel()
        if len(self._latest) >= _WAITING:
            return
        language = str(person.get("language_code") or "")[:2].lower() if isinstance(person, dict) else ""
        task = asyncio.create_task(self._answer(query["id"], str(query.get("query") or ""), language))
        self._latest[identity] = task
        task.add_done_callback(lambda done: self._through(identity, done))

    def _through(self, identity: int, done: "asyncio.Task[None]") -> None:
        if self._latest.get(identity) is done:
            del self._latest[identity]

    async def _answer(self, query_id: str, text: str, language: str) -> None:
        try:
            async with self._turns:
                found = await self._search(text[:256], language)
                request = AnswerInlineQuery(
                    inline_query_id=query_id,
                    results=[_article(answer) for answer in found.answers[:50]],
                    cache_time=_CACHED_SECONDS,
                    # The results depend on the user's language.
                    is_personal=True,
                    button={"text": found.ask, "start_parameter": "ask"},
                )
                await self._bot(request, request_timeout=10)
        except Exception as error:  # noqa: BLE001 - the next keystroke asks again
            log.debug("an inline query was not answered: %s", type(error).__name__)

    async def close(self) -> None:
        running = list(self._latest.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _article(answer: LiveAnswer) -> dict[str, Any]:
    content: dict[str, Any] = {
        "message_text": answer.text.text,
        "entities": [_entity(entity) for entity in answer.text.entities],
        "link_preview_options": {"is_disabled": True},
    }
    return {
        "type": "article",
        "id": answer.id,
        "title": answer.title,
        "description": answer.summary,
        "input_message_content": content,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": ENTITIES[entity.kind], "offset": entity.offset, "length": entity.length}
    return shown | ({"url": entity.url} if entity.url else {})
