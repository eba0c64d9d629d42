"""The libraries' own models accept every event of the simulators."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import telegram as telegram_library

from bot.channels.telegram.models import complete, types
from bot.simulator.telegram import contents as telegram_things
from bot.simulator.vk import contents as vk_things
from tests.simulator.conftest import ANNA, BotClient, CommunityClient


@pytest.fixture(scope="module")
def _whole() -> None:
    """aiogram's models are made whole here only: it takes a second, which no other file should wait for."""
    complete(types.Update)


def vk_holds(event: Mapping[str, Any]) -> None:
    """vkbottle's model of the event takes it."""
    from vkbottle_types.events import GroupEventType, bot_events  # noqa: PLC0415 - its models take a second, as above

    models: dict[str, type[bot_events.BaseGroupEvent]] = {
        "message_new": bot_events.MessageNew,
        "message_reply": bot_events.MessageReply,
        "message_edit": bot_events.MessageEdit,
        "message_event": bot_events.MessageEvent,
        "message_deny": bot_events.MessageDeny,
        "message_allow": bot_events.MessageAllow,
        "wall_reply_new": bot_events.WallReplyNew,
        "board_post_new": bot_events.BoardPostNew,
    }
    model = models[event["type"]].model_validate(event)
    assert (model.type, model.event_id) == (GroupEventType(event["type"]), event["event_id"])


@pytest.mark.usefixtures("_whole")
async def test_telegram_updates_are_valid_for_aiogram_and_python_telegram_bot(bot: BotClient) -> None:
    telegram = bot.telegram
    await telegram.starts(ANNA, "ref")
    message_id = await telegram.writes(ANNA, "вопрос")
    await telegram.edits(ANNA, message_id, "вопрос?")
    size = {"file_id": telegram.holds_file("a.jpg", b"a"), "file_unique_id": "u", "width": 1, "height": 1}
    await telegram.writes(ANNA, "подпись", photo=[size])
    keyboard = {
        "inline_keyboard": [[{"text": "Да", "callback_data": "yes"}, {"text": "a", "url": "https://a.example"}]]
    }
    sent = await bot.result("sendMessage", chat_id=ANNA, text="ответ", reply_markup=keyboard)
    await telegram.presses(ANNA, sent["message_id"], "yes")
    telegram.blocks(ANNA)
    telegram.unblocks(ANNA)

    typing = asyncio.ensure_future(telegram.types_inline(ANNA, "вопр"))
    await asyncio.sleep(0)
    raw_updates = await bot.result("getUpdates")
    typing.cancel()
    for raw in raw_updates:
        foreign = telegram_library.Update.de_json(raw, None)
        assert foreign.effective_user is not None
        assert (foreign.update_id, foreign.effective_user.id) == (raw["update_id"], ANNA)
    updates = [types.Update.model_validate(raw) for raw in raw_updates]
    assert [update.event_type for update in updates] == [
        "message",
        "message",
        "edited_message",
        "message",
        "callback_query",
        "my_chat_member",
        "my_chat_member",
        "inline_query",
    ]
    assert updates[4].callback_query is not None
    assert updates[4].callback_query.message is not None
    assert updates[4].callback_query.message.message_id == sent["message_id"]


async def test_vk_events_are_valid_for_vkbottle_types(community: CommunityClient) -> None:
    vk = community.vk
    vk.enable_longpoll()
    server = await community.server()
    await vk.starts(ANNA, "ref")
    cmid = await vk.writes(ANNA, "вопрос")
    await vk.edits(ANNA, cmid, "вопрос?")
    keyboard = (
        '{"inline":true,"buttons":[[{"action":{"type":"callback","label":"Да","payload":"{\\"id\\":\\"yes\\"}"}},'
        '{"action":{"type":"open_link","label":"Сайт","link":"https://a.example"}}]]}'
    )
    [sent] = await community.response(
        "messages.send", peer_ids=ANNA, message="ответ", random_id=1, keyboard=keyboard, attachment="photo-1_2"
    )
    await vk.presses(ANNA, sent["conversation_message_id"], "yes")
    await vk.inbox_replies(ANNA, "человек", admin_id=55)
    vk.blocks(ANNA)
    vk.unblocks(ANNA)

    events = (await community.check(server))["updates"]
    assert [event["type"] for event in events] == [
        "message_new",
        "message_new",
        "message_edit",
        "message_reply",
        "message_event",
        "message_reply",
        "message_deny",
        "message_allow",
    ]
    for event in events:
        vk_holds(event)


@pytest.mark.usefixtures("_whole")
async def test_what_telegram_groups_say_is_valid_too(bot: BotClient) -> None:
    telegram = bot.telegram
    telegram.groups.privacy = False
    chat = telegram.groups.create("Соседи")
    asked = telegram.groups.say(chat, ANNA, "/ask вопрос", {}, None)
    answer = await bot.result("sendMessage", chat_id=chat, text="ответ", reply_parameters={"message_id": asked})
    telegram.groups.say(chat, ANNA, "спасибо", {}, answer["message_id"])
    raw_updates = await bot.result("getUpdates")
    assert len(raw_updates) == 2
    for raw in raw_updates:
        foreign = telegram_library.Update.de_json(raw, None)
        assert foreign.effective_chat is not None
        assert (foreign.effective_chat.id, foreign.effective_chat.type) == (chat, "supergroup")
        update = types.Update.model_validate(raw)
        assert update.message is not None
    assert raw_updates[1]["message"]["reply_to_message"]["from"]["id"] == telegram.groups.me


async def test_with_privacy_mode_on_a_bot_hears_only_what_is_meant_for_it(bot: BotClient) -> None:
    telegram, mention = bot.telegram, f"@{bot.telegram.username}"
    chat = telegram.groups.create("Соседи")
    for text in ("просто так", f"{mention} вопрос", "/ask@other_bot вопрос", "/ask вопрос", f"/ask{mention} вопрос"):
        telegram.groups.say(chat, ANNA, text, {}, None)
    heard = [update["message"]["text"] for update in await bot.result("getUpdates")]
    assert heard == ["/ask вопрос", f"/ask{mention} вопрос"]


async def test_what_is_said_around_a_vk_community_is_valid_too(community: CommunityClient) -> None:
    vk = community.vk
    vk.enable_longpoll()
    server = await community.server()
    peer = vk.public.chat()
    asked = vk.public.says(peer, ANNA, f"[club{vk.group_id}|@demo] вопрос")
    forward = f'{{"peer_id":{peer},"conversation_message_ids":[{asked}],"is_reply":1}}'
    await community.response("messages.send", peer_ids=peer, message="ответ", random_id=1, forward=forward)
    comment = vk.public.comments_on(7, ANNA, "вопрос?")
    said = {"owner_id": -vk.group_id, "post_id": 7, "from_group": vk.group_id, "message": "ответ"}
    first = await community.response("wall.createComment", reply_to_comment=comment, guid="a", **said)
    assert await community.response("wall.createComment", reply_to_comment=comment, guid="a", **said) == first
    vk.public.posts_on_board(30, ANNA, "вопрос?")
    events = (await community.check(server))["updates"]
    kinds = ["message_new", "message_reply", "wall_reply_new", "wall_reply_new", "board_post_new"]
    assert [event["type"] for event in events] == kinds
    for event in events:
        vk_holds(event)
    del vk.permissions["wall"]
    assert await community.error("wall.createComment", **said) == 15


@pytest.mark.usefixtures("_whole")
async def test_what_telegram_users_send_besides_words_is_valid_too(bot: BotClient) -> None:
    telegram = bot.telegram
    sent = {name: thing | {} for name, thing in telegram_things.THINGS.items()}
    sent["hidden link"] = telegram_things.link("см. тут", "тут", "https://example.org")
    sent |= {
        "forward": telegram_things.forwarded_from("Зоя", username="zoya"),
        "hidden forward": telegram_things.forwarded_from_hidden("Аноним"),
        "channel forward": telegram_things.forwarded_from_channel(),
        "external reply": telegram_things.reply_elsewhere("слова"),
    }
    for thing in sent.values():
        await telegram.writes(ANNA, "см. тут", **thing)
    for raw, name in zip(await bot.result("getUpdates"), sent, strict=True):
        model = types.Update.model_validate(raw)
        assert model.message is not None
        assert telegram_library.Update.de_json(raw, None).message is not None
        for key in sent[name]:
            assert getattr(model.message, key) is not None, key


async def test_what_vk_users_send_besides_words_is_valid_too(community: CommunityClient) -> None:
    vk = community.vk
    vk.enable_longpoll()
    server = await community.server()
    sent = dict(vk_things.THINGS)
    sent["forward"] = vk_things.with_forwards(vk_things.foreign(9, "раз", fwd_messages=[vk_things.foreign(-7, "два")]))
    sent["quote"] = {"reply_message": vk_things.foreign(ANNA, "три")}
    sent["hidden link"] = vk_things.link("см. тут", "тут", "https://example.org")
    for thing in sent.values():
        await vk.writes(ANNA, "см. тут", **thing)
    events = (await community.check(server))["updates"]
    assert len(events) == len(sent)
    for event in events:
        vk_holds(event)
