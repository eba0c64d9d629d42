"""Access control of the demo, which shows its agent's password: only browsers on this machine may reach it."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
_FORWARDED = {"forwarded", "via", "x-real-ip"}


class LocalOnly:
    """Middleware: refuses requests for other host names (DNS rebinding) and requests forwarded by a proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(Headers(scope=scope)):
            sentence = (
                "The demo answers on this machine only: open it at http://127.0.0.1, on the port that it named.\n"
            )
            await PlainTextResponse(sentence, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(headers: Headers) -> bool:
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers):
        return False
    host, _, port = headers.get("host", "").lower().rpartition(":")
    name = host if host and port.isdecimal() else headers.get("host", "").lower()
    return name in _HOSTS and len(headers.getlist("host")) == 1
