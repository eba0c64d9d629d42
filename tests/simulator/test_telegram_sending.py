"""Deliveries and refusals of the Bot API, with the real codes and sentences."""

from typing import Any

import aiohttp
import pytest

from bot.simulator.phone import Button
from bot.simulator.telegram.simulator import TelegramSimulator
from tests.simulator.conftest import ANNA, BotClient, Clock


def keyboard(*rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


YES = {"text": "Да", "callback_data": "yes"}


@pytest.fixture
async def chatting(bot: BotClient) -> BotClient:
    await bot.telegram.writes(ANNA, "привет")
    return bot


async def test_a_message_arrives_with_its_buttons_and_entities(chatting: BotClient) -> None:
    bold = {"type": "bold", "offset": 0, "length": 5}
    link = {"text": "Сайт", "url": "https://example.org/"}
    sent = await chatting.result(
        "sendMessage", chat_id=ANNA, text="Ответ 🙂", entities=[bold], reply_markup=keyboard([YES], [link])
    )
    mine, reply = chatting.telegram.chat(ANNA)
    assert (mine.mine, mine.text) == (True, "привет")
    assert (reply.id, reply.mine, reply.text, reply.edited) == (sent["message_id"], False, "Ответ 🙂", False)
    assert reply.entities == (bold,)
    assert reply.buttons == ((Button("Да", "yes", "callback"),), (Button("Сайт", "https://example.org/", "url"),))


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart"])
async def test_parameters_may_travel_in_any_way(chatting: BotClient, http: aiohttp.ClientSession, how: str) -> None:
    url = f"{chatting.telegram.url}/bot{chatting.telegram.token}/sendMessage"
    params = {
        "chat_id": str(ANNA),
        "text": how,
        "reply_markup": '{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}',
    }
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": params},
        "form": {"data": params},
        "json": {"json": params},
        "multipart": {"data": aiohttp.FormData(params, default_to_multipart=True)},
    }
    async with http.request("GET" if how == "query" else "POST", url, **ways[how]) as answer:
        assert answer.status == 200
    assert chatting.telegram.chat(ANNA)[1].button("A").data == "a"


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": " \n"}, "Bad Request: message text is empty"),
        ({"text": "a\ud800"}, "Bad Request: strings must be encoded in UTF-8"),
        ({"text": "я" * 4097}, "Bad Request: message is too long"),
        ({"text": "🙂" * 2049}, "Bad Request: message is too long"),
        ({"text": "a", "parse_mode": "HTML"}, "Bad Request: unsupported parse_mode"),
        (
            {"text": "abc", "entities": [{"type": "bold", "offset": 1, "length": 3}]},
            "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text",
        ),
        (
            {"text": "🙂b", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
            "Bad Request: entity begins in a middle of a UTF-16 symbol at UTF-16 offset 1",
        ),
        (
            {"text": "abc", "entities": [{"type": "text_link", "offset": 0, "length": 3}]},
            "Bad Request: can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {"text": "a", "reply_markup": keyboard([YES | {"callback_data": "я" * 33}])},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        ({"text": "a", "reply_markup": keyboard([YES | {"callback_data": ""}])}, "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "a", "reply_markup": keyboard(*[[YES]] * 101)}, "Bad Request: reply markup is too long"),
        ({"text": "a", "reply_parameters": {"message_id": 999}}, "Bad Request: message to be replied not found"),
    ],
)
async def test_bad_messages_are_refused_and_not_delivered(
    chatting: BotClient, params: dict[str, Any], why: str
) -> None:
    assert await chatting.refusal("sendMessage", chat_id=ANNA, **params) == (400, why)
    assert len(chatting.telegram.chat(ANNA)) == 1


async def test_the_limits_themselves_are_allowed(chatting: BotClient) -> None:
    data = {"text": "A", "callback_data": "я" * 32}
    await chatting.result("sendMessage", chat_id=ANNA, text="🙂" * 2048, reply_markup=keyboard(*[[data]] * 100))
    await chatting.result(
        "sendMessage", chat_id=ANNA, text="a", reply_parameters={"message_id": 999, "allow_sending_without_reply": True}
    )
    assert [len(bubble.buttons) for bubble in chatting.telegram.chat(ANNA)] == [0, 100, 0]


async def test_who_may_be_written_to(bot: BotClient) -> None:
    bot.telegram.join(102, "Борис")
    hello = {"text": "Здравствуйте"}
    assert await bot.refusal("sendMessage", chat_id=999, **hello) == (400, "Bad Request: chat not found")
    initiate = (403, "Forbidden: bot can't initiate conversation with a user")
    assert await bot.refusal("sendMessage", chat_id=102, **hello) == initiate
    await bot.telegram.starts(102, "ref-7")
    bot.telegram.blocks(102)
    blocked = (403, "Forbidden: bot was blocked by the user")
    assert await bot.refusal("sendMessage", chat_id=102, **hello) == blocked
    assert await bot.refusal("sendChatAction", chat_id=102, action="typing") == blocked
    bot.telegram.unblocks(102)
    await bot.result("sendMessage", chat_id=102, **hello)
    updates = await bot.result("getUpdates")
    assert updates[0]["message"]["text"] == "/start ref-7"
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in updates[1:]]
    assert statuses == ["kicked", "member"]


async def test_wrong_token_and_wrong_method(bot: BotClient, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{bot.telegram.url}/bot1:wrong/getMe") as answer:
        assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")
    assert await bot.refusal("sendCarrierPigeon") == (404, "Not Found")
    assert await bot.result("setMyCommands", commands=[]) is True
    assert (await bot.result("getMe"))["username"] == "frontdesk_demo_bot"


async def test_editing(chatting: BotClient) -> None:
    sent = await chatting.result("sendMessage", chat_id=ANNA, text="a", reply_markup=keyboard([YES]))
    place = {"chat_id": ANNA, "message_id": sent["message_id"]}
    code, why = await chatting.refusal("editMessageText", **place, text="a", reply_markup=keyboard([YES]))
    assert (code, why.startswith("Bad Request: message is not modified")) == (400, True)
    await chatting.result("editMessageReplyMarkup", **place)
    assert chatting.telegram.chat(ANNA)[1].buttons == ()
    await chatting.result("editMessageText", **place, text="b")
    bubble = chatting.telegram.chat(ANNA)[1]
    assert (bubble.text, bubble.edited) == ("b", True)
    missing = (400, "Bad Request: message to edit not found")
    assert await chatting.refusal("editMessageText", chat_id=ANNA, message_id=99, text="b") == missing
    assert await chatting.refusal("editMessageText", chat_id=ANNA, message_id=1, text="b") == (
        400,
        "Bad Request: message can't be edited",
    )


async def test_a_tap_is_answered_once_and_in_time(chatting: BotClient, clock: Clock) -> None:
    sent = await chatting.result("sendMessage", chat_id=ANNA, text="a", reply_markup=keyboard([YES]))
    for _ in range(2):
        await chatting.telegram.presses(ANNA, sent["message_id"], "yes")
    early, late = [
        update["callback_query"]["id"] for update in await chatting.result("getUpdates") if "callback_query" in update
    ]
    await chatting.result("answerCallbackQuery", callback_query_id=early, text="Хорошо")
    assert (chatting.telegram.presses_answered(), chatting.telegram.notice(ANNA)) == (1, "Хорошо")
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert await chatting.refusal("answerCallbackQuery", callback_query_id=early) == too_old
    assert await chatting.refusal("answerCallbackQuery", callback_query_id="nonsense") == too_old
    clock.pass_time(seconds=16)
    assert await chatting.refusal("answerCallbackQuery", callback_query_id=late) == too_old


async def test_nobody_can_press_what_was_never_offered(chatting: BotClient) -> None:
    sent = await chatting.result("sendMessage", chat_id=ANNA, text="a", reply_markup=keyboard([YES]))
    with pytest.raises(LookupError):
        await chatting.telegram.presses(ANNA, sent["message_id"], "no")
    await chatting.result("editMessageReplyMarkup", chat_id=ANNA, message_id=sent["message_id"])
    await chatting.telegram.presses(ANNA, sent["message_id"], "yes")  # the tap crossed the edit


async def test_too_fast_earns_429_with_a_pause(chatting: BotClient, clock: Clock) -> None:
    answers = [await chatting.call("sendMessage", chat_id=ANNA, text=str(number)) for number in range(4)]
    assert [answer["ok"] for answer in answers] == [True, True, True, False]
    assert (answers[3]["error_code"], answers[3]["parameters"]) == (429, {"retry_after": 1})
    assert chatting.telegram.earned_429 == 1
    clock.pass_time(seconds=1)
    await chatting.result("sendMessage", chat_id=ANNA, text="after a second")
    assert (await chatting.refusal("sendMessage", chat_id=ANNA, text="too soon"))[0] == 429
    chatting.telegram.strict_rate = False
    await chatting.result("sendMessage", chat_id=ANNA, text="after all")


async def test_the_whole_bot_has_a_limit_too(bot: BotClient) -> None:
    for number in range(31):
        bot.telegram.join(1000 + number, "Гость")
        await bot.telegram.writes(1000 + number, "привет")
    answers = [await bot.call("sendMessage", chat_id=1000 + number, text="a") for number in range(31)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False]


async def test_files_go_both_ways(chatting: BotClient, http: aiohttp.ClientSession) -> None:
    telegram: TelegramSimulator = chatting.telegram
    file_id = telegram.holds_file("снимок.jpg", b"\xff\xd8picture")
    size = {"file_id": file_id, "file_unique_id": "u", "width": 1, "height": 1}
    await telegram.writes(ANNA, "вот", photo=[size])
    message = (await chatting.result("getUpdates"))[-1]["message"]
    assert (message["caption"], "text" in message) == ("вот", False)
    path = (await chatting.result("getFile", file_id=file_id))["file_path"]
    async with http.get(f"{telegram.url}/file/bot{telegram.token}/{path}") as answer:
        assert await answer.read() == b"\xff\xd8picture"
    form = aiohttp.FormData({"chat_id": str(ANNA), "caption": "ответ"}, quote_fields=False)
    form.add_field("document", b"text", filename="ответ.txt")
    async with http.post(f"{telegram.url}/bot{telegram.token}/sendDocument", data=form) as answer:
        assert (await answer.json())["result"]["document"]["file_name"] == "ответ.txt"
    bubble = telegram.chat(ANNA)[-1]
    assert (bubble.text, bubble.attachments) == ("ответ", ("document",))
