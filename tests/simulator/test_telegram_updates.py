"""Offsets, long polls and webhooks: when an update is confirmed, and when it is repeated."""

import asyncio
from typing import Any

import pytest

from bot.simulator.faults import Fault
from tests.simulator.conftest import ANNA, BotClient, Clock
from tests.simulator.hook import open_hook


async def write(bot: BotClient, *texts: str) -> None:
    for text in texts:
        await bot.telegram.writes(ANNA, text)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_an_update_stays_until_a_higher_offset_is_asked_for(bot: BotClient) -> None:
    await write(bot, "a", "b", "c")
    first = await bot.result("getUpdates")
    assert texts(first) == ["a", "b", "c"]
    assert await bot.result("getUpdates") == first
    ids = [update["update_id"] for update in first]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert texts(await bot.result("getUpdates", offset=ids[1])) == ["b", "c"]
    assert texts(await bot.result("getUpdates", offset=ids[0])) == ["b", "c"]
    assert await bot.result("getUpdates", offset=ids[2] + 1) == []
    assert bot.telegram.waiting_updates == 0


async def test_limit_and_negative_offset(bot: BotClient) -> None:
    await write(bot, "a", "b", "c")
    assert texts(await bot.result("getUpdates", limit=2)) == ["a", "b"]
    assert texts(await bot.result("getUpdates", offset=-1)) == ["c"]
    assert texts(await bot.result("getUpdates")) == ["c"]


async def test_updates_are_kept_for_a_day(bot: BotClient, clock: Clock) -> None:
    await write(bot, "yesterday")
    clock.pass_time(hours=24, seconds=1)
    await write(bot, "today")
    assert texts(await bot.result("getUpdates")) == ["today"]


async def test_a_long_poll_ends_with_the_first_update(bot: BotClient) -> None:
    poll = asyncio.create_task(bot.result("getUpdates", timeout=30))
    await bot.result("getMe")
    await write(bot, "now")
    assert texts(await asyncio.wait_for(poll, 10)) == ["now"]


async def test_a_second_poll_ends_the_first_with_a_conflict(bot: BotClient) -> None:
    first = asyncio.create_task(bot.refusal("getUpdates", timeout=30))
    while not bot.telegram.is_polled:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(bot.result("getUpdates", timeout=30))
    assert (await asyncio.wait_for(first, 10))[0] == 409
    await write(bot, "a")
    assert texts(await asyncio.wait_for(second, 10)) == ["a"]


async def test_unwanted_kinds_are_never_queued_and_the_wish_is_remembered(bot: BotClient) -> None:
    await bot.result("getUpdates", allowed_updates=["message"])
    message_id = await bot.telegram.writes(ANNA, "a")
    await bot.telegram.edits(ANNA, message_id, "b")
    bot.telegram.blocks(ANNA)
    updates = await bot.result("getUpdates")
    assert [sorted(update) for update in updates] == [["message", "update_id"]]


async def test_raw_updates_come_through_whatever_they_are(bot: BotClient) -> None:
    update_id = await bot.telegram.sends_raw({"something_new": {"x": 1}})
    assert await bot.result("getUpdates", allowed_updates=["message"]) == [
        {"update_id": update_id, "something_new": {"x": 1}}
    ]


async def test_a_webhook_gets_the_secret_and_is_asked_again_until_it_accepts(bot: BotClient) -> None:
    await write(bot, "waiting")
    async with open_hook() as hook:
        hook.answers.extend([(500, ""), (503, "")])
        await bot.result("setWebhook", url=hook.url, secret_token="s3cret")
        assert (await bot.refusal("getUpdates"))[0] == 409
        await write(bot, "later")
        bodies = await hook.until(4)
        assert texts(bodies) == ["waiting", "waiting", "waiting", "later"]
        assert len({body["update_id"] for body in bodies}) == 2
        assert {headers["X-Telegram-Bot-Api-Secret-Token"] for headers in hook.headers} == {"s3cret"}
        info = await bot.result("getWebhookInfo")
        assert (info["url"], info["last_error_message"]) == (hook.url, "Wrong response from the webhook: 503")
        await bot.result("deleteWebhook")
        assert (await bot.result("getWebhookInfo"))["url"] == ""


async def test_an_answer_that_telegram_did_not_see_repeats_the_update(bot: BotClient) -> None:
    async with open_hook() as hook:
        await bot.result("setWebhook", url=hook.url)
        bot.telegram.faults.next("webhook", Fault("lost_answer"))
        await write(bot, "once")
        first, second = await hook.until(2)
        assert first == second


async def test_what_a_webhook_has_not_accepted_can_be_polled(bot: BotClient) -> None:
    async with open_hook() as hook:
        hook.usual = (500, "")
        await bot.result("setWebhook", url=hook.url)
        await write(bot, "a")
        await hook.until(1)
        await bot.result("deleteWebhook")
    assert texts(await bot.result("getUpdates")) == ["a"]
    assert (await bot.result("getWebhookInfo"))["pending_update_count"] == 1
    await bot.result("deleteWebhook", drop_pending_updates=True)
    assert await bot.result("getUpdates") == []


async def test_a_webhook_goes_on_after_an_outage(bot: BotClient) -> None:
    async with open_hook() as hook:
        await bot.result("setWebhook", url=hook.url)
        await bot.telegram.stop()
        await write(bot, "a")
        await bot.telegram.start()
        assert texts(await hook.until(1)) == ["a"]
        assert (await bot.result("getWebhookInfo"))["url"] == hook.url


@pytest.mark.parametrize("while_down", [True, False])
async def test_the_world_outlives_an_outage(bot: BotClient, while_down: bool) -> None:
    port = int(bot.telegram.url.rpartition(":")[2])
    if not while_down:
        await write(bot, "a")
    await bot.telegram.stop()
    if while_down:
        await write(bot, "a")
    await bot.telegram.start(port=port)
    assert texts(await bot.result("getUpdates")) == ["a"]
