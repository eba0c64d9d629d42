"""The Telegram client: aiogram's Bot over our session."""

from contextvars import ContextVar
from functools import cache
from typing import Any, cast

from aiohttp import ClientSession, ClientTimeout, FormData, TCPConnector
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import JsonPayload, Payload

from bot.channels.telegram.models import (
    PRODUCTION,
    AiohttpSession,
    Bot,
    TelegramAPIServer,
    TelegramMethod,
    TelegramType,
    TokenValidationError,
    exceptions,
)
from infra.errors import PlainError

CONNECT_TIMEOUT = 5.0
REQUEST_TIMEOUT = 15
"""Seconds for one call, shorter than the lease of a delivery."""


class _Tracked(Payload):
    """A request body that records whether it was written completely; an incomplete request has no effect."""

    def __init__(self, body: Payload) -> None:
        super().__init__(body, headers=body.headers, content_type=body.content_type)
        self._body = body
        self.written = False

    @property
    def size(self) -> int | None:
        return self._body.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._body.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await self._body.write_with_length(writer, content_length)
        self.written = True

    async def close(self) -> None:
        await self._body.close()


_body: ContextVar[_Tracked | None] = ContextVar("the body of the request that this task makes", default=None)


class NotWrittenError(exceptions.TelegramNetworkError):
    """The connection failed before the request was written completely, so Telegram cannot have executed it."""


@cache
def _connector_settings() -> dict[str, Any]:
    """Cached SSL context of aiogram: creating one reads all trusted authorities, about 50 ms of processor time."""
    return AiohttpSession()._connector_init  # noqa: SLF001 - a session of ours has it too


class ProxiedSession(AiohttpSession):
    """aiogram's session with aiohttp's own HTTP proxy (aiogram's needs a SOCKS library) and a limit for connecting.

    The separate limit distinguishes "nothing was sent" from "no answer came"; one total limit cannot.
    """

    def __init__(self, api: TelegramAPIServer, proxy: str | None) -> None:
        super(AiohttpSession, self).__init__(api=api, timeout=REQUEST_TIMEOUT)
        self._session = None
        self._connector_type = TCPConnector
        self._connector_init = _connector_settings()
        self._should_reset_connector = False
        self._proxy = None
        self._http_proxy = proxy

    async def create_session(self) -> ClientSession:
        if self._session is None or self._session.closed:
            connector = self._connector_type(**self._connector_init)
            self._session = ClientSession(connector=connector, proxy=self._http_proxy, trust_env=False)
        return self._session

    async def close(self) -> None:
        # Skips aiogram's pause of 250 ms: aiohttp itself waits until encrypted connections are closed.
        if self._session is not None:
            await self._session.close()

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        """Build JSON if there is no file: the Bot API takes both, and a form costs three times as much to write."""
        files: dict[str, Any] = {}
        given = method.model_dump(warnings=False, exclude_none=True)
        fields = {name: self.prepare_value(value, bot, files, _dumps_json=False) for name, value in given.items()}
        if files:
            form: Payload = super().build_form_data(bot, method)()
        else:
            form = JsonPayload({name: value for name, value in fields.items() if value is not None})
        body = _Tracked(form)
        _body.set(body)
        return cast("FormData", body)  # aiogram passes any body on to aiohttp

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's own signature
    ) -> TelegramType:
        limits = ClientTimeout(total=timeout or self.timeout, connect=CONNECT_TIMEOUT)
        _body.set(None)
        try:
            # aiogram passes the value to aiohttp unchanged.
            return await super().make_request(bot, method, cast("int", limits))
        except exceptions.TelegramNetworkError as error:
            if (body := _body.get()) is not None and not body.written:
                raise NotWrittenError(error.method, error.message) from error.__cause__
            raise


def open_bot(token: str, api_url: str | None, proxy: str | None) -> Bot:
    """Build the bot's client without connecting. Raises PlainError when the token is malformed."""
    api = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
    try:
        return Bot(token, session=ProxiedSession(api, proxy))
    except TokenValidationError:
        raise PlainError(
            "The Telegram token does not look like one: copy it whole from @BotFather, it has the form 123456:ABC…"
        ) from None
