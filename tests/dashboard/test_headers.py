"""Security headers of every answer, and targets of redirects."""

from pathlib import Path

import pytest

from infra.web.security import local_location
from tests.office import Office, open_office


@pytest.mark.parametrize(
    "path", ["/help/", "/desk/", "/desk/login/", "/api/v1", "/desk", "//evil.example/", "/\\evil.example/"]
)
async def test_no_redirect_names_the_host_of_the_request(office: Office, path: str) -> None:
    async with office.browser(Host="evil.example") as browser:
        answer = await browser.get(path)
        location = answer.headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "evil.example" not in location or "evil.example" in path


@pytest.mark.parametrize(
    ("location", "local"),
    [
        ("http://evil.example/help", "/help"),
        ("https://evil.example:8443/help?lang=ru#latest", "/help?lang=ru#latest"),
        ("http://evil.example//other.example/x", "/other.example/x"),
        ("//evil.example/x", "/x"),
        ("/\\evil.example", "/evil.example"),
        ("http://evil.example", "/"),
        ("/desk/tickets/1?show=mine", "/desk/tickets/1?show=mine"),
        (
            "/desk/login?next=%2Fdesk%2Ftickets%2F1%3Fshow%3Dmine",
            "/desk/login?next=%2Fdesk%2Ftickets%2F1%3Fshow%3Dmine",
        ),
    ],
)
def test_a_redirect_is_a_path_of_ours(location: str, local: str) -> None:
    assert local_location(location) == local


async def test_browsers_are_held_to_https_where_the_public_address_has_it(office: Office, tmp_path: Path) -> None:
    (tmp_path / "secure").mkdir()
    async with office.browser() as browser:
        assert "strict-transport-security" not in (await browser.get("/help")).headers
    async with (
        open_office(tmp_path / "secure", public_url="https://help.example.org") as secure,
        secure.browser() as browser,
    ):
        for path in ("/help", "/desk/login", "/api/v1/openapi.json", "/nowhere"):
            answer = await browser.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
