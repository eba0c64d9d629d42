"""Browser security of every page: security headers, the content policy and the check of a request's origin."""

from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_STRICT_TRANSPORT = f"max-age={int(timedelta(days=365).total_seconds())}"


class SecurityHeaders:
    """Middleware that sets security headers such as `nosniff` on every response.

    The content policy is set on every page and every script (for workers). Redirects lead to a path of ours, never to
    the host that the request names. `public_url` with https restricts browsers to https.
    """

    def __init__(self, app: ASGIApp, public_url: str | None = None) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if (public_url or "").startswith("https://"):
            self._headers["Strict-Transport-Security"] = _STRICT_TRANSPORT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if "location" in headers:
                    headers["location"] = local_location(headers["location"])
                if headers.get("content-type", "").startswith(("text/html", "image/svg", "text/javascript")):
                    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def same_site(request: Request, own_origin: str | None) -> bool:
    """Return whether the browser reports that the request comes from our own pages; without a report it passes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or origin_of(origin) in {own_origin, origin_of(str(request.base_url))}


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def local_location(location: str) -> str:
    """Reduce a redirect to path, query and fragment: no host, and one slash at the start so that it cannot name one."""
    parts = urlsplit(location)
    path = "/" + parts.path.lstrip("/\\") if parts.netloc or parts.path.startswith(("/", "\\")) else parts.path
    return urlunsplit(("", "", path, parts.query, parts.fragment))
