"""VK's Callback API: registered, confirmed, guarded by its secret, and no less reliable than long poll."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels import HookReply
from bot.channels.vk.channel import VkAccount, VkChannel
from bot.channels.vk.client import VkClient
from bot.channels.vk.community_settings import callback_status
from bot.simulator.faults import Fault
from bot.simulator.vk.simulator import DEMO_TOKEN
from handoff.messages.values import Button, EventKind
from tests.channels.harness import ANNA, IMPATIENT, STORE, VkPlatform
from tests.channels.inlet import PATIENCE, MemoryInlet
from tests.channels.web import Door, serving

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
    return VkChannel(account, STORE, pauses=IMPATIENT)


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
