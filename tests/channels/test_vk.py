"""VK-specific behaviour: settings, keys, gaps, names, buttons."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.vk.channel import VkAccount, VkChannel
from bot.channels.vk.client import CLIENTS
from bot.simulator.faults import Fault
from bot.simulator.vk.simulator import DEMO_TOKEN, MESSAGE_EVENTS
from handoff.messages.values import Attachment, Button, EventKind, Sent
from infra.errors import PlainError
from tests.channels.harness import ANNA, BORIS, IMPATIENT, STORE, VkPlatform
from tests.channels.inlet import PATIENCE
from tests.channels.web import Proxy, serving

SECRET = "s3cret_word"
GROUP = 229000001


def _event() -> dict[str, Any]:
    message = {"id": 1, "date": 1, "from_id": ANNA, "peer_id": ANNA, "conversation_message_id": 4, "text": "hello"}
    return {"type": "message_new", "object": {"message": message}, "group_id": GROUP, "event_id": "e1"}


@pytest.fixture
async def unconnected() -> AsyncIterator[VkChannel]:
    """For what needs no platform."""
    channel = VkChannel(VkAccount("vk:test", DEMO_TOKEN, GROUP), STORE)
    yield channel
    await channel.close()


async def test_a_clock_that_is_set_back_stops_no_sending(vk: VkPlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    """vk_api paces itself by the wall clock, which each of its clients looks at."""
    await vk.writes("hello")
    await vk.inlet.heard(vk.channel, 1)
    for number in range(1, 2 * CLIENTS):
        assert isinstance(await vk.channel.send(vk.part("before", random_id=number)), Sent)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    async with asyncio.timeout(PATIENCE):
        for number in range(2 * CLIENTS, 4 * CLIENTS):
            assert isinstance(await vk.channel.send(vk.part("after", random_id=number)), Sent)


# --- settings and long poll


async def test_what_is_switched_off_is_switched_on(vk: VkPlatform) -> None:
    (switched,) = [params for method, params in vk.simulator.calls if method == "groups.setLongPollSettings"]
    assert switched["enabled"] == "1"
    assert switched["api_version"] == "5.199"
    assert {name for name in MESSAGE_EVENTS if switched[name] == "1"} == set(MESSAGE_EVENTS)


async def test_what_is_switched_on_is_left_alone(vk: VkPlatform) -> None:
    await vk.end()
    before = len(vk.simulator.calls)
    await vk.begin()
    await vk.writes("hello")
    await vk.inlet.heard(vk.channel, 1)
    called = [method for method, _ in vk.simulator.calls[before:]]
    assert "groups.getLongPollSettings" in called
    assert "groups.setLongPollSettings" not in called


async def test_without_the_right_to_switch_it_on_the_mend_is_named() -> None:
    vk = VkPlatform()
    vk.simulator.join(ANNA, "Анна")
    del vk.simulator.permissions["manage"]
    await vk.simulator.start()
    await vk.begin()
    await vk.inlet.until(lambda: "Long Poll API, switch it on" in str(vk.inlet.reports[-1:]))
    vk.simulator.enable_longpoll()
    await vk.running()
    await vk.writes("hello")
    await vk.inlet.heard(vk.channel, 1)
    await vk.close()


async def test_what_is_still_amiss_stays_reported_while_messages_come() -> None:
    vk = VkPlatform()
    vk.simulator.join(ANNA, "Анна")
    vk.simulator.enable_longpoll(["message_new"])
    del vk.simulator.permissions["manage"]
    await vk.simulator.start()
    await vk.begin()
    await vk.inlet.until(lambda: "message_event" in str(vk.inlet.reports[-1:]))
    await vk.writes("hello")
    await vk.inlet.heard(vk.channel, 1)
    assert len(vk.inlet.reports) == 1
    await vk.close()


async def test_a_token_without_messages_is_reported(vk: VkPlatform) -> None:
    await vk.end()
    right = vk.simulator.permissions.pop("messages")
    await vk.begin()
    await vk.inlet.until(lambda: "may not use messages" in str(vk.inlet.reports[-1]))
    vk.simulator.permissions["messages"] = right
    await vk.running()


async def test_a_key_that_expires_costs_nothing(vk: VkPlatform) -> None:
    await vk.writes("before")
    vk.simulator.expire_key()
    await vk.writes("after")
    heard = await vk.inlet.heard(vk.channel, 2)
    assert [event.text for event in heard] == ["before", "after"]
    assert set(vk.inlet.reports) == {None}


async def _comes_back_to(vk: VkPlatform, loss: str) -> list[str]:
    """Return Anna's and Boris's messages from a gap without events, as the channel recovers them."""
    await vk.writes("before")
    await vk.inlet.heard(vk.channel, 1)
    await vk.end()
    for number in range(3):
        await vk.simulator.writes(ANNA, f"a{number}")
        await vk.simulator.writes(BORIS, f"b{number}")
    getattr(vk.simulator, loss)()
    await vk.begin()
    await vk.writes("after")
    return [event.text for event in await vk.inlet.heard(vk.channel, 8)]


@pytest.mark.parametrize("loss", ["lose_history", "forget_everything"])
async def test_a_gap_is_filled_from_the_conversations(vk: VkPlatform, loss: str) -> None:
    heard = await _comes_back_to(vk, loss)
    assert [text for text in heard if text[:1] == "a" and text != "after"] == ["a0", "a1", "a2"]
    assert [text for text in heard if text[:2] in {"b0", "b1", "b2"}] == ["b0", "b1", "b2"]
    assert sorted(heard) == ["a0", "a1", "a2", "after", "b0", "b1", "b2", "before"]
    # What had been heard before was found again, and known by its place in the conversation.
    assert vk.inlet.repeats >= 1


async def test_a_gap_that_cannot_be_filled_yet_is_not_passed_over(vk: VkPlatform) -> None:
    vk.simulator.faults.next("messages.getHistory", Fault("server_error"), times=2)
    heard = await _comes_back_to(vk, "lose_history")
    assert sorted(heard) == ["a0", "a1", "a2", "after", "b0", "b1", "b2", "before"]


async def test_a_gap_is_stored_with_the_new_place_or_not_at_all(vk: VkPlatform) -> None:
    await vk.writes("before")
    await vk.inlet.heard(vk.channel, 1)
    await vk.end()
    place = vk.inlet.place
    await vk.writes("missed")
    vk.simulator.lose_history()
    vk.inlet.refusals = 3
    await vk.begin()
    await vk.inlet.until(lambda: vk.inlet.reports[-1] is not None)
    assert vk.inlet.place == place
    heard = await vk.inlet.heard(vk.channel, 2)
    assert [event.text for event in heard] == ["before", "missed"]
    assert vk.inlet.place != place


async def test_without_the_right_to_look_a_gap_does_not_stop_receiving(vk: VkPlatform) -> None:
    await vk.writes("before")
    await vk.inlet.heard(vk.channel, 1)
    await vk.end()
    vk.simulator.faults.next("messages.getConversations", Fault.error(15))
    vk.simulator.lose_history()
    place = vk.inlet.place
    await vk.begin()
    await vk.inlet.until(lambda: vk.inlet.place != place)
    await vk.writes("after")
    assert [event.text for event in await vk.inlet.heard(vk.channel, 2)] == ["before", "after"]


async def test_an_answer_nobody_knows_is_not_hammered(vk: VkPlatform) -> None:
    await vk.end()
    vk.simulator.faults.next("groups.getLongPollServer", Fault.error(29))
    vk.simulator.faults.next("groups.getTokenPermissions", Fault("server_error"), times=4)
    await vk.begin()
    await vk.inlet.until(lambda: "cannot be reached" in str(vk.inlet.reports[-1]))
    assert vk.simulator.faults.injected["error"] == 0


async def test_the_first_start_asks_for_no_history(vk: VkPlatform) -> None:
    assert "messages.getConversations" not in [method for method, _ in vk.simulator.calls]


async def test_the_place_is_kept_before_anything_happens(vk: VkPlatform) -> None:
    assert vk.inlet.events == []
    assert vk.inlet.place is not None


# --- names, staff, buttons


async def test_names_are_learnt_once(vk: VkPlatform) -> None:
    await vk.writes("one")
    await vk.writes("two")
    events = await vk.inlet.stored(3)
    profiles = [vk.channel.decode(event.payload) for event in events if event.key.startswith("profile:")]
    assert [(profile.kind, profile.name, profile.address.user_id) for profile in profiles if profile] == [
        (EventKind.PROFILE, "Анна Петрова", str(ANNA))
    ]
    await vk.writes("three")
    await vk.inlet.heard(vk.channel, 3)
    assert [method for method, _ in vk.simulator.calls].count("users.get") == 1


async def test_a_name_that_was_not_to_be_had_is_asked_for_again(vk: VkPlatform) -> None:
    vk.simulator.faults.next("users.get", Fault("server_error"))
    await vk.writes("one")
    async with asyncio.timeout(PATIENCE):
        # A person who writes while their name is being requested gets a request with the next message.
        while not any(event.key.startswith("profile:") for event in vk.inlet.events):
            await vk.writes("again")
            await asyncio.sleep(0.1)
    assert vk.simulator.faults.injected["server_error"] == 1
    # The call that failed came to nothing and is not among the calls; the one after it brought the name.
    assert [method for method, _ in vk.simulator.calls].count("users.get") == 1


async def test_an_answer_from_the_communitys_own_inbox_is_told(vk: VkPlatform) -> None:
    await vk.introduced()
    assert isinstance(await vk.channel.send(vk.part("from the desk")), Sent)
    message_id = await vk.simulator.inbox_replies(ANNA, "from VK's inbox", admin_id=77)
    reply = (await vk.inlet.heard(vk.channel, 2))[1]
    assert (reply.kind, reply.text, reply.message_id) == (EventKind.STAFF_REPLY, "from VK's inbox", str(message_id))
    assert reply.address.user_id == str(ANNA)
    # Our own send echoes too; its sender knows of it already, so it is not even stored.
    assert [event for event in vk.inlet.events if "from the desk" in str(event.payload)] == []


async def test_a_text_button_is_a_press_too(vk: VkPlatform) -> None:
    await vk.simulator.writes(ANNA, "Yes", payload='{"id":"c-yes"}')
    (press,) = await vk.inlet.heard(vk.channel, 1)
    assert (press.kind, press.choice_id, press.message_id) == (EventKind.PRESS, "c-yes", "")


@pytest.mark.parametrize("payload", ["no json", "[1]", '"text"', '{"id": 5}', '{"button": "x"}', "[" * 5000])
async def test_a_payload_that_is_not_ours_is_a_message(vk: VkPlatform, payload: str) -> None:
    await vk.simulator.writes(ANNA, "Yes", payload=payload)
    (event,) = await vk.inlet.heard(vk.channel, 1)
    assert (event.kind, event.text, event.choice_id) == (EventKind.MESSAGE, "Yes", "")


@pytest.mark.parametrize(("count", "widths"), [(1, [1]), (6, [1] * 6), (7, [2, 2, 2, 1]), (10, [2] * 5)])
async def test_buttons_are_packed_only_when_they_must_be(vk: VkPlatform, count: int, widths: list[int]) -> None:
    await vk.introduced()
    buttons = tuple(Button(f"b{number}", f"c{number}") for number in range(count))
    assert isinstance(await vk.channel.send(vk.part("Choose", buttons=buttons)), Sent)
    assert [len(row) for row in vk.simulator.chat(ANNA)[-1].buttons] == widths


async def test_a_sent_message_is_named_as_its_buttons_are(vk: VkPlatform) -> None:
    await vk.introduced()
    yes = Button("Yes", "c")
    sent = await vk.channel.send(vk.part("Shall we?", buttons=(yes,)))
    await vk.presses(yes)
    press = (await vk.inlet.heard(vk.channel, 2))[1]
    assert isinstance(sent, Sent)
    assert sent.platform_ids["cmid"] == press.message_id
    assert sent.platform_ids["message_id"] not in {"", "0", press.message_id}


@pytest.mark.parametrize(
    ("item", "attachment"),
    [
        (
            {"type": "photo", "photo": {"owner_id": 5, "id": 6, "access_key": "k"}},
            Attachment("photo", "", "photo5_6_k"),
        ),
        ({"type": "doc", "doc": {"owner_id": 5, "id": 6, "title": "a.pdf"}}, Attachment("document", "a.pdf", "doc5_6")),
        (
            {"type": "audio_message", "audio_message": {"owner_id": 5, "id": 6}},
            Attachment("voice", "", "audio_message5_6"),
        ),
        ({"type": "sticker", "sticker": {"sticker_id": 9}}, Attachment("sticker", "", "9")),
    ],
)
async def test_files(unconnected: VkChannel, item: dict[str, Any], attachment: Attachment) -> None:
    event = _event()
    event["object"]["message"] |= {"attachments": [item], "text": ""}
    decoded = unconnected.decode(event)
    assert decoded is not None
    assert decoded.attachments == (attachment,)


async def test_messages_in_chats_mean_nothing(unconnected: VkChannel) -> None:
    event = _event()
    assert unconnected.decode(event) is not None
    event["object"]["message"]["peer_id"] = 2_000_000_001
    assert unconnected.decode(event) is None


async def test_a_link_that_was_followed_is_told_with_the_first_words(unconnected: VkChannel) -> None:
    event = _event()
    event["object"]["message"]["ref"] = "order-17"
    decoded = unconnected.decode(event)
    assert decoded is not None
    assert (decoded.text, decoded.start) == ("hello", "order-17")


# --- the wire


@pytest.mark.parametrize(
    ("account", "named"),
    [
        (VkAccount("vk:a", DEMO_TOKEN, GROUP, proxy="socks5://127.0.0.1:1080"), "proxy"),
        (VkAccount("vk:a", DEMO_TOKEN, GROUP, mode="callback", public_url="https://x.org"), "secret"),
    ],
)
def test_settings_that_cannot_work_are_refused(account: VkAccount, named: str) -> None:
    with pytest.raises(PlainError, match=named):
        VkChannel(account, STORE)


def test_an_account_shows_no_secret() -> None:
    account = VkAccount("vk:a", DEMO_TOKEN, GROUP, proxy="http://u:p@h:1", callback_secret=SECRET)
    assert not any(secret in repr(account) for secret in (DEMO_TOKEN, "u:p", SECRET))


async def test_everything_goes_through_the_proxy(vk: VkPlatform) -> None:
    await vk.introduced()
    proxy = Proxy()
    async with serving(proxy.receive) as address:
        account = VkAccount("vk:test", DEMO_TOKEN, GROUP, vk.simulator.url, proxy=address)
        channel = VkChannel(account, STORE, pauses=IMPATIENT)
        assert isinstance(await channel.send(vk.part("through the proxy")), Sent)
        await channel.close()
    assert proxy.asked == [f"{vk.simulator.url}/method/messages.send"]


async def test_calls_stay_within_what_vk_allows_a_token(vk: VkPlatform) -> None:
    await vk.introduced()
    vk.simulator.strict_rate = True
    sends = (vk.channel.send(vk.part(f"{number}", random_id=number)) for number in range(1, 46))
    outcomes = await asyncio.gather(*sends)
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert vk.simulator.earned_6 == 0


async def test_a_call_that_hangs_does_not_hold_up_the_others(vk: VkPlatform) -> None:
    await vk.introduced()
    vk.simulator.faults.next("messages.send", Fault("hang", seconds=3600))
    hanging = asyncio.create_task(vk.channel.send(vk.part("hangs", random_id=1)))
    async with asyncio.timeout(PATIENCE):
        while not vk.simulator.faults.injected["hang"]:
            await vk.simulator.wait_change(vk.simulator.revision, 0.02)
    for number in range(2, 8):
        assert isinstance(await vk.channel.send(vk.part(f"goes {number}", random_id=number)), Sent)
    assert not hanging.done()
    hanging.cancel()
