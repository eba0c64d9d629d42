from collections.abc import AsyncIterator

import httpx
import pytest

from handoff.models import DeliveryState, MessageKind, Role
from tests.api.test_access import client
from tests.office import Office


@pytest.fixture
async def crm(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client(office, await office.token("crm", Role.AGENT)) as opened:
        yield opened


async def test_the_queue_and_its_filters(office: Office, crm: httpx.AsyncClient) -> None:
    boris = await office.agent("Boris")
    first, second, third = [await office.asks(f"question {n}") for n in range(3)]
    await crm.post(f"/tickets/{first}/claim")
    await office.database.write(lambda session: office.desk.ownership.claim(session, second, boris.id))
    await office.database.write(lambda session: office.desk.resolve(session, third, boris.id))

    async def ids(query: str) -> list[int]:
        body = (await crm.get(f"/tickets{query}")).json()
        assert body["total"] == len(body["items"])
        return [item["number"] for item in body["items"]]

    assert await ids("") == [first, second]
    assert await ids("?assignee=me") == [first]
    assert await ids(f"?assignee={boris.id}") == [second]
    assert await ids("?assignee=none") == []
    assert await ids("?status=solved") == [third]
    assert await ids("?status=waiting") == []
    assert (await crm.get("/tickets?page=2")).json() == {"items": [], "total": 2}


async def test_one_ticket_with_its_messages(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?", name="Anna")
    claimed = (await crm.post(f"/tickets/{number}/claim")).json()
    assert claimed["assignee"]["name"] == "crm"
    assert (await crm.post(f"/tickets/{number}/reply", json={"text": "Here."})).status_code == 201
    await office.delivery(number, DeliveryState.FAILED, "the message is too long")
    ticket = (await crm.get(f"/tickets/{number}")).json()
    assert (ticket["status"], ticket["undelivered"]) == ("open", "failed")
    assert (ticket["channel"], ticket["contact"]["name"]) == ("vk:main", "Anna")
    kinds = [(line["kind"], line["text"]) for line in ticket["messages"]]
    assert kinds == [
        ("incoming", "Where is my page?"),
        ("event", "opened"),
        ("event", "claimed"),
        ("outgoing", "Here."),
    ]
    [delivery] = ticket["messages"][-1]["deliveries"]
    assert (delivery["state"], delivery["reason"]) == ("failed", "the message is too long")


async def test_the_same_key_is_the_same_message(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?")
    body = {"text": "Here.", "key": "order-4711"}
    answers = [await crm.post(f"/tickets/{number}/reply", json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["message_id"] for answer in answers}) == 1
    note = {"text": "Inside.", "key": "order-4712"}
    assert (await crm.post(f"/tickets/{number}/note", json=note)).json() == (
        await crm.post(f"/tickets/{number}/note", json=note)
    ).json()
    assert await office.texts(MessageKind.OUTGOING) == ["Here."]
    assert await office.texts(MessageKind.NOTE) == ["Inside."]


async def test_a_key_that_stands_for_another_message_is_refused(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?")
    assert (await crm.post(f"/tickets/{number}/reply", json={"text": "Here.", "key": "order-4711"})).status_code == 201
    for verb, text in (("reply", "There."), ("note", "Here.")):
        refused = await crm.post(f"/tickets/{number}/{verb}", json={"text": text, "key": "order-4711"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "key_used")
    file = {"files": ("plan.txt", b"first")}
    path, form = f"/tickets/{number}/reply-with-files", {"key": "order-4712"}
    assert (await crm.post(path, data=form, files=file)).status_code == 201
    assert (await crm.post(path, data=form, files=file)).status_code == 201
    refused = await crm.post(path, data=form, files={"files": ("plan.txt", b"second")})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "key_used")
    assert await office.texts(MessageKind.OUTGOING) == ["Here.", ""]
    assert await office.texts(MessageKind.NOTE) == []


async def test_a_held_ticket_names_its_holder(office: Office, crm: httpx.AsyncClient) -> None:
    boris = await office.agent("Boris")
    number = await office.asks("Where is my page?")
    await office.database.write(lambda session: office.desk.ownership.claim(session, number, boris.id))
    for verb, body in (
        ("claim", None),
        ("release", None),
        ("resolve", None),
        ("reply", {"text": "x"}),
        ("transfer", {"to": 1}),
    ):
        refused = await crm.post(f"/tickets/{number}/{verb}", json=body)
        assert refused.status_code == 409, verb
        assert refused.json() == {"error": {"code": "held", "message": "Boris holds this question"}}


async def test_what_cannot_be_done_says_why(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?")
    assert (await crm.post(f"/tickets/{number}/reply", json={"text": " \n"})).json()["error"]["code"] == "empty_text"
    assert (await crm.post(f"/tickets/{number}/transfer", json={"to": 999})).json()["error"]["code"] == "not_found"
    assert (await crm.post(f"/tickets/{number}/resolve")).json()["status"] == "solved"
    assert (await crm.post(f"/tickets/{number}/claim")).json()["error"]["code"] == "closed"
    assert (await crm.post(f"/tickets/{number}/reopen")).json()["status"] == "open"
    assert (await crm.get("/tickets/999")).json()["error"] == {
        "code": "not_found",
        "message": "there is no question #999",
    }


async def test_a_number_that_no_row_can_have_is_invalid(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?")
    for wrong in (0, 2**63, 10**30):
        assert (await crm.post(f"/tickets/{number}/transfer", json={"to": wrong})).status_code == 422
        assert (await crm.get(f"/tickets?assignee={wrong}")).status_code == 422
        assert (await crm.get(f"/tickets/{wrong}")).status_code == 422


async def test_deliveries_are_retried_and_settled(office: Office, crm: httpx.AsyncClient) -> None:
    number = await office.asks("Where is my page?")
    await crm.post(f"/tickets/{number}/reply", json={"text": "Here."})
    delivery = await office.delivery(number, DeliveryState.MAYBE)

    async def state() -> str:
        (reply,) = [line for line in (await crm.get(f"/tickets/{number}")).json()["messages"] if line["deliveries"]]
        return str(reply["deliveries"][0]["state"])

    assert (await crm.post(f"/deliveries/{delivery}/settle", json={"arrived": True})).status_code == 204
    assert await state() == "sent"
    assert (await crm.post(f"/deliveries/{delivery}/settle", json={"arrived": True})).json()["error"]["code"] == "state"
    assert (await crm.post(f"/deliveries/{delivery}/retry")).status_code == 409
    await office.delivery(number, DeliveryState.MAYBE)
    assert (await crm.post(f"/deliveries/{delivery}/settle", json={"arrived": False})).status_code == 204
    assert await state() == "failed"
    assert (await crm.post(f"/deliveries/{delivery}/retry")).status_code == 204
    assert await state() == "queued"
    assert (await crm.post("/deliveries/999/retry")).status_code == 404


async def test_a_ticket_is_snoozed_and_woken(office: Office, crm: httpx.AsyncClient) -> None:
    number, other = await office.asks("Where is my page?"), await office.asks("And mine?")
    until = "2026-11-23T09:00:00+03:00"
    shown = (await crm.post(f"/tickets/{number}/snooze", json={"until": until})).json()
    assert (shown["snoozed"], shown["snoozed_until"]) == (True, "2026-11-23T06:00:00Z")
    assert shown["messages"][-1]["text"] == "snoozed 2026-11-23T06:00:00+00:00"

    async def ids(query: str) -> list[int]:
        return [item["number"] for item in (await crm.get(f"/tickets{query}")).json()["items"]]

    assert await ids("") == [number, other]
    assert await ids("?snoozed=true") == [number]
    assert await ids("?snoozed=false") == [other]
    shown = (await crm.post(f"/tickets/{number}/wake")).json()
    assert (shown["snoozed"], shown["snoozed_until"]) == (False, None)
    shown = (await crm.post(f"/tickets/{number}/snooze", json={})).json()
    assert (shown["snoozed"], shown["snoozed_until"]) == (True, None)
    for bad in ("2026-11-22T12:00:00Z", "2030-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"):
        refused = await crm.post(f"/tickets/{number}/snooze", json={"until": bad})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_time")
    assert (await crm.post(f"/tickets/{number}/snooze", json={"until": "2026-12-01T09:00:00"})).status_code == 422


async def test_tags_category_and_language_are_changed(office: Office, crm: httpx.AsyncClient) -> None:
    number, other = await office.asks("Where is my page?"), await office.asks("And mine?")
    shown = (await crm.post(f"/tickets/{number}/tags", json={"add": ["refund", "VIP"]})).json()
    assert shown["tags"] == ["refund", "VIP"]
    await crm.post(f"/tickets/{other}/tags", json={"add": ["vip"]})
    found = (await crm.get("/tickets?tag=Vip")).json()
    assert [item["number"] for item in found["items"]] == [number, other]
    shown = (await crm.post(f"/tickets/{number}/tags", json={"remove": ["vip", "never"], "add": ["new"]})).json()
    assert shown["tags"] == ["new", "refund"]
    refused = await crm.post(f"/tickets/{number}/tags", json={"add": ["fine", "x" * 41]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_tag")
    assert (await crm.get(f"/tickets/{number}")).json()["tags"] == ["new", "refund"]
    assert (await crm.get("/tickets?tag=%00")).json()["items"] == []
    shown = (await crm.patch(f"/tickets/{number}", json={"language": "hu"})).json()
    assert (shown["language"], shown["category"]) == ("hu", None)
    assert (await crm.patch(f"/tickets/{number}", json={"category": "nothing"})).status_code == 404
    assert (await crm.patch(f"/tickets/{number}", json={"language": "xx"})).status_code == 404
    assert (await crm.patch(f"/tickets/{number}", json={"category": None})).status_code == 200
