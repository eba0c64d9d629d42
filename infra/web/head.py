"""HEAD for every GET route: the same response without its body (RFC 9110 §9.3.2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadLikeGet:
    """ASGI middleware that calls the application as for GET and sends only the head of its response.

    An endless response, such as an event stream, is cut off after its head.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        is_done = False

        async def receive_until_done() -> Message:
            return {"type": "http.disconnect"} if is_done else await receive()

        async def send_head(message: Message) -> None:
            nonlocal is_done
            if is_done:
                return
            await send(
                message if message["type"] == "http.response.start" else {"type": "http.response.body", "body": b""}
            )
            is_done = message["type"] != "http.response.start"

        await self._app({**scope, "method": "GET"}, receive_until_done, send_head)
