"""Each route of the desk has a least role; a route without one is refused to everybody."""

import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRouter

from bot.channels.registry import BADGES, DELETABLE_FOR, FORMATS, TITLES
from bot.conversation.forms import list_steps
from handoff.dashboard import DeskParts
from handoff.dashboard.frame import Frame
from handoff.dashboard.page_renderer import Pages
from handoff.dashboard.sessions.access import LEAST, Access, access_to
from handoff.dashboard.sessions.security import Gate, guarded_route
from handoff.models import Role
from tests.office import Browser, Office, routes_of

ANYTHING = {
    "{unknown:path}": "nonsense",
    "{name}": "desk.css",
    "{secret}": "none",
    "{change}": "enable",
    "{key}": "no-key",
    "{language}": "en",
}
ROLES = {None: Access.ANYONE, Role.AGENT: Access.AGENT, Role.LEAD: Access.LEAD, Role.ADMIN: Access.ADMIN}


def routes(office: Office) -> Iterator[tuple[str, str]]:
    """Method and path template of every route of the desk."""
    for route in routes_of(office.app.routes):
        if route.path.startswith("/desk"):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path


def asked(office: Office) -> list[tuple[str, str]]:
    """The routes that end, signing out last."""
    ends = (route for route in routes(office) if route != ("GET", "/desk/events"))
    return sorted(ends, key=lambda route: route == ("POST", "/desk/logout"))


async def ask(browser: Browser, method: str, template: str) -> httpx.Response:
    """Ask for a route whose rows do not exist: the access is decided before they are looked up."""
    path = template
    for name, value in ANYTHING.items():
        path = path.replace(name, value)
    path = re.sub(r"{\w+_id}", "999", path)
    assert "{" not in path, f"name a value for {path}"
    if method == "GET":
        return await browser.get(path)
    return await browser.sends(path)


def test_every_route_is_declared_and_every_declaration_is_a_route(office: Office) -> None:
    assert {f"{method} {path}" for method, path in routes(office)} == set(LEAST)


def test_a_role_includes_those_before_it() -> None:
    for role in Role:
        assert [access.admits(role) for access in Access] == [access <= ROLES[role] for access in Access]
    assert access_to("GET", "/desk/new") is Access.UNDECLARED
    assert access_to("HEAD", "/desk") is Access.AGENT


@pytest.mark.parametrize("role", ROLES, ids=str)
async def test_every_route_admits_its_least_role_and_those_above(office: Office, role: Role | None) -> None:
    agent = await office.agent("Olga", role) if role else None
    async with office.browser() as browser:
        if agent:
            await browser.signs_in(agent.email)
        answers = [(method, path, await ask(browser, method, path)) for method, path in asked(office)]
    refused, admitted = 0, 0
    for method, path, answer in answers:
        least = access_to(method, path)
        where = f"{method} {path}"
        if agent is None and least is not Access.ANYONE:
            assert answer.status_code in {303, 401, 403}, where
            assert answer.headers.get("location", "/desk/login").startswith("/desk/login"), where
            refused += 1
        elif least > ROLES[role]:
            assert answer.status_code == 403, where
            assert "This is for" in answer.text, where
            assert answer.headers["content-type"].startswith("text/html"), where
            refused += 1
        else:
            assert "This is for" not in answer.text, where
            assert answer.status_code < 500, where
            admitted += 1
    assert admitted >= 3
    assert (refused > 0) == (role is not Role.ADMIN)


@pytest.mark.parametrize("role", list(Role))
async def test_an_undeclared_route_is_refused_to_everybody(office: Office, role: Role) -> None:
    parts = DeskParts(
        office.database, office.desk, office.outbox, office.staff, office.bus, office.clock, office.library,
        office.live, None, "en", office.files, 1, BADGES, TITLES, FORMATS, DELETABLE_FOR, office.team,
        list_steps,
        office.overrides,
        office.webhooks,
    )  # fmt: skip
    frame = Frame(parts, Pages(BADGES, TITLES), Gate(parts))
    router = APIRouter(route_class=guarded_route(frame.check, frame.nonsense))
    reached: list[str] = []

    @router.get("/desk/new")
    async def new(request: Request) -> Response:
        reached.append(request.url.path)
        return Response("secret")

    app = FastAPI()
    app.include_router(router)
    async with office.signed_in(await office.agent("Olga", role)) as browser:
        cookies = dict(browser.client.cookies)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://desk.test", cookies=cookies
    ) as client:
        answer = await client.get("/desk/new")
    assert (answer.status_code, reached) == (403, [])
    assert "secret" not in answer.text
    assert "no such page" in answer.text


@pytest.mark.parametrize(
    ("role", "language", "says"),
    [
        (Role.AGENT, "en", "This is for admins. Please ask one of them."),
        (Role.LEAD, "ru", "Это доступно администраторам."),
        (Role.LEAD, "hu", "Ez az adminisztrátoroknak szól."),
    ],
)
async def test_others_are_told_in_words_whom_the_settings_are_for(
    office: Office, role: Role, language: str, says: str
) -> None:
    async with office.signed_in(await office.agent("Olga", role), language) as browser:
        answer = await browser.get("/desk/settings/audit")
        assert (answer.status_code, says in answer.text) == (403, True)
        assert "/desk/settings" not in (await browser.get("/desk")).text


async def test_an_admin_finds_the_settings_in_the_rail(office: Office) -> None:
    async with office.signed_in(await office.agent("Olga", Role.ADMIN)) as browser:
        assert 'href="/desk/settings"' in (await browser.get("/desk")).text
        assert (await browser.get("/desk/settings")).status_code == 303
