"""VK's API over HTTP: tokens, rates, error objects and injected faults around the methods, and the long poll server."""

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.simulator.faults import DELIVERED, Fault, Faults
from bot.simulator.loopback import CALLS_KEPT, MAX_UPLOAD, BadParameterError, Call, Loopback, read_call
from bot.simulator.pace import Pace
from bot.simulator.phone import Json
from bot.simulator.vk.checks import VkError, bad_parameter
from bot.simulator.vk.world import VkWorld

_SECRETS = frozenset({"access_token", "v"})


class VkApi:
    """Answers `/method/{name}`, `/longpoll/{group}` and `/upload/{kind}`."""

    def __init__(
        self,
        world: VkWorld,
        methods: dict[str, Callable[[Call], Any]],
        token: str,
        faults: Faults,
        loopback: Loopback,
    ) -> None:
        self.strict_rate = True
        self.earned_6 = 0
        self.calls: deque[tuple[str, Json]] = deque(maxlen=CALLS_KEPT)
        self._world = world
        self._methods = methods
        self._token = token
        self._faults = faults
        self._loopback = loopback
        # One request more than the limit is accepted: VK counts per second of its own clock.
        self._pace = Pace(per_second=20, burst=20, leeway=1)

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_UPLOAD)
        app.router.add_route("*", "/method/{name}", self._handle)
        app.router.add_route("*", "/longpoll/{group}", self._check)
        app.router.add_post("/upload/{kind}", self._upload)
        app.router.add_get("/files/{key}/{name}", self._download)
        return app

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["name"]
        fault = self._faults.pick(method)
        if fault:
            early = await self._loopback.before(request, fault)
            if early is not None:
                return early
            if fault.kind == "server_error":
                return web.Response(status=500, text="Internal Server Error")
        call = await read_call(request, method)
        try:
            result = self._carry_out(request, call, fault)
        except VkError as error:
            return _refusal(call, error)
        except BadParameterError as error:
            return _refusal(call, bad_parameter(str(error)))
        body = json.dumps({"response": result}).encode()
        if fault and fault.kind in DELIVERED:
            if method == "messages.send":
                self._note_lost(result)
            return await self._loopback.after(request, fault, body)
        return web.Response(body=body, content_type="application/json")

    def _carry_out(self, request: web.Request, call: Call, fault: Fault | None) -> Any:  # noqa: ANN401 - any answer
        match fault:
            case Fault(kind="rate_limited"):
                raise VkError(6)
            case Fault(kind="invalid_token"):
                raise VkError(5)
            case Fault(kind="error"):
                raise VkError(fault.code, fault.description)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._token not in {call.text("access_token"), bearer}:
            raise VkError(5)
        if not call.text("v"):
            raise VkError(8, "Invalid request: v (version) is required")
        if self.strict_rate and self._pace.wait(self._token, self._world.clock().timestamp()):
            self.earned_6 += 1
            raise VkError(6)
        method = self._methods.get(call.method)
        if method is None:
            raise VkError(3)
        self.calls.append((call.method, {name: value for name, value in call.params.items() if name not in _SECRETS}))
        return method(call)

    def _note_lost(self, result: Any) -> None:  # noqa: ANN401 - a bare id, or a list for peer_ids
        sent = {item["message_id"] for item in result} if isinstance(result, list) else {result}
        for user_id, talk in self._world.talks.items():
            found = [(user_id, cmid) for cmid, message in talk.messages.items() if message["id"] in sent]
            self._faults.lost += [place for place in found if place not in self._faults.lost]

    async def _check(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.pick("a_check")
        if fault:
            early = await self._loopback.before(request, fault)
            if early is not None:
                return early
            if fault.kind == "server_error":
                return web.Response(status=500, text="Internal Server Error")
        call = await read_call(request, "a_check")
        if call.text("act") != "a_check":
            raise web.HTTPBadRequest
        wait = call.integer("wait", 25)
        answer = await self._world.longpoll.check(call.text("key"), call.text("ts"), wait, self._loopback.closing)
        body = json.dumps(answer).encode()
        if fault and fault.kind in DELIVERED:
            return await self._loopback.after(request, fault, body)
        return web.Response(body=body, content_type="application/json")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.pick("download")
        if fault:
            return await self._loopback.before(request, fault) or web.Response(status=500)
        content = self._world.files.get(request.match_info["key"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        files = (await read_call(request, "upload")).files
        self._world.uploads += [(file.name, file.content) for file in files.values()]
        if request.match_info["kind"] == "photo" and ("photo" in files or "file1" in files):
            return web.json_response({"server": 1, "photo": '[{"photo":"1"}]', "hash": "1f"})
        if request.match_info["kind"] == "doc" and "file" in files:
            return web.json_response({"file": f"doc|{files['file'].name}"})
        return web.json_response({"error": "no file"})


def _refusal(call: Call, error: VkError) -> web.Response:
    params = [{"key": "method", "value": call.method}]
    params += [{"key": name, "value": str(value)} for name, value in call.params.items() if name != "access_token"]
    body = {"error_code": error.code, "error_msg": error.description, "request_params": params}
    if error.code == 14:
        body |= {"captcha_sid": "239633676097", "captcha_img": "https://api.vk.ru/captcha.php?sid=239633676097"}
    return web.json_response({"error": body})
