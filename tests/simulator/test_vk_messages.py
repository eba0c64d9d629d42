"""VK's deliveries, refusals and silent deduplication."""

import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.simulator.phone import Button
from tests.simulator.conftest import ANNA, Clock, CommunityClient


def keyboard(*rows: list[dict[str, Any]], **settings: bool) -> str:
    return json.dumps({"inline": True, "buttons": list(rows)} | settings, ensure_ascii=False)


def callback(label: str = "Да", payload: str = '{"id":"yes"}', **rest: str) -> dict[str, Any]:
    return {"action": {"type": "callback", "label": label, "payload": payload}} | rest


@pytest.fixture
async def chatting(community: CommunityClient) -> CommunityClient:
    community.vk.enable_longpoll()
    await community.vk.writes(ANNA, "привет")
    return community


async def test_peer_id_answers_a_number_and_peer_ids_a_list(chatting: CommunityClient) -> None:
    bare = await chatting.response("messages.send", peer_id=ANNA, message="a", random_id=1)
    listed = await chatting.response("messages.send", peer_ids=ANNA, message="b", random_id=2)
    assert listed == [{"peer_id": ANNA, "message_id": bare + 1, "conversation_message_id": 3}]
    assert [(bubble.id, bubble.mine, bubble.text) for bubble in chatting.vk.chat(ANNA)] == [
        (1, True, "привет"),
        (2, False, "a"),
        (3, False, "b"),
    ]


async def test_a_repeated_random_id_delivers_nothing_and_answers_the_same(chatting: CommunityClient) -> None:
    first = await chatting.response("messages.send", peer_ids=ANNA, message="a", random_id=77)
    assert await chatting.response("messages.send", peer_ids=ANNA, message="other", random_id=77) == first
    assert [bubble.text for bubble in chatting.vk.chat(ANNA)] == ["привет", "a"]
    assert chatting.vk.deduplicated == 1
    for _ in range(2):
        await chatting.response("messages.send", peer_ids=ANNA, message="zero", random_id=0)
    assert [bubble.text for bubble in chatting.vk.chat(ANNA)][2:] == ["zero", "zero"]


async def test_a_random_id_is_remembered_for_ever_or_for_a_window(chatting: CommunityClient, clock: Clock) -> None:
    message = {"peer_ids": ANNA, "message": "a", "random_id": 77}
    await chatting.response("messages.send", **message)
    clock.pass_time(days=400)
    await chatting.response("messages.send", **message)
    assert len(chatting.vk.chat(ANNA)) == 2
    chatting.vk.dedupe_window = timedelta(hours=1)
    await chatting.response("messages.send", **message)
    assert len(chatting.vk.chat(ANNA)) == 3


async def test_a_random_id_is_not_spent_on_a_refusal(chatting: CommunityClient) -> None:
    chatting.vk.blocks(ANNA)
    assert await chatting.error("messages.send", peer_id=ANNA, message="a", random_id=5) == 900
    chatting.vk.unblocks(ANNA)
    await chatting.response("messages.send", peer_id=ANNA, message="a", random_id=5)
    assert chatting.vk.chat(ANNA)[1].text == "a"


async def test_each_recipient_has_an_own_error_inside_a_good_answer(chatting: CommunityClient) -> None:
    chatting.vk.join(102, "Борис")
    good, bad = await chatting.response("messages.send", peer_ids=f"{ANNA},102", message="a", random_id=1)
    assert good["conversation_message_id"] == 2
    assert (bad["peer_id"], bad["message_id"], bad["error"]["code"]) == (102, 0, 901)
    assert await chatting.error("messages.send", peer_id=102, message="a", random_id=2) == 901
    allowed = {"group_id": chatting.vk.group_id, "user_id": 102}
    assert await chatting.response("messages.isMessagesFromGroupAllowed", **allowed) == {"is_allowed": 0}
    chatting.vk.unblocks(102)
    assert await chatting.response("messages.isMessagesFromGroupAllowed", **allowed) == {"is_allowed": 1}
    await chatting.response("messages.send", peer_id=102, message="a", random_id=2)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"message": ""}, 100),
        ({"message": "a", "random_id": ""}, 100),
        ({"message": "a", "random_id": 2**31}, 100),
        ({"message": "я" * 4097}, 914),
        ({"message": "🙂" * 2049}, 914),
        ({"message": "a", "keyboard": "{'buttons':[]}"}, 100),
        ({"message": "a", "keyboard": "[]"}, 911),
        ({"message": "a", "keyboard": keyboard(*[[callback()]] * 7)}, 911),
        ({"message": "a", "keyboard": keyboard([callback()] * 6)}, 911),
        ({"message": "a", "keyboard": keyboard(*[[callback()] * 4] * 3)}, 911),
        ({"message": "a", "keyboard": keyboard([])}, 911),
        ({"message": "a", "keyboard": keyboard([callback(label="я" * 41)])}, 911),
        ({"message": "a", "keyboard": keyboard([callback(payload=json.dumps("x" * 254))])}, 911),
        ({"message": "a", "keyboard": keyboard([callback(payload="not json")])}, 911),
        ({"message": "a", "keyboard": keyboard([callback(color="pink")])}, 911),
        ({"message": "a", "keyboard": keyboard([callback()], one_time=True)}, 911),
        ({"message": "a", "format_data": "{'items':[]}"}, 100),
        ({"message": "ab", "format_data": '{"version":1,"items":[{"type":"bold","offset":1,"length":2}]}'}, 100),
        ({"message": "a", "attachment": "cat.jpg"}, 100),
    ],
)
async def test_bad_messages_are_refused_and_not_delivered(
    chatting: CommunityClient, params: dict[str, Any], code: int
) -> None:
    assert await chatting.error("messages.send", **{"peer_id": ANNA, "random_id": 1} | params) == code
    assert len(chatting.vk.chat(ANNA)) == 1


async def test_the_limits_themselves_are_allowed(chatting: CommunityClient) -> None:
    longest = callback(label="я" * 40, payload=json.dumps("x" * 253), color="positive")
    bold = {"type": "bold", "offset": 0, "length": 4096}
    await chatting.response(
        "messages.send",
        peer_id=ANNA,
        random_id=1,
        message="🙂" * 2048,
        keyboard=keyboard([longest] * 5, [longest] * 5),
        format_data=json.dumps({"version": 1, "items": [bold]}),
    )
    bubble = chatting.vk.chat(ANNA)[1]
    assert [len(row) for row in bubble.buttons] == [5, 5]
    assert bubble.entities == (bold,)


async def test_a_callback_button_is_pressed_and_answered_within_a_minute(
    chatting: CommunityClient, clock: Clock
) -> None:
    await chatting.response("messages.send", peer_id=ANNA, random_id=1, message="a", keyboard=keyboard([callback()]))
    server = await chatting.server()
    assert chatting.vk.chat(ANNA)[1].buttons == ((Button("Да", "yes", "callback"),),)
    for _ in range(2):
        await chatting.vk.presses(ANNA, 2, "yes")
    early, late = [event["object"] for event in (await chatting.check(server))["updates"]]
    assert (early["payload"], early["conversation_message_id"]) == ({"id": "yes"}, 2)
    whose = {"user_id": ANNA, "peer_id": ANNA}
    snackbar = '{"type":"show_snackbar","text":"Хорошо"}'
    method = "messages.sendMessageEventAnswer"
    assert await chatting.error(method, event_id=early["event_id"], **whose, event_data='{"type":"dance"}') == 100
    assert await chatting.response(method, event_id=early["event_id"], **whose, event_data=snackbar) == 1
    assert (chatting.vk.presses_answered(), chatting.vk.notice(ANNA)) == (1, "Хорошо")
    clock.pass_time(seconds=61)
    assert await chatting.error(method, event_id=late["event_id"], **whose) == 100


async def test_a_text_button_writes_its_label_with_the_payload(chatting: CommunityClient) -> None:
    button = {"action": {"type": "text", "label": "Нет", "payload": '{"id":"no"}'}}
    await chatting.response("messages.send", peer_id=ANNA, random_id=1, message="a", keyboard=keyboard([button]))
    server = await chatting.server()
    await chatting.vk.presses(ANNA, 2, "no")
    message = (await chatting.check(server))["updates"][0]["object"]["message"]
    assert (message["text"], message["payload"]) == ("Нет", '{"id":"no"}')
    with pytest.raises(LookupError):
        await chatting.vk.presses(ANNA, 2, "yes")


async def test_an_edit_drops_the_keyboard_that_is_not_sent_again(chatting: CommunityClient, clock: Clock) -> None:
    await chatting.response("messages.send", peer_id=ANNA, random_id=1, message="a", keyboard=keyboard([callback()]))
    assert await chatting.response("messages.edit", peer_id=ANNA, cmid=2, message="b") == 1
    bubble = chatting.vk.chat(ANNA)[1]
    assert (bubble.text, bubble.buttons, bubble.edited) == ("b", (), True)
    assert await chatting.error("messages.edit", peer_id=ANNA, cmid=1, message="b") == 100
    clock.pass_time(hours=25)
    assert await chatting.error("messages.edit", peer_id=ANNA, cmid=2, message="c") == 909


async def test_the_first_message_after_a_link_carries_its_ref(chatting: CommunityClient) -> None:
    server = await chatting.server()
    await chatting.vk.starts(ANNA, "ref-7")
    message = (await chatting.check(server))["updates"][0]["object"]["message"]
    assert (message["ref"], message["payload"]) == ("ref-7", '{"command":"start"}')


async def test_a_human_reply_in_vk_is_echoed_with_its_author(chatting: CommunityClient) -> None:
    server = await chatting.server()
    await chatting.response("messages.send", peer_id=ANNA, random_id=9, message="bot")
    await chatting.vk.inbox_replies(ANNA, "человек", admin_id=55)
    ours, theirs = [event["object"] for event in (await chatting.check(server))["updates"]]
    assert (ours["out"], ours["random_id"], "admin_author_id" in ours) == (1, 9, False)
    assert (theirs["out"], theirs["admin_author_id"], theirs["from_id"]) == (1, 55, -chatting.vk.group_id)


async def test_errors_say_what_was_asked_without_the_token(chatting: CommunityClient) -> None:
    body = await chatting.call("messages.send", peer_id=ANNA, random_id=1, message="")
    params = {item["key"]: item["value"] for item in body["error"]["request_params"]}
    assert (params["method"], params["peer_id"], "access_token" in params) == ("messages.send", str(ANNA), False)


async def test_token_version_and_method_are_wanted(chatting: CommunityClient, http: aiohttp.ClientSession) -> None:
    vk = chatting.vk

    async def code(name: str, headers: dict[str, str], **params: str) -> int | None:
        async with http.get(f"{vk.url}/method/{name}", params=params, headers=headers) as answer:
            error = (await answer.json()).get("error", {})
            return error.get("error_code")  # type: ignore[no-any-return]

    bearer = {"Authorization": f"Bearer {vk.token}"}
    assert await code("groups.getById", {}, v="5.199") == 5
    assert await code("groups.getById", {}, v="5.199", access_token="wrong") == 5
    assert await code("groups.getById", bearer) == 8
    assert await code("groups.fly", bearer, v="5.199") == 3
    assert await code("groups.getById", bearer, v="5.199") is None
    assert await chatting.error("groups.getLongPollServer", group_id=1) == 15


async def test_too_fast_earns_error_6(chatting: CommunityClient, clock: Clock) -> None:
    answers = [await chatting.call("groups.getById") for _ in range(22)]
    assert ["response" in answer for answer in answers] == [True] * 21 + [False]
    assert (answers[21]["error"]["error_code"], chatting.vk.earned_6) == (6, 1)
    clock.pass_time(seconds=0.1)
    await chatting.response("groups.getById")
    chatting.vk.strict_rate = False
    for _ in range(30):
        await chatting.response("groups.getById")


async def test_a_thousand_messages_an_hour_are_enough_for_anyone(chatting: CommunityClient, clock: Clock) -> None:
    chatting.vk.strict_rate = False
    for start in range(0, 1000, 100):
        # A hundred at once, to one person: quick, and each of them counts.
        peers = ",".join([str(ANNA)] * 100)
        await chatting.response("messages.send", peer_ids=peers, message="a", random_id=start + 1)
    assert await chatting.error("messages.send", peer_id=ANNA, message="a", random_id=5000) == 9
    clock.pass_time(hours=1, seconds=1)
    await chatting.response("messages.send", peer_id=ANNA, message="a", random_id=5000)


async def test_people_permissions_and_uploads(chatting: CommunityClient, http: aiohttp.ClientSession) -> None:
    [anna] = await chatting.response("users.get", user_ids=f"{ANNA},999")
    assert (anna["id"], anna["first_name"], anna["last_name"]) == (ANNA, "Анна", "Петрова")
    names = {item["name"] for item in (await chatting.response("groups.getTokenPermissions"))["permissions"]}
    assert names == {"messages", "manage", "photos", "docs", "wall"}
    del chatting.vk.permissions["manage"]
    assert await chatting.error("groups.setLongPollSettings", group_id=chatting.vk.group_id, message_new=1) == 15

    address = await chatting.response("docs.getMessagesUploadServer", type="doc", peer_id=ANNA)
    form = aiohttp.FormData()
    form.add_field("file", b"text", filename="a.txt")
    async with http.post(address["upload_url"], data=form) as answer:
        uploaded = await answer.json()
    document = (await chatting.response("docs.save", **uploaded, title="a.txt"))["doc"]
    name = f"doc{document['owner_id']}_{document['id']}_{document['access_key']}"
    await chatting.response("messages.send", peer_id=ANNA, random_id=1, attachment=name)
    assert chatting.vk.chat(ANNA)[1].attachments == ("doc",)
