"""What is VK's own: settings, keys, gaps, names, callbacks."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels import HookReply
from bot.channels.vk import VkAccount, VkChannel
from bot.channels.vk_client import VkClient
from bot.channels.vk_settings import callback_status
from bot.simulator.faults import Fault
from bot.simulator.vk import DEMO_TOKEN, MESSAGE_EVENTS
from handoff.messages import Attachment, Button, EventKind, Sent
from infra.errors import PlainError
from tests.channels.harness import ANNA, BORIS, IMPATIENT, VkPlatform
from tests.channels.inlet import PATIENCE, MemoryInlet
from tests.channels.web import Door, Proxy, serving

SECRET = "s3cret_word"
GROUP = 229000001


def _event(**changed: str | int | None) -> bytes:
    message = {"id": 1, "date": 1, "from_id": ANNA, "peer_id": ANNA, "conversation_message_id": 4, "text": "hello"}
    body = {"type": "message_new", "object": {"message": message}, "group_id": GROUP, "event_id": "e1"}
    return json.dumps(body | {"secret": SECRET} | changed).encode()


def _hooked(api_url: str = "http://127.0.0.1:9", public_url: str | None = None) -> VkChannel:
    account = VkAccount(
        "vk:test", DEMO_TOKEN, GROUP, api_url, mode="callback", callback_secret=SECRET, public_url=public_url
    )
    return VkChannel(account, pauses=IMPATIENT)


@pytest.fixture
async def hooked() -> AsyncIterator[VkChannel]:
    channel = _hooked()
    yield channel
    await channel.close()


class HookedVk(VkPlatform):
    """The same platform with callbacks instead of long poll."""

    def __init__(self, public_url: str, door: Door) -> None:
        super().__init__()
        self.address = f"{public_url}/hooks/vk/test"
        self._public_url = public_url
        self._door = door
        self._door._inlet = self.inlet

    def connect(self) -> VkChannel:
        channel = _hooked(self.simulator.url, self._public_url)
        self._door.channel = channel
        return channel


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
    """What Anna and Boris wrote while nobody listened, told of by no event, as the channel hears it."""
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
    await vk.inlet.heard(vk.channel, 1)
    for _ in range(200):
        await vk.writes("again")
        await vk.inlet.heard(vk.channel, len(vk.inlet.events) + 1)
        if any(event.key.startswith("profile:") for event in vk.inlet.events):
            break
    assert any(event.key.startswith("profile:") for event in vk.inlet.events)


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
        ({"type": "wall", "wall": {"id": 1}}, Attachment("other", "wall")),
        ({"type": "link"}, Attachment("other", "link")),
    ],
)
async def test_files(hooked: VkChannel, item: dict[str, Any], attachment: Attachment) -> None:
    event = json.loads(_event())
    event["object"]["message"] |= {"attachments": [item], "text": ""}
    decoded = hooked.decode(event)
    assert decoded is not None
    assert decoded.attachments == (attachment,)


async def test_messages_in_chats_mean_nothing(hooked: VkChannel) -> None:
    event = json.loads(_event())
    assert hooked.decode(event) is not None
    event["object"]["message"]["peer_id"] = 2_000_000_001
    assert hooked.decode(event) is None


async def test_a_link_that_was_followed_is_told_with_the_first_words(hooked: VkChannel) -> None:
    event = json.loads(_event())
    event["object"]["message"]["ref"] = "order-17"
    decoded = hooked.decode(event)
    assert decoded is not None
    assert (decoded.text, decoded.start) == ("hello", "order-17")


# --- callbacks


async def test_callbacks_are_registered_and_bring_what_long_poll_would() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        vk = HookedVk(public_url, door)
        await vk.open()
        await _until_registered(vk)
        vk.simulator.faults.next("callback", Fault("lost_answer"))
        await vk.writes("one")
        (event,) = await vk.inlet.heard(vk.channel, 1)
        assert event.text == "one"
        vk.inlet.refusals = 1
        yes = Button("Yes", "c-yes")
        await vk.channel.send(vk.part("Shall we?", buttons=(yes,)))
        await vk.presses(yes)
        await vk.acknowledged(1)
        assert [event.kind for event in await vk.inlet.heard(vk.channel, 2)] == [EventKind.MESSAGE, EventKind.PRESS]
        assert set(door.paths) == {"/hooks/vk/test"}
        # Nothing is registered twice, and no secret is stored.
        await vk.end()
        await vk.begin()
        await vk.writes("two")
        await vk.inlet.heard(vk.channel, 3)
        assert [method for method, _ in vk.simulator.calls].count("groups.addCallbackServer") == 1
        assert not any(SECRET in str(event.payload) for event in vk.inlet.events)
        await vk.close()


async def _until_registered(vk: HookedVk) -> None:
    """VK asks for the code when it likes; only then do events come."""
    client = VkClient(vk.simulator.token, vk.simulator.url, None)
    async with asyncio.timeout(PATIENCE):
        while await callback_status(client, GROUP, vk.address) != "ok":
            await vk.simulator.wait_change(vk.simulator.revision, 0.02)
    client.close()


async def test_what_came_while_callbacks_were_away_is_looked_up() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        vk = HookedVk(public_url, door)
        await vk.open()
        await _until_registered(vk)
        await vk.writes("before")
        await vk.inlet.heard(vk.channel, 1)
        await vk.end()
        # As if VK had given up repeating: it takes an answer for an acceptance that was none.
        door.channel = None
        vk.simulator._world.callbacks.servers.clear()
        await vk.writes("meanwhile")
        await vk.begin()
        assert [event.text for event in await vk.inlet.heard(vk.channel, 2)] == ["before", "meanwhile"]
        await vk.close()


async def test_without_the_right_to_register_the_mend_is_named() -> None:
    door = Door(MemoryInlet())
    async with serving(door.receive) as public_url:
        vk = HookedVk(public_url, door)
        del vk.simulator.permissions["manage"]
        await vk.simulator.start()
        await vk.begin()
        await vk.inlet.until(lambda: "add it by hand" in str(vk.inlet.reports[-1:]))
        await vk.close()


@pytest.mark.parametrize("changed", [{"secret": "wrong"}, {"secret": None}, {"secret": 5}, {"group_id": 1}])
async def test_without_the_secret_nothing_enters(hooked: VkChannel, changed: dict[str, Any]) -> None:
    inlet = MemoryInlet()
    for kind in ("message_new", "confirmation"):
        assert await hooked.accept({}, _event(type=kind, **changed), inlet) == HookReply(403)
    assert inlet.events == []


async def test_with_long_poll_no_secret_is_right(vk: VkPlatform) -> None:
    channel = vk.channel
    assert isinstance(channel, VkChannel)
    for secret in ("", "None", None, SECRET):
        assert await channel.accept({}, _event(secret=secret), vk.inlet) == HookReply(403)
    assert vk.inlet.events == []


async def test_a_repeat_is_accepted_and_kept_once(hooked: VkChannel) -> None:
    inlet = MemoryInlet()
    for _ in range(3):
        assert await hooked.accept({}, _event(), inlet) == HookReply(200, "ok")
    # The same message by another way has another event_id.
    assert await hooked.accept({}, _event(event_id="e2"), inlet) == HookReply(200, "ok")
    assert [(event.key, event.message_key) for event in inlet.events] == [("e1", f"m:{ANNA}:4")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (2**20 + 1), 413),
        (b"[]", 400),
        (b"no json", 400),
        (b"{}", 403),
        (b'{"object": ' + b"[" * 40 + b"]" * 40 + b"}", 400),
    ],
)
async def test_bodies_that_are_no_events(hooked: VkChannel, body: bytes, status: int) -> None:
    inlet = MemoryInlet()
    assert await hooked.accept({}, body, inlet) == HookReply(status)
    assert inlet.events == []


async def test_a_store_that_fails_is_no_acknowledgement(hooked: VkChannel) -> None:
    inlet = MemoryInlet()
    inlet.refusals = 1
    with pytest.raises(OSError, match="disk full"):
        await hooked.accept({}, _event(), inlet)


async def test_the_code_is_asked_for_when_vk_asks_for_it(vk: VkPlatform) -> None:
    channel = _hooked(vk.simulator.url)
    code = vk.simulator.confirmation_code
    assert await channel.accept({}, _event(type="confirmation"), vk.inlet) == HookReply(200, code)
    vk.simulator.faults.next("groups.getCallbackConfirmationCode", Fault("server_error"))
    assert await channel.accept({}, _event(type="confirmation"), vk.inlet) == HookReply(503)
    await channel.close()


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
        VkChannel(account)


def test_an_account_shows_no_secret() -> None:
    account = VkAccount("vk:a", DEMO_TOKEN, GROUP, proxy="http://u:p@h:1", callback_secret=SECRET)
    assert not any(secret in repr(account) for secret in (DEMO_TOKEN, "u:p", SECRET))


async def test_everything_goes_through_the_proxy(vk: VkPlatform) -> None:
    await vk.introduced()
    proxy = Proxy()
    async with serving(proxy.receive) as address:
        account = VkAccount("vk:test", DEMO_TOKEN, GROUP, vk.simulator.url, proxy=address)
        channel = VkChannel(account, pauses=IMPATIENT)
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
