"""Public questions on each platform: recognition, stored data, and failures of public replies."""

import json
from typing import Any

import pytest

from bot.channels import HookReply, RawEvent, reasons
from bot.channels.telegram import groups as telegram_public
from bot.channels.telegram.channel import TelegramAccount, TelegramChannel
from bot.channels.telegram.updates import decode
from bot.channels.vk import groups as vk_public
from bot.channels.vk.channel import VkAccount, VkChannel
from bot.simulator.faults import Fault
from bot.simulator.telegram.simulator import DEMO_TOKEN as TELEGRAM_TOKEN
from bot.simulator.vk.simulator import DEMO_TOKEN as VK_TOKEN
from handoff.messages.values import (
    Address,
    AuthBroken,
    EventKind,
    OutgoingPart,
    PublicPlace,
    Refused,
    Retry,
    RetryAfter,
    RichText,
    SendOutcome,
    Sent,
    Uncertain,
    Unsendable,
)
from tests.channels.harness import ANNA, IMPATIENT, STORE, TelegramPlatform, VkPlatform
from tests.channels.inlet import MemoryInlet

OURS = telegram_public.Bot(77, "help_bot")
GROUP = 229000001
SECRET = "s3cret_word"


def _in_group(text: str, **more: object) -> RawEvent:
    message = {
        "message_id": 5,
        "date": 1,
        "from": {"id": ANNA, "is_bot": False, "first_name": "Анна", "username": "anna"},
        "chat": {"id": -1001234, "type": "supergroup", "title": "Соседи"},
        "text": text,
    }
    return RawEvent("1", None, str(ANNA), {"update_id": 1, "received_at": 1, "message": message | more})


# --- Telegram


@pytest.mark.parametrize(
    ("text", "more", "asked"),
    [
        ("/ask how do I pay", {}, "how do I pay"),
        ("/ASK@Help_Bot how do I pay", {}, "how do I pay"),
        ("/ask\nhow do I pay", {}, "how do I pay"),
        ("@help_bot, how do I pay?", {}, "how do I pay?"),
        ("how do I pay, @Help_Bot", {}, "how do I pay"),
        ("how do I pay", {"reply_to_message": {"from": {"id": 77}, "text": "x"}}, "how do I pay"),
        ("", {"caption": "@help_bot what is this", "photo": [{}]}, "what is this"),
        ("how do I pay", {}, None),
        ("/ask", {}, None),
        ("@help_bot", {}, None),
        ("/ask@other_bot how do I pay", {}, None),
        ("/asking how do I pay", {}, None),
        ("/start@help_bot", {}, None),
        ("mail me at anna@help_bot", {}, None),
        ("@help_bots how do I pay", {}, None),
        ("how do I pay", {"reply_to_message": {"from": {"id": 78}, "text": "x"}}, None),
        ("/ask how do I pay", {"from": {"id": 9, "is_bot": True, "first_name": "b"}}, None),
        ("/ask how do I pay", {"sender_chat": {"id": -100, "type": "channel"}}, None),
        ("/ask how do I pay", {"forward_origin": {"type": "user"}}, None),
        ("/ask how do I pay", {"is_automatic_forward": True}, None),
        ("/ask how do I pay", {"via_bot": {"id": 9}}, None),
        ("/ask how do I pay", {"chat": {"id": -100, "type": "channel"}}, None),
    ],
)
def test_what_asks_a_telegram_bot(text: str, more: dict[str, Any], asked: str | None) -> None:
    event = _in_group(text, **more)
    assert telegram_public.is_from_a_group(event.payload)
    kept = telegram_public.question(event, OURS)
    assert (kept and telegram_public.decode_question("telegram:a", kept.payload).text) == asked


def test_of_a_telegram_question_only_the_asker_the_words_and_the_place_are_kept() -> None:
    quoted = {"from": {"id": 77}, "text": "a secret of somebody else"}
    kept = telegram_public.question(
        _in_group("how do I pay", reply_to_message=quoted, message_thread_id=3, is_topic_message=True), OURS
    )
    assert kept is not None
    assert "secret" not in json.dumps(kept.payload)
    assert kept.message_key == "p:-1001234:5"
    event = telegram_public.decode_question("telegram:a", kept.payload)
    assert (event.kind, event.address, event.name) == (EventKind.PUBLIC, Address("telegram:a", str(ANNA)), "Анна")
    assert event.place == PublicPlace(
        "-1001234", "5", "3", "Соседи", "https://t.me/c/1234/5", "https://t.me/help_bot?start="
    )


async def test_a_webhook_knows_its_own_name_before_it_hears_a_group() -> None:
    telegram = TelegramPlatform()
    await telegram.simulator.start()
    account = TelegramAccount(
        "telegram:test",
        TELEGRAM_TOKEN,
        telegram.simulator.url,
        mode="webhook",
        webhook_secret=SECRET,
        public_url="https://help.example",
    )
    channel, inlet = TelegramChannel(account, STORE, pauses=IMPATIENT), MemoryInlet()
    headers = {"x-telegram-bot-api-secret-token": SECRET}
    try:
        asked = json.dumps(_in_group("@frontdesk_demo_bot how do I pay").payload).encode()
        chatted = json.dumps(_in_group("how do I pay").payload | {"update_id": 2}).encode()
        telegram.simulator.faults.next("getMe", Fault("server_error"))
        assert await channel.accept(headers, asked, inlet) == HookReply(503)
        assert await channel.accept(headers, asked, inlet) == HookReply(200)
        assert await channel.accept(headers, chatted, inlet) == HookReply(200)
        assert [channel.decode(event.payload).text for event in inlet.events] == ["how do I pay"]  # type: ignore[union-attr]
    finally:
        await channel.close()
        await telegram.simulator.stop()


@pytest.mark.parametrize("kind", ["message", "edited_message"])
def test_the_command_that_groups_ask_by_asks_in_private_too(kind: str) -> None:
    message = _in_group("/ask how do I pay").payload["message"] | {"chat": {"id": ANNA, "type": "private"}}
    event = decode("telegram:a", {"update_id": 1, kind: message})
    assert event is not None
    assert event.text == "how do I pay"


# --- VK


def _around(kind: str, text: str, **more: object) -> RawEvent:
    said = {"id": 5, "date": 1, "from_id": ANNA, "text": text} | {
        "message_new": {"peer_id": 2_000_000_001, "conversation_message_id": 9},
        "wall_reply_new": {"post_id": 7, "owner_id": -GROUP, "post_owner_id": -GROUP},
        "board_post_new": {"topic_id": 30, "topic_owner_id": -GROUP},
    }[kind]
    body: dict[str, object] = {"message": said | more} if kind == "message_new" else said | more
    return RawEvent("e", None, str(ANNA), {"type": kind, "object": body, "group_id": GROUP, "received_at": 1})


NAMED = f"[club{GROUP}|@help] "
CHAT, WALL, BOARD = "message_new", "wall_reply_new", "board_post_new"


@pytest.mark.parametrize(
    ("kind", "text", "more", "asked"),
    [
        (CHAT, NAMED + "how do I pay", {}, "how do I pay"),
        (CHAT, f"how do I pay, @club{GROUP}", {}, "how do I pay"),
        (CHAT, "/ask how do I pay", {}, "how do I pay"),
        (CHAT, NAMED + "/ask how do I pay", {}, "how do I pay"),
        (CHAT, "how do I pay", {"reply_message": {"from_id": -GROUP}}, "how do I pay"),
        (CHAT, "how do I pay?", {}, None),
        (CHAT, "how do I pay?", {"reply_message": {"from_id": 3}}, None),
        (CHAT, "[club1|@other] how do I pay?", {}, None),
        (CHAT, NAMED, {"fwd_messages": [{"text": "x"}]}, None),
        (CHAT, NAMED + "how do I pay", {"from_id": -3}, None),
        (WALL, "how do I pay?", {}, "how do I pay?"),
        (WALL, NAMED + "how do I pay", {}, "how do I pay"),
        (WALL, f"[club{GROUP}|Help], how do I pay", {"reply_to_user": -GROUP}, "how do I pay"),
        (WALL, "how nice", {}, None),
        (WALL, "[id3|Boris], how do I pay?", {"reply_to_user": 3}, None),
        (WALL, "[id3|Boris], how do I pay?", {}, None),
        (WALL, "how do I pay?", {"from_id": -GROUP}, None),
        (WALL, "how do I pay?", {"post_owner_id": -3}, None),
        (BOARD, "how do I pay?", {}, "how do I pay?"),
        (BOARD, "thanks to all", {}, None),
    ],
)
def test_what_asks_a_vk_community(kind: str, text: str, more: dict[str, Any], asked: str | None) -> None:
    event = _around(kind, text, **more)
    assert vk_public.is_public(event.payload)
    kept = vk_public.question(event, GROUP)
    assert (kept and vk_public.decode_question("vk:a", kept.payload).text) == asked


@pytest.mark.parametrize("kind", ["message_edit", "message_event", "message_reply"])
def test_nothing_else_of_a_vk_chat_is_kept(kind: str) -> None:
    body = {"peer_id": 2_000_000_001, "from_id": ANNA, "user_id": ANNA, "admin_author_id": 3, "text": NAMED + "x?"}
    event = RawEvent("e", None, str(ANNA), {"type": kind, "object": body})
    assert vk_public.is_public(event.payload)
    assert vk_public.question(event, GROUP) is None


def test_a_private_message_is_nothing_public() -> None:
    said = {"peer_id": ANNA, "from_id": ANNA, "text": "hello"}
    assert not vk_public.is_public({"type": "message_new", "object": {"message": said}})


@pytest.mark.parametrize("kind", [WALL, BOARD])
async def test_callbacks_bring_public_questions_and_whether_their_asker_takes_messages(kind: str) -> None:
    vk = VkPlatform()
    await vk.simulator.start()
    account = VkAccount("vk:test", VK_TOKEN, GROUP, vk.simulator.url, mode="callback", callback_secret=SECRET)
    channel, inlet = VkChannel(account, STORE, pauses=IMPATIENT), MemoryInlet()
    try:
        for number, (person, text) in enumerate([(ANNA, "how do I pay?"), (ANNA, "how nice"), (-5, "how so?")]):
            body = _around(kind, text, from_id=person).payload | {"event_id": f"e{number}", "secret": SECRET}
            assert await channel.accept({}, json.dumps(body).encode(), inlet) == HookReply(200, "ok")
        (event,) = [event for event in inlet.events if event.payload["type"] == "public_question"]
        asked = channel.decode(event.payload)
        assert asked is not None
        assert (asked.text, asked.allows) == ("how do I pay?", False)
        assert asked.place is not None
        assert asked.place.mute is (kind == BOARD)
        vk.simulator.faults.next("messages.isMessagesFromGroupAllowed", Fault.error(15))
        body = _around(kind, "and when?", id=6).payload | {"event_id": "e9", "secret": SECRET}
        assert await channel.accept({}, json.dumps(body).encode(), inlet) == HookReply(200, "ok")
        unsure = channel.decode(inlet.events[-1].payload)
        assert unsure is not None
        assert (unsure.text, unsure.allows) == ("and when?", None)
    finally:
        await channel.close()
        await vk.simulator.stop()


# --- what a failure means


PLACE = PublicPlace("-100", "5", for_asker=True)
FOR_ALL = PublicPlace("-100", "5")
PART = OutgoingPart(Address("telegram:a", "1"), RichText("x"), place=PLACE)
PART_FOR_ALL = OutgoingPart(Address("telegram:a", "1"), RichText("x"), place=FOR_ALL)


@pytest.mark.parametrize(
    ("outcome", "in_telegram", "in_vk"),
    [
        (Refused(reasons.BLOCKED), Unsendable(reasons.NOT_THERE), Unsendable(reasons.NOT_THERE)),
        (RetryAfter(9), RetryAfter(9, for_contact=True), RetryAfter(9, for_contact=True)),
        (AuthBroken(reasons.RIGHTS), AuthBroken(reasons.RIGHTS), Unsendable(reasons.RIGHTS)),
        (AuthBroken(reasons.TOKEN), AuthBroken(reasons.TOKEN), AuthBroken(reasons.TOKEN)),
        (Unsendable(reasons.NOT_TAKEN), Unsendable(reasons.NOT_TAKEN, PART_FOR_ALL), Unsendable(reasons.NOT_TAKEN)),
        (Uncertain(reasons.NO_ANSWER), Uncertain(reasons.NO_ANSWER), Uncertain(reasons.NO_ANSWER)),
        (Retry(reasons.NO_ANSWER), Retry(reasons.NO_ANSWER), Retry(reasons.NO_ANSWER)),
        (Sent({"public_id": "1"}), Sent({"public_id": "1"}), Sent({"public_id": "1"})),
    ],
)
def test_a_failure_in_public_says_nothing_of_the_person(
    outcome: SendOutcome, in_telegram: SendOutcome, in_vk: SendOutcome
) -> None:
    assert telegram_public.in_public(outcome, PART, PLACE) == in_telegram
    assert vk_public.in_public(outcome) == in_vk


def test_what_all_may_see_has_no_plainer_form() -> None:
    refused = Unsendable(reasons.NOT_TAKEN)
    assert telegram_public.in_public(refused, PART_FOR_ALL, FOR_ALL) == refused
