"""VK's Callback API: the handshake, the secret, and repetition until the bot answers ok."""

import asyncio

from bot.simulator.faults import Fault
from tests.simulator.conftest import ANNA, CommunityClient
from tests.simulator.hook import Hook, open_hook


async def confirmed(community: CommunityClient, hook: Hook) -> None:
    """Registers the hook as the bot would have to: it answers the handshake with the code."""
    adding = asyncio.create_task(community.vk.set_callback(hook.url, "s3cret"))
    await asyncio.sleep(0)
    hook.answers.append((200, community.vk.confirmation_code))
    assert await adding == "ok"


async def test_the_handshake_wants_the_code(community: CommunityClient) -> None:
    async with open_hook() as hook:
        assert await community.vk.set_callback(hook.url, "s3cret") == "failed"
        await community.vk.writes(ANNA, "unheard")
        await confirmed(community, hook)
        await community.vk.writes(ANNA, "heard")
        refused, handshake, event = await hook.until(3)
    expected = {"type": "confirmation", "group_id": community.vk.group_id, "secret": "s3cret"}
    assert refused == handshake == expected
    assert (event["secret"], event["object"]["message"]["text"]) == ("s3cret", "heard")


async def test_an_event_comes_again_until_ok_and_nothing_waits_for_it(community: CommunityClient) -> None:
    async with open_hook() as hook:
        await confirmed(community, hook)
        hook.answers.extend([(500, "ok"), (200, "\ufeffok")])
        await community.vk.writes(ANNA, "a")
        bodies = (await hook.until(4))[1:]
        assert bodies[0] == bodies[1] == bodies[2]
        assert [headers.get("X-Retry-Counter") for headers in hook.headers[1:]] == [None, "1", "2"]
        await community.vk.writes(ANNA, "b")
        assert (await hook.until(5))[4]["event_id"] != bodies[0]["event_id"]


async def test_an_answer_that_vk_did_not_see_repeats_the_event(community: CommunityClient) -> None:
    async with open_hook() as hook:
        await confirmed(community, hook)
        community.vk.faults.next("callback", Fault("lost_answer"))
        await community.vk.writes(ANNA, "a")
        _, first, second = await hook.until(3)
        assert first == second


async def test_an_outage_of_vk_keeps_events_for_later(community: CommunityClient) -> None:
    async with open_hook() as hook:
        await confirmed(community, hook)
        await community.vk.stop()
        await community.vk.writes(ANNA, "a")
        await community.vk.start()
        assert (await hook.until(2))[1]["object"]["message"]["text"] == "a"


async def test_long_poll_and_callback_number_events_apart(community: CommunityClient) -> None:
    community.vk.enable_longpoll()
    server = await community.server()
    async with open_hook() as hook:
        await confirmed(community, hook)
        await community.vk.writes(ANNA, "a")
        called = (await hook.until(2))[1]
    polled = (await community.check(server))["updates"][0]
    assert called["object"] == polled["object"]
    assert called["event_id"] != polled["event_id"]


async def test_servers_are_managed_by_the_api(community: CommunityClient) -> None:
    group = {"group_id": community.vk.group_id}
    async with open_hook() as hook:
        added = await community.response("groups.addCallbackServer", **group, url=hook.url, title="bot", secret_key="x")
        await hook.until(1)
        place = group | added
        hook.answers.append((200, ""))
        code = (await community.response("groups.getCallbackConfirmationCode", **group))["code"]
        hook.usual = (200, code)
        assert await community.response("groups.setCallbackSettings", **place, message_new=1) == 1
        settings = await community.response("groups.getCallbackSettings", **place)
        assert (settings["events"]["message_new"], settings["events"]["message_edit"]) == (1, 0)
        servers = await community.response("groups.getCallbackServers", **group)
        assert [(server["id"], server["url"]) for server in servers["items"]] == [(added["server_id"], hook.url)]
        assert await community.response("groups.deleteCallbackServer", **place) == 1
    assert (await community.response("groups.getCallbackServers", **group))["count"] == 0
