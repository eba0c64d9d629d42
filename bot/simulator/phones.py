"""The demo page with two phones: its user writes as a member of the community, in VK or in Telegram.

The phones are views of the simulators, so every message passes through the real adapters. All open pages share one
guest per platform. The page holds no inline script or style; its files are in `STATIC`, which the owner of the router
mounts at `/demo/static`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.templating import Jinja2Templates
from heroicons.jinja import heroicon_mini

from bot.simulator.page_words import ENGLISH, PAGE_WORDS, PageWords
from bot.simulator.phone import ChatMessage, Json, utf16_length
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator

STATIC = Path(__file__).parent / "static"
GUEST = 770_001
MAX_TEXT = 4096
HEARTBEAT = 15.0
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


class Platform(StrEnum):
    """The platform of a phone."""

    VK = "vk"
    TELEGRAM = "telegram"


def router(
    telegram: TelegramSimulator,
    vk: VkSimulator,
    *,
    guest: int = GUEST,
    login: tuple[str, str] | None = None,
    language_of: Callable[[str], str] = lambda _: ENGLISH.language,
) -> APIRouter:
    """Build the routes of the page at `/` and of its requests under `/demo`.

    `login` is the e-mail and password of the demo agent, which the page shows. `language_of` returns its language
    for the browser's `Accept-Language`.
    """
    phones: dict[Platform, TelegramSimulator | VkSimulator] = {Platform.VK: vk, Platform.TELEGRAM: telegram}

    def introduce(words: PageWords) -> None:
        """Give the guest a name and a language; one who has written keeps theirs."""
        for phone in phones.values():
            if not phone.chat(guest):
                phone.join(guest, *words.guest, words.language)

    introduce(ENGLISH)
    templates = Jinja2Templates(Path(__file__).parent / "templates")
    templates.env.globals["icon"] = heroicon_mini
    routes = APIRouter()

    @routes.get("/")
    async def page(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language", ""))
        words = PAGE_WORDS.get(language, ENGLISH)
        introduce(words)
        context = {"login": login, "words": words}
        headers = {
            "Content-Security-Policy": CONTENT_POLICY,
            "Referrer-Policy": "same-origin",
            "Vary": "Accept-Language",
        }
        return templates.TemplateResponse(request, "phones.html", context, headers=headers)

    @routes.get("/demo/{platform}/chat")
    async def chat(platform: Platform) -> Json:
        phone = phones[platform]
        messages = [_shown(message) for message in phone.chat(guest)]
        return {"messages": messages, "notice": phone.notice(guest), "answered": phone.presses_answered()}

    @routes.post("/demo/{platform}/messages", status_code=204)
    async def write(platform: Platform, text: Annotated[str, Body(embed=True)]) -> None:
        if not text.strip() or utf16_length(text) > MAX_TEXT:
            raise HTTPException(422, f"a message has from 1 to {MAX_TEXT} characters")
        await phones[platform].writes(guest, text.strip())

    @routes.post("/demo/{platform}/start", status_code=204)
    async def start(platform: Platform) -> None:
        await phones[platform].starts(guest)

    @routes.post("/demo/{platform}/press", status_code=204)
    async def press(
        platform: Platform, message_id: Annotated[int, Body()], data: Annotated[str, Body(max_length=256)]
    ) -> None:
        try:
            await phones[platform].presses(guest, message_id, data)
        except LookupError:
            raise HTTPException(404, "there is no such button") from None

    @routes.get("/demo/events")
    async def events() -> Response:
        return StreamingResponse(
            news(telegram, vk), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return routes


async def news(telegram: TelegramSimulator, vk: VkSimulator, heartbeat: float = HEARTBEAT) -> AsyncGenerator[str, None]:
    """Yield server-sent events with both revisions: at once and after each change, with comments as heartbeat."""
    known = (-1, -1)
    while True:
        now = (vk.revision, telegram.revision)
        if now == known:
            yield ": still here\n\n"
        else:
            known = now
            yield f"data: {json.dumps({'vk': now[0], 'telegram': now[1]})}\n\n"
        waits = [
            asyncio.ensure_future(vk.wait_change(known[0], heartbeat)),
            asyncio.ensure_future(telegram.wait_change(known[1], heartbeat)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
                with suppress(asyncio.CancelledError):
                    await wait


def _shown(message: ChatMessage) -> dict[str, Any]:
    buttons = [
        [{"label": button.label, "data": button.data, "kind": button.kind} for button in row] for row in message.buttons
    ]
    return {
        "id": message.id,
        "mine": message.mine,
        "text": message.text,
        "entities": message.entities,
        "buttons": buttons,
        "edited": message.edited,
        "sent_at": message.sent_at.isoformat(),
        "attachments": message.attachments,
        "reaction": message.reaction,
    }
