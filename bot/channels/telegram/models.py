"""aiogram, imported without building the models that we do not use.

At import aiogram builds over three hundred pydantic models, which costs seconds and more memory than the rest of the
program together. We receive updates as plain dictionaries and send few kinds of messages, so this module defers the
build for all models and does it for the few that requests need. The classes themselves are aiogram's own.

All our modules import aiogram from here; `complete` builds further models on demand.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal, Optional, Union

from pydantic import BaseModel

_complete_model = BaseModel.__dict__["model_rebuild"]
BaseModel.model_rebuild = classmethod(lambda _cls, **_: None)  # type: ignore[method-assign,assignment]
try:
    from aiogram import Bot, exceptions, methods, types
    from aiogram.client.default import Default
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
    from aiogram.methods import TelegramMethod
    from aiogram.methods.base import Response, TelegramType
    from aiogram.types import (
        EphemeralMessageParameters,
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        InputFile,
        LinkPreviewOptions,
        MessageEntity,
        ReplyParameters,
    )
    from aiogram.utils.token import TokenValidationError
finally:
    BaseModel.model_rebuild = _complete_model  # type: ignore[method-assign]

_PIECE = 1 << 20
"""Bytes of a file that are read at once."""
_NAMES = {
    "List": list,
    "Optional": Optional,
    "Union": Union,
    "Literal": Literal,
    "Default": Default,
    **{name: getattr(types, name) for name in types.__all__},
}


def complete(*models: type[BaseModel]) -> None:
    """Build models that refer to each other by forward references, as aiogram does at import for all of them."""
    for model in models:
        model.model_rebuild(_types_namespace=_NAMES)


class StoredFile(InputFile):
    """File to upload that stays closed between its pieces.

    aiogram's own file stays open until the garbage collector finds it if the connection breaks within an upload.
    """

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(name)
        self._path = path

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:  # noqa: ARG002 - aiogram passes it
        """Yield the file in pieces of at most a mebibyte. Raises OSError if it cannot be read."""
        offset = 0
        while piece := await asyncio.to_thread(self._piece, offset):
            yield piece
            offset += len(piece)

    def _piece(self, offset: int) -> bytes:
        with self._path.open("rb") as source:
            source.seek(offset)
            return source.read(_PIECE)


class GetMe(TelegramMethod[dict[str, Any]]):
    """getMe: the bot that the token belongs to."""

    __returning__ = dict[str, Any]
    __api_method__ = "getMe"


class GetFile(TelegramMethod[dict[str, Any]]):
    """getFile: the path where a file can be downloaded within the next hour."""

    __returning__ = dict[str, Any]
    __api_method__ = "getFile"

    file_id: str


class GetUpdates(TelegramMethod[list[Any]]):
    """getUpdates without aiogram's models, where one update that does not validate blocks its batch permanently."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = 100
    timeout: int = 0
    allowed_updates: list[str] | None = None


class GetWebhookInfo(TelegramMethod[dict[str, Any]]):
    """getWebhookInfo: whether Telegram can deliver to our webhook."""

    __returning__ = dict[str, Any]
    __api_method__ = "getWebhookInfo"


class AnswerInlineQuery(TelegramMethod[bool]):
    """answerInlineQuery with plain results: aiogram has models for twenty kinds, and we send one."""

    __returning__ = bool
    __api_method__ = "answerInlineQuery"

    inline_query_id: str
    results: list[dict[str, Any]]
    cache_time: int
    is_personal: bool
    button: dict[str, Any]


class SetMessageReaction(TelegramMethod[bool]):
    """setMessageReaction with a plain reaction: aiogram has models for all kinds."""

    __returning__ = bool
    __api_method__ = "setMessageReaction"

    chat_id: int
    message_id: int
    reaction: list[dict[str, str]]


class DeleteMessage(TelegramMethod[bool]):
    """deleteMessage: a bot deletes its own messages for both sides within 48 hours."""

    __returning__ = bool
    __api_method__ = "deleteMessage"

    chat_id: int
    message_id: int


class SendMessage(methods.SendMessage):
    """sendMessage with a plain dictionary as answer: we read one number of it."""

    __returning__ = dict[str, Any]


class EditMessageText(methods.EditMessageText):
    """editMessageText, likewise."""

    __returning__ = dict[str, Any]


class SendPhoto(methods.SendPhoto):
    """sendPhoto, likewise."""

    __returning__ = dict[str, Any]


class SendDocument(methods.SendDocument):
    """sendDocument, likewise."""

    __returning__ = dict[str, Any]


complete(
    EditMessageText,
    EphemeralMessageParameters,
    SendDocument,
    SendPhoto,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
    SendMessage,
    methods.AnswerCallbackQuery,
    methods.DeleteWebhook,
    methods.SetWebhook,
)

# aiogram asks pydantic for `Response[what a method returns]` with every answer. pydantic rebuilds that class (1 ms)
# unless a reference to it exists.
_ANSWERS = (Response[dict[str, Any]], Response[list[Any]], Response[bool])

__all__ = [
    "PRODUCTION",
    "AiohttpSession",
    "AnswerInlineQuery",
    "Bot",
    "DeleteMessage",
    "EditMessageText",
    "EphemeralMessageParameters",
    "GetFile",
    "GetMe",
    "GetUpdates",
    "GetWebhookInfo",
    "InlineKeyboardButton",
    "InlineKeyboardMarkup",
    "LinkPreviewOptions",
    "MessageEntity",
    "ReplyParameters",
    "SendDocument",
    "SendMessage",
    "SendPhoto",
    "SetMessageReaction",
    "StoredFile",
    "TelegramAPIServer",
    "TelegramMethod",
    "TelegramType",
    "TokenValidationError",
    "complete",
    "exceptions",
    "methods",
    "types",
]
