"""Admins change the bot's sentences by REST, by the rules of the page."""

from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.models import Role
from handoff.wording.wordbook import key_of
from tests.api.test_access import client
from tests.office import Office

PASSED = "Your question #{number} has been passed to a person."
PATH = f"/wording/{key_of(PASSED)}"


@pytest.fixture
async def admin(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("console", Role.ADMIN)) as opened:
        yield opened


async def test_a_sentence_is_listed_changed_and_restored(admin: httpx.AsyncClient) -> None:
    listed = {one["english"]: one for one in (await admin.get("/wording")).json()}
    assert len(listed) > 100
    assert (listed[PASSED]["group"], listed[PASSED]["button"]) == ("person", False)
    assert listed["Ask a person"]["button"]
    assert [text["language"] for text in listed[PASSED]["texts"]] == ["ru", "en", "hu"]
    assert len(listed["{count} question is ahead of it."]["texts"][0]["built_in"]) == 3
    changed = await admin.put(f"{PATH}/en", json={"forms": ["We have #{number}. "]})
    assert changed.status_code == 200
    text = changed.json()["texts"][1]
    assert text == {
        "language": "en", "built_in": [PASSED], "own": ["We have #{number}."], "fits": True,
        "changed_at": "2026-11-22T12:00:00Z",
    }  # fmt: skip
    assert (await admin.get(PATH)).json() == changed.json()
    assert (await admin.delete(f"{PATH}/en")).status_code == 204
    assert (await admin.delete(f"{PATH}/en")).status_code == 404
    assert (await admin.get(PATH)).json()["texts"][1]["own"] is None


@pytest.mark.parametrize(
    ("forms", "sentence"),
    [
        (["We have it."], "Please keep {number} in the text: contacts need it."),
        (["{number} {who}"], "{who} is unknown here: this sentence can have {number}."),
        (["{number"], "“{number” is no placeholder"),
        (["  "], "Write a text, or go back to the built-in one."),
        (["{number}", "{number}"], "Give 1 texts, one for each form."),
    ],
)
async def test_a_text_that_does_not_fit_is_refused(
    office: Office, admin: httpx.AsyncClient, forms: list[str], sentence: str
) -> None:
    refused = await admin.put(f"{PATH}/en", json={"forms": forms})
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].startswith(sentence)
    assert await office.database.read(office.overrides.read) == ()


async def test_what_does_not_exist_is_not_found(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/wording/none")).status_code == 404
    assert (await admin.put(f"{PATH}/xx", json={"forms": ["{number}"]})).status_code == 404
    assert (await admin.put("/wording/none/en", json={"forms": ["x"]})).status_code == 404


async def test_only_admins_may(office: Office) -> None:
    async with client(office, await office.token("crm", Role.LEAD)) as lead:
        assert (await lead.get("/wording")).status_code == 403
        assert (await lead.put(f"{PATH}/en", json={"forms": ["{number}"]})).status_code == 403
        assert (await lead.delete(f"{PATH}/en")).status_code == 403
