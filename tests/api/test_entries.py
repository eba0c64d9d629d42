from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.models import Role
from tests.api.test_access import client
from tests.office import KNOWLEDGE, Office

MUSIC = {"lang": "en", "question": "Where is the equaliser?", "answer": "In the player.", "category": "music"}


@pytest.fixture
async def lead(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("editor", Role.LEAD)) as opened:
        yield opened


async def test_the_list_and_its_filters(lead: httpx.AsyncClient) -> None:
    async def keys(query: str) -> list[str]:
        return [item["key"] for item in (await lead.get(f"/entries{query}")).json()["items"]]

    assert await keys("?lang=en") == ["forgot-password", "download-music", "loose"]
    assert await keys("?lang=en&category=music") == ["download-music"]
    assert await keys("?lang=en&category=") == ["loose"]
    assert await keys("?lang=en&category=music&status=any") == ["download-music", "hidden"]
    assert await keys("?status=draft") == ["hidden"]
    assert await keys("?q=saved app") == ["download-music"]
    page = (await lead.get("/entries?size=2&page=3")).json()
    assert (len(page["items"]), page["total"], page["page"], page["pages"]) == (1, 5, 3, 3)


async def test_an_entry_from_beginning_to_end(office: Office, lead: httpx.AsyncClient) -> None:
    made = await lead.post("/entries", json=MUSIC)
    assert made.status_code == 201
    entry = made.json()
    assert (entry["key"], entry["author"], entry["handoff"]) == ("where-is-the-equaliser", "editor", "allowed")
    await office.library.refresh()
    assert (await lead.get("/match", params={"q": "where is the equaliser"})).json()["answer"] == "In the player."
    changed = await lead.put(f"/entries/{entry['id']}", json={**MUSIC, "answer": "Under settings.", "handoff": "never"})
    assert (changed.json()["answer"], changed.json()["handoff"], changed.json()["key"]) == (
        "Under settings.",
        "never",
        entry["key"],
    )
    assert (await lead.delete(f"/entries/{entry['id']}")).status_code == 204
    assert (await lead.get(f"/entries/{entry['id']}")).json()["status"] == "archived"
    await office.library.refresh()
    assert (await lead.get("/match", params={"q": "where is the equaliser"})).json()["answer"] is None


async def test_every_fault_of_an_entry_is_told(lead: httpx.AsyncClient) -> None:
    bad = await lead.post("/entries", json={"lang": "english", "question": "", "category": "none"})
    assert bad.status_code == 422
    details = bad.json()["error"]["details"]
    assert len(details) >= 3
    taken = await lead.post("/entries", json={**MUSIC, "question": "How do I download music?"})
    assert "download-music" in taken.json()["error"]["message"]
    for answer in (
        await lead.put("/entries/999", json=MUSIC),
        await lead.delete("/entries/999"),
        await lead.get("/entries/999"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_file_is_tried_then_taken(lead: httpx.AsyncClient) -> None:
    source = KNOWLEDGE.read_text().replace("Around the clock.", "From nine to five.")
    source = source.replace("  - id: download-music", "  - id: get-music")
    tried = (await lead.post("/entries/import?format=yaml&dry_run=true", content=source.encode())).json()
    assert tried["dry_run"] is True
    assert [(entry["key"], entry["fields"]) for entry in tried["changed"]] == [("loose", ["answer"])]
    assert [entry["key"] for entry in tried["added"]] == ["get-music"]
    assert [entry["key"] for entry in tried["removed"]] == ["download-music"]
    assert tried["unchanged"] == 4
    assert (await lead.get("/entries?q=nine")).json()["total"] == 0
    taken = await lead.post("/entries/import", files={"file": ("all.yaml", source.encode())})
    assert taken.json() == {**tried, "dry_run": False}
    assert (await lead.get("/entries?q=nine")).json()["total"] == 1
    again = (await lead.post("/entries/import?format=yaml", content=source.encode())).json()
    assert (again["added"], again["changed"], again["removed"], again["unchanged"]) == ([], [], [], 6)


async def test_a_bad_file_changes_nothing_and_says_where_it_is_bad(lead: httpx.AsyncClient) -> None:
    bad = b"question,answer\n,empty\nfine?,\n"
    answer = await lead.post("/entries/import?format=csv", content=bad)
    assert answer.status_code == 422
    details = answer.json()["error"]["details"]
    assert [detail.split(":")[1] for detail in details] == ["2", "3"]
    assert (await lead.get("/entries")).json()["total"] == 5
    assert (await lead.post("/entries/import", content=b"x")).json()["error"]["code"] == "invalid"
    assert (await lead.post("/entries/import", files={"other": ("a.yaml", b"x")})).status_code == 422
    assert (await lead.post("/entries/import?format=exe", content=b"x")).status_code == 422
    large = b"x" * (5 * 1024 * 1024 + 20_000)
    assert (await lead.post("/entries/import?format=yaml", content=large)).status_code == 413
    assert (await lead.post("/entries/import", files={"file": ("a.yaml", large)})).status_code == 413


async def test_a_match_says_how_sure_it_is_and_why(lead: httpx.AsyncClient) -> None:
    sure = (await lead.get("/match", params={"q": "how do i download music", "lang": "en"})).json()
    assert sure["band"] == "answer"
    assert sure["answer"] == "Music can be saved in the app."
    best = sure["candidates"][0]
    assert (best["key"], best["lang"]) == ("download-music", "en")
    assert best["confidence"] > 0.8
    assert "music" in best["why"]
    lost = (await lead.get("/match", params={"q": "weather in Budapest tomorrow"})).json()
    assert (lost["band"], lost["answer"]) == ("none", None)
    assert (await lead.get("/match")).status_code == 422


async def test_the_encoding_of_a_file_is_recognised_or_named(lead: httpx.AsyncClient) -> None:
    polish = "question,answer\nGdzie są moje książki?,Leżą na półce\n".encode("cp1250")
    refused = await lead.post("/entries/import?format=csv&dry_run=true", content=polish)
    assert (refused.status_code, "--encoding" in refused.json()["error"]["details"][0]) == (422, True)
    named = await lead.post("/entries/import?format=csv&dry_run=true&encoding=windows-1250", content=polish)
    assert [entry["question"] for entry in named.json()["added"]] == ["Gdzie są moje książki?"]
    assert named.json()["notes"] == ["body.csv: read as windows-1250"]


async def test_a_load_notes_converted_html_and_near_duplicates(lead: httpx.AsyncClient) -> None:
    file = b"question,answer\nLost key?,<b>x</b>\nlost key,y\n"
    done = await lead.post("/entries/import?format=csv&dry_run=true", content=file)
    assert done.json()["notes"] == [
        "body.csv: 1 answer held HTML and was converted",
        'body.csv:3: question: "lost key" and "Lost key?" of "lost-key" in body.csv:2 are the same but for case, '
        "punctuation, spaces or ё",
    ]
