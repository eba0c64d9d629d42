"""Answers to refused request bodies: JSON for programs, a page for people, a plain sentence for others."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Scope

from bot.web.page_frame import HelpFrame
from handoff.api.problems import refusal as api_refusal
from infra.web.body_limits import Answer, Refusal

_PAGES = ("/help", "/desk", "/demo")
_CODES = {
    Refusal.TOO_LARGE: ("too_large", "The body is larger than this operation accepts."),
    Refusal.ENCODED: ("encoded", "Send the body without a Content-Encoding: compressed bodies are not taken."),
    Refusal.FILES: ("no_files", "This operation takes no multipart form."),
    Refusal.BUSY: ("busy", "Many files are being received. Send the request again in a minute."),
}
_CHAT_FORM = "/help/chat/messages"
_CHAT_PROBLEMS = {Refusal.TOO_LARGE: "size", Refusal.BUSY: "busy"}
_RETRY = {"Retry-After": "60"}

ChatPage = Callable[[Request, str], Awaitable[Response]]
"""Renders the chat with the sentence of a problem (`PROBLEMS` of pages.py)."""


def refusals(frame: HelpFrame, chat: ChatPage) -> Answer:
    """Return a function that answers in the format of the path."""

    async def answer(scope: Scope, refusal: Refusal) -> ASGIApp:
        path, (code, sentence) = scope["path"], _CODES[refusal]
        headers = _RETRY if refusal is Refusal.BUSY else None
        if path.startswith("/api/"):
            return api_refusal(refusal.status, code, sentence, headers=headers)
        if not path.startswith(_PAGES):
            return PlainTextResponse(sentence, refusal.status, headers)
        request = Request(scope)
        if path == _CHAT_FORM and refusal in _CHAT_PROBLEMS:
            page = await chat(request, _CHAT_PROBLEMS[refusal])
            page.headers.update(headers or {})
            return page
        language = frame.language(request, request.query_params.get("lang", ""))
        template = "refusal.html" if request.headers.get("hx-request") == "true" else "refused.html"
        return frame.answer(template, language, status=refusal.status, headers=headers, refusal=refusal)

    return answer
