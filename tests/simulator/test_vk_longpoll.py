"""VK's long poll: numbered events, the three failures, and events that are not enabled."""

import asyncio
from typing import Any

from bot.simulator.vk.long_poll import LongPoll
from tests.simulator.conftest import ANNA, CommunityClient


def texts(answer: dict[str, Any]) -> list[str]:
    return [event["object"]["message"]["text"] for event in answer["updates"]]


async def test_everything_is_off_at_first(community: CommunityClient) -> None:
    assert await community.error("groups.getLongPollServer", group_id=community.vk.group_id) == 100
    settings = await community.response("groups.getLongPollSettings", group_id=community.vk.group_id)
    assert settings["is_enabled"] is False
    assert set(settings["events"].values()) == {0}


async def test_only_what_is_switched_on_is_produced(community: CommunityClient) -> None:
    group = {"group_id": community.vk.group_id}
    wish = {"enabled": 1, "api_version": "5.199", "message_new": 1, "message_edit": 0}
    assert await community.response("groups.setLongPollSettings", **group, **wish) == 1
    server = await community.server()
    cmid = await community.vk.writes(ANNA, "a")
    await community.vk.edits(ANNA, cmid, "b")
    await community.response("groups.setLongPollSettings", **group, message_edit=1)
    await community.vk.edits(ANNA, cmid, "c")
    answer = await community.check(server)
    assert [event["type"] for event in answer["updates"]] == ["message_new", "message_edit"]
    assert answer["updates"][1]["object"]["text"] == "c"
    assert {(event["v"], event["group_id"]) for event in answer["updates"]} == {("5.199", community.vk.group_id)}


async def test_ts_is_a_text_that_counts_events_and_may_be_read_again(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    for text in "abc":
        await community.vk.writes(ANNA, text)
    first = await community.check(server)
    assert (texts(first), first["ts"]) == (["a", "b", "c"], str(int(server["ts"]) + 3))
    assert await community.check(server) == first
    assert texts(await community.check(server, ts=int(server["ts"]) + 2)) == ["c"]
    assert await community.check(server, ts=first["ts"]) == {"ts": first["ts"], "updates": []}
    assert len({event["event_id"] for event in first["updates"]}) == 3


async def test_a_waiting_check_ends_with_the_first_event(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    waiting = asyncio.create_task(community.check(await community.server(), wait=25))
    await community.response("groups.getById")
    await community.vk.writes(ANNA, "now")
    assert texts(await asyncio.wait_for(waiting, 10)) == ["now"]


async def test_failed_2_keeps_the_ts(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    old = await community.server()
    await community.vk.writes(ANNA, "a")
    community.vk.expire_key()
    assert await community.check(old) == {"failed": 2}
    new = await community.server()
    assert new["key"] != old["key"]
    assert texts(await community.check(new, ts=old["ts"])) == ["a"]


async def test_failed_1_gives_a_number_and_loses_what_was_unread(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    await community.vk.writes(ANNA, "lost")
    community.vk.lose_history()
    answer = await community.check(server)
    assert answer["failed"] == 1
    assert type(answer["ts"]) is int
    await community.vk.writes(ANNA, "seen")
    assert texts(await community.check(server, ts=answer["ts"])) == ["seen"]


async def test_failed_1_after_more_events_than_are_kept(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    for number in range(1001):
        await community.vk.writes(ANNA, str(number))
    assert (await community.check(server))["failed"] == 1
    assert len((await community.check(server, ts=int(server["ts"]) + 1))["updates"]) == 1000


async def test_failed_3_until_a_new_server_is_asked_for(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    await community.vk.writes(ANNA, "lost")
    community.vk.forget_everything()
    assert await community.check(server) == {"failed": 3}
    assert await community.check(server) == {"failed": 3}
    new = await community.server()
    assert await community.check(new) == {"ts": new["ts"], "updates": []}


async def test_what_the_long_poll_lost_is_in_the_history(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    for text in "abc":
        await community.vk.writes(ANNA, text)
    community.vk.lose_history()
    found = await community.response("messages.getConversations", filter="unread", count=200)
    conversation = found["items"][0]["conversation"]
    assert (found["count"], conversation["peer"]["id"], conversation["unread_count"]) == (1, ANNA, 3)
    assert conversation["last_conversation_message_id"] == 3
    history = await community.response("messages.getHistory", peer_id=ANNA, count=2)
    assert (history["count"], [message["text"] for message in history["items"]]) == (3, ["c", "b"])
    oldest = await community.response("messages.getHistory", peer_id=ANNA, rev=1, offset=1)
    assert [message["conversation_message_id"] for message in oldest["items"]] == [2, 3]
    await community.response("messages.markAsRead", peer_id=ANNA, mark_conversation_as_read=1)
    assert (await community.response("messages.getConversations", filter="unread"))["count"] == 0
    assert (await community.response("messages.getConversations", filter="unanswered"))["count"] == 1
    await community.response("messages.send", peer_ids=ANNA, message="d", random_id=1)
    assert (await community.response("messages.getConversations", filter="unanswered"))["count"] == 0


async def test_an_event_at_the_very_end_of_the_wait_is_not_passed_over() -> None:
    poll, closing = LongPoll(), asyncio.Event()
    look = asyncio.create_task(poll.check(poll.key, poll.server("")["ts"], 0, closing))
    await asyncio.sleep(0)  # it has looked, found nothing, and its time is up
    poll.append({"type": "message_new"})
    answer = await look
    again = await poll.check(poll.key, answer["ts"], 0, closing)
    assert answer["updates"] + again["updates"] == [{"type": "message_new"}]
