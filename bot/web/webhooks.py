"""Webhooks: calls are checked, stored and acknowledged by the account's channel."""

import logging
from collections.abc import Callable, Mapping
from typing import cast

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from bot.channels import Channel, HookedChannel, HookReply, Inlet

log = logging.getLogger(__name__)

BODY_BYTES = 1024 * 1024


def hook_router(channels: Mapping[str, Channel], inlet: Callable[[str], Inlet]) -> APIRouter:
    """Build `POST /hooks/{kind}/{account}` for every account whose channel accepts calls."""
    router = APIRouter(include_in_schema=False)

    @router.post("/hooks/{kind}/{name}")
    async def receive(kind: str, name: str, request: Request) -> Response:
        account = f"{kind}:{name}"
        channel = channels.get(account)
        if channel is None or not hasattr(channel, "accept"):
            return PlainTextResponse("", 404)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("", 413)
        try:
            reply = await cast("HookedChannel", channel).accept(dict(request.headers), body, inlet(account))
        except Exception:  # nothing was stored: the platform must repeat the call
            log.warning("%s: an event could not be stored", account, exc_info=True)
            reply = HookReply(503)
        return PlainTextResponse(reply.body, reply.status)

    return router


async def _body(request: Request) -> bytes | None:
    """Read the whole body; returns None as soon as it is longer than any event."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return body
