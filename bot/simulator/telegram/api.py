"""Telegram's Bot API over HTTP: tokens, envelopes, file downloads and injected faults around the methods."""

import json
import math

from aiohttp import web

from bot.simulator.faults import DELIVERED, Fault, Faults
from bot.simulator.loopback import MAX_UPLOAD, BadParameterError, Loopback, read_call
from bot.simulator.phone import Json
from bot.simulator.telegram.checks import ApiError, bad_request
from bot.simulator.telegram.methods import TelegramMethods
from bot.simulator.telegram.world import TelegramWorld

_LEAVES_A_MESSAGE = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


class TelegramApi:
    """Answers `/bot{token}/{method}` and `/file/bot{token}/{path}`."""

    def __init__(
        self, world: TelegramWorld, methods: TelegramMethods, token: str, faults: Faults, loopback: Loopback
    ) -> None:
        self._world = world
        self._methods = methods
        self._token = token
        self._faults = faults
        self._loopback = loopback

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_UPLOAD)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fault = self._faults.pick(method)
        if fault:
            early = await self._loopback.before(request, fault)
            if early is not None:
                return early
        try:
            self._refuse(fault)
            if request.match_info["token"] != self._token:
                raise ApiError(401, "Unauthorized")
            result = await self._methods.carry_out(await read_call(request, method))
        except ApiError as error:
            return _refusal(error)
        except BadParameterError as error:
            return _refusal(bad_request(str(error)))
        body = json.dumps({"ok": True, "result": result}).encode()
        if fault and fault.kind in DELIVERED:
            if method in _LEAVES_A_MESSAGE:
                self._faults.lost.append((result["chat"]["id"], result["message_id"]))
            return await self._loopback.after(request, fault, body)
        return web.Response(body=body, content_type="application/json")

    def _refuse(self, fault: Fault | None) -> None:
        match fault:
            case Fault(kind="rate_limited"):
                seconds = max(1, math.ceil(fault.seconds))
                raise ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)
            case Fault(kind="server_error"):
                raise ApiError(500, "Internal Server Error")
            case Fault(kind="invalid_token"):
                raise ApiError(401, "Unauthorized")
            case Fault(kind="error"):
                raise ApiError(fault.code, fault.description or "Bad Request: refused")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self._token:
            return _refusal(ApiError(401, "Unauthorized"))
        fault = self._faults.pick("download")
        if fault:
            return await self._loopback.before(request, fault) or web.Response(status=500)
        _, _, place = request.match_info["path"].partition("/")
        file = self._world.files.get(place.partition("/")[0])
        if file is None:
            return _refusal(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")


def _refusal(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.retry_after:
        body["parameters"] = {"retry_after": error.retry_after}
    return web.json_response(body, status=error.code)
