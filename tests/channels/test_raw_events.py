"""Any event of a platform can be keyed and stored unchanged; output of the terminal besides choices."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.console.channel import ConsoleChannel
from bot.channels.telegram import updates as telegram_updates
from bot.channels.vk import updates as vk_updates
from handoff.messages.values import Address, Button, EventKind, OutgoingPart, RichText
from infra.clock import utc_now
from tests.channels.inlet import MemoryInlet, decoded

NAMES = ["type", "object", "message", "from", "from_id", "peer_id", "user_id", "id", "event_id", "payload", "text"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_every_vk_event_can_be_stored(event: Any) -> None:  # noqa: ANN401 - any JSON
    raw = vk_updates.raw_event(event, 1_700_000_000)
    assert 0 < len(raw.key) <= 120
    assert raw == vk_updates.raw_event(json.loads(json.dumps(event)), 1_700_000_000)
    assert raw.payload["received_at"] == 1_700_000_000
    vk_updates.is_echo(event)
    vk_updates.press_of(raw.payload)
    vk_updates.writer_of(raw.payload)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*NAMES, *telegram_updates.ALLOWED_UPDATES]), JSON, max_size=4))
def test_every_telegram_update_with_an_id_can_be_stored(update: dict[str, Any]) -> None:
    now = utc_now()
    raw = telegram_updates.raw_event(update | {"update_id": 7}, now)
    assert (raw.key, raw.message_key) == ("7", None)
    assert raw.payload == update | {"update_id": 7, "received_at": int(now.timestamp())}
    telegram_updates.press_of(raw.payload)


def test_two_events_without_an_id_are_one_only_when_they_are_the_same() -> None:
    first, again, other = ({"type": "x", "object": {"a": number}} for number in (1, 1, 2))
    assert vk_updates.raw_event(first, 5).key == vk_updates.raw_event(again, 6).key
    assert vk_updates.raw_event(first, 5).key != vk_updates.raw_event(other, 5).key


@pytest.mark.parametrize(
    ("stored", "cursor"),
    [
        (None, vk_updates.Cursor()),
        ("", vk_updates.Cursor()),
        ("17", vk_updates.Cursor("17", 0)),
        ("17@1700000000", vk_updates.Cursor("17", 1_700_000_000)),
        ("@1700000000", vk_updates.Cursor("", 1_700_000_000)),
    ],
)
def test_a_place_is_read_as_it_was_written(stored: str | None, cursor: vk_updates.Cursor) -> None:
    assert vk_updates.Cursor.parse(stored) == cursor
    assert vk_updates.Cursor.parse(str(cursor)) == cursor


async def test_a_number_that_is_no_choice_is_a_message() -> None:
    lines: asyncio.Queue[str] = asyncio.Queue()
    printed: list[str] = []
    console, inlet = ConsoleChannel(lines, printed.append), MemoryInlet()
    running = asyncio.create_task(console.run(inlet))
    part = OutgoingPart(Address(console.account, "you"), RichText("Shall we?"), (Button("Yes", "y"), Button("No", "n")))
    await console.send(part)
    assert printed == ["Shall we?\n  1. Yes\n  2. No"]
    for line in ("0", "3", " 2 ", "²", "9" * 5000, "two"):
        await lines.put(line)
    heard = await inlet.heard(console, 6)
    assert [event.kind for event in heard] == [EventKind.PRESS if n == 2 else EventKind.MESSAGE for n in range(6)]
    assert heard[2].choice_id == "n"
    await console.send(OutgoingPart(part.address, RichText("Well then.")))
    await lines.put("2")
    assert (await inlet.heard(console, 7))[6].text == "2"
    assert decoded(console, inlet.events) == await inlet.heard(console, 7)
    running.cancel()
