"""Access control of the pages: sessions and forgery checks.

Every route of the desk is guarded by its route class and declared in `access.py`, so a new one is closed until it is
opened explicitly. Forms that were not served by us are refused everywhere.
"""

import hmac
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from handoff.dashboard.content.uploads import MOST
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.sessions.access import Access, access_to
from handoff.people.agents import ABSOLUTE, DEVICE, AgentView, Login
from handoff.people.sign_ins import STEP_VALID
from infra.web.security import origin_of, same_site

_SEEN_EVERY = timedelta(minutes=1)
_BODY_BYTES = 1 << 20
_FORM_FIELDS = 80
_SAFE = {"GET", "HEAD", "OPTIONS"}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Caller of a page: an agent in a session, or (on the open pages) anonymous. Both have a token for their forms."""

    agent: AgentView | None
    csrf_token: str
    secret: str


class Gate:
    """Reads and writes the cookies, and checks that a form came from our own page."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._database = parts.database.for_pages()
        self._secure = (parts.public_url or "").startswith("https://")
        self._origin = origin_of(parts.public_url) if parts.public_url else None
        prefix = "__Host-" if self._secure else ""
        self._session_cookie, self._form_cookie = f"{prefix}frontdesk", f"{prefix}frontdesk_form"
        self._device_cookie = f"{prefix}frontdesk_device"
        self._step_cookie = f"{prefix}frontdesk_step"

    async def session(self, request: Request) -> Caller | None:
        """Return the agent whose session the cookie opens; keeps the session from going idle."""
        secret = request.cookies.get(self._session_cookie, "")
        if not secret:
            return None
        staff, database = self._parts.staff, self._parts.database
        login = await self._database.read(lambda session: staff.login(session, secret))
        if login is None:
            return None
        if self._parts.clock() - login.last_seen_at > _SEEN_EVERY:
            await database.write(lambda session: staff.keep_alive(session, secret))
        return _visitor(login, secret)

    def stranger(self, request: Request) -> Caller:
        """Return an anonymous visitor; the form's token is kept in a cookie of its own until they sign in."""
        return Caller(None, request.cookies.get(self._form_cookie) or secrets.token_urlsafe(32), "")

    def open_session(self, response: Response, secret: str) -> None:
        self._set(response, self._session_cookie, secret, int(ABSOLUTE.total_seconds()))
        response.delete_cookie(self._form_cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def device(self, request: Request) -> str:
        """Return the secret of a browser in which an agent signed in before; empty for others."""
        return request.cookies.get(self._device_cookie, "")

    def remember_device(self, response: Response, secret: str) -> None:
        self._set(response, self._device_cookie, secret, int(DEVICE.total_seconds()))

    def close_session(self, response: Response) -> None:
        response.delete_cookie(self._session_cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def step(self, request: Request) -> str:
        """Return the secret of a sign-in that waits for its code; empty without one."""
        return request.cookies.get(self._step_cookie, "")

    def open_step(self, response: Response, secret: str) -> None:
        self._set(response, self._step_cookie, secret, int(STEP_VALID.total_seconds()))

    def close_step(self, response: Response) -> None:
        response.delete_cookie(self._step_cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def remember_form(self, response: Response, visitor: Caller) -> None:
        self._set(response, self._form_cookie, visitor.csrf_token, None)

    def same_site(self, request: Request) -> bool:
        """Check the origin as the function does; a browser too old for both headers still needs the form's token."""
        return same_site(request, self._origin)

    async def own_form(self, request: Request, visitor: Caller) -> bool:
        """Return whether the request carries the token of the visitor's own forms.

        Raises HTTPException if the form has more files or fields than any of ours; later readers get the same form.
        """
        given = [request.headers.get("x-csrf-token")]
        given.append(_text((await request.form(max_files=MOST, max_fields=_FORM_FIELDS)).get("csrf")))
        right = visitor.csrf_token.encode()
        return any(hmac.compare_digest(token.encode(), right) for token in given if token)

    def _set(self, response: Response, name: str, value: str, age: int | None) -> None:
        response.set_cookie(name, value, max_age=age, path="/", secure=self._secure, httponly=True, samesite="lax")


def too_big(request: Request) -> bool:
    """Return whether the body is longer than any form without files, or does not announce its length.

    Forms with files are limited with all other bodies, before they reach this check.
    """
    length = request.headers.get("content-length", "")
    bears = "ticket_id" in request.path_params or request.url.path.startswith(("/desk/canned", "/desk/profile/picture"))
    with_files = request.headers.get("content-type", "").startswith("multipart/") and bears
    return not length.isdecimal() or (not with_files and int(length) > _BODY_BYTES)


def changes_something(request: Request) -> bool:
    return request.method not in _SAFE


def guarded_route(
    check: Callable[[Request, Access], Coroutine[Any, Any, Response | None]], nonsense: Callable[[Request], Response]
) -> type[APIRoute]:
    """Build a route class: `check` may respond in place of the route, which needs this access.

    `nonsense` responds to malformed values.
    """

    class CheckedRoute(APIRoute):
        """Runs the check before anything of the route, its parameters included."""

        def get_route_handler(self) -> Handler:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    return await check(request, access_to(request.method, self.path)) or await inner(request)
                except RequestValidationError:
                    return nonsense(request)
                finally:
                    await request.close()  # files of a form that the route did not read

            return handle

    return CheckedRoute


def local_path(path: str, default: str) -> str:
    """Return `path` if it leads to a page of the desk, otherwise `default`: no redirects to other sites."""
    plain = path.startswith("/desk") and "\\" not in path and not any(ord(sign) < 33 for sign in path)
    return path if plain and not path.startswith("/desk/login") else default


def _visitor(login: Login, secret: str) -> Caller:
    return Caller(login.agent, login.csrf_token, secret)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
