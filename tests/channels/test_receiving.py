"""The receiving contract of every channel."""

import json

import pytest

from bot.simulator.faults import Fault, Kind
from handoff.messages.contents import Unknown
from handoff.messages.rich_text import clean
from handoff.messages.values import Button, EventKind
from tests.channels.harness import ANNA, ConsolePlatform, TelegramPlatform, VkPlatform
from tests.channels.inlet import decoded

AnyPlatform = TelegramPlatform | VkPlatform | ConsolePlatform
NetworkedPlatform = TelegramPlatform | VkPlatform

ODD_TEXTS = {
    "64 KB": "ж" * 65_536,
    "control characters": "a\x00b\x07c\x1b[31md",
    "lone surrogates": "a\ud83db\ude00c",
    "direction overrides": "\u202eexe.fdp\u202c \u2066x\u2069",
    "joined emoji": "👩‍👩‍👧‍👦" * 50,
    "markup": "<b>x</b> *y* `{{ 7*7 }}` '; DROP TABLE--",
}


async def test_a_text_arrives_with_who_wrote_it(platform: AnyPlatform) -> None:
    await platform.writes("Где мой заказ?")
    (event,) = await platform.inlet.heard(platform.channel, 1)
    assert (event.kind, event.text) == (EventKind.MESSAGE, "Где мой заказ?")
    assert event.address.account == platform.channel.account
    assert event.address.user_id == platform.inlet.events[0].user_id
    assert event.at.utcoffset() is not None


async def test_messages_keep_their_order(platform: AnyPlatform) -> None:
    said = [f"message {number}" for number in range(30)]
    for text in said:
        await platform.writes(text)
    assert [event.text for event in await platform.inlet.heard(platform.channel, 30)] == said


async def test_what_was_not_stored_comes_again(platform: AnyPlatform) -> None:
    platform.inlet.refusals = 2
    await platform.writes("first")
    await platform.writes("second")
    heard = await platform.inlet.heard(platform.channel, 2)
    assert [event.text for event in heard] == ["first", "second"]
    assert platform.inlet.refusals == 0


async def test_a_restart_goes_on_where_it_stopped(platform: AnyPlatform) -> None:
    await platform.writes("before")
    await platform.inlet.heard(platform.channel, 1)
    await platform.end()
    await platform.writes("meanwhile")
    await platform.writes("and again")
    await platform.begin()
    await platform.writes("after")
    heard = await platform.inlet.heard(platform.channel, 4)
    assert [event.text for event in heard] == ["before", "meanwhile", "and again", "after"]


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
async def test_odd_text_arrives_clean_and_stops_nothing(platform: AnyPlatform, text: str) -> None:
    await platform.writes(text)
    await platform.writes("and then")
    heard = await platform.inlet.heard(platform.channel, 2)
    assert [event.text for event in heard] == [clean(text), "and then"]


async def test_a_press_arrives_with_its_choice(platform: AnyPlatform) -> None:
    await platform.writes("hello")
    await platform.inlet.heard(platform.channel, 1)
    yes, no = Button("Yes, please", "c-yes"), Button("No", "c-no")
    await platform.channel.send(platform.part("Shall we?", buttons=(yes, no)))
    await platform.presses(no)
    press = (await platform.inlet.heard(platform.channel, 2))[-1]
    assert (press.kind, press.choice_id) == (EventKind.PRESS, "c-no")
    assert press.message_id != ""


# --- what only a platform can do


async def test_a_press_is_acknowledged(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    yes = Button("Yes", "c-yes")
    await networked.channel.send(networked.part("Shall we?", buttons=(yes,)))
    await networked.presses(yes)
    await networked.inlet.heard(networked.channel, 2)
    await networked.acknowledged(1)


async def test_a_press_that_was_not_stored_is_not_acknowledged(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    yes = Button("Yes", "c-yes")
    await networked.channel.send(networked.part("Shall we?", buttons=(yes,)))
    networked.inlet.refusals = 10**6
    await networked.presses(yes)
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is not None)
    assert networked.simulator.presses_answered() == 0
    networked.inlet.refusals = 0
    await networked.acknowledged(1)


async def test_storing_that_fails_for_long_is_reported_until_it_works(networked: NetworkedPlatform) -> None:
    networked.inlet.refusals = 5
    await networked.writes("hello")
    await networked.inlet.heard(networked.channel, 1)
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is None)
    assert len(networked.inlet.reports) == 3
    assert "stored" in str(networked.inlet.reports[1])


async def test_a_crash_before_the_acknowledgement_loses_and_doubles_nothing(networked: NetworkedPlatform) -> None:
    await networked.writes("once")
    await networked.inlet.stored(1)
    # The batch is stored; whether the platform has heard of that is a matter of luck, as in real life.
    await networked.end()
    await networked.begin()
    await networked.writes("twice")
    heard = await networked.inlet.heard(networked.channel, 2)
    assert [event.text for event in heard] == ["once", "twice"]


async def test_an_edit_names_the_message(networked: NetworkedPlatform) -> None:
    message_id = await networked.simulator.writes(ANNA, "helo")
    await networked.simulator.edits(ANNA, message_id, "hello")
    written, edited = await networked.inlet.heard(networked.channel, 2)
    assert (edited.kind, edited.text) == (EventKind.EDIT, "hello")
    assert edited.message_id == written.message_id == str(message_id)


async def test_start_carries_what_the_link_carried(networked: NetworkedPlatform) -> None:
    await networked.simulator.starts(ANNA, "order-17_x")
    await networked.simulator.starts(ANNA)
    heard = await networked.inlet.heard(networked.channel, 2)
    assert [(event.kind, event.text, event.start) for event in heard] == [
        (EventKind.MESSAGE, "/start", "order-17_x"),
        (EventKind.MESSAGE, "/start", ""),
    ]


async def test_leaving_and_coming_back(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    networked.simulator.blocks(ANNA)
    networked.simulator.unblocks(ANNA)
    heard = await networked.inlet.heard(networked.channel, 3)
    assert [event.kind for event in heard[1:]] == [EventKind.BLOCKED, EventKind.ALLOWED]


async def test_an_attachment_of_an_unknown_kind_arrives_as_such(networked: NetworkedPlatform) -> None:
    await networked.simulator.writes(ANNA, "", **networked.unsupported)
    (event,) = await networked.inlet.heard(networked.channel, 1)
    assert event.kind is EventKind.MESSAGE
    (content,) = event.contents
    assert isinstance(content, Unknown)
    assert (content.name, json.loads(content.raw)) == ("hologram", {"depth": 3})


async def test_poison_is_stored_and_stops_nothing(networked: NetworkedPlatform) -> None:
    for body in networked.poison:
        await networked.simulator.sends_raw(body)
    await networked.writes("still here")
    events = await networked.inlet.stored(len(networked.poison) + 1)
    good = next(event for event in events if event.user_id == str(ANNA) and "still here" in str(event.payload))
    assert [event.text for event in decoded(networked.channel, [good])] == ["still here"]
    assert events.index(good) == len(networked.poison)
    for event in events[: len(networked.poison)]:
        assert _makes_no_sense(networked, event.payload)


def _makes_no_sense(networked: NetworkedPlatform, payload: dict[str, object]) -> bool:
    try:
        return networked.channel.decode(payload) is None
    except Exception:  # noqa: BLE001 - decode may raise anything at all for such a payload
        return True


async def test_an_event_of_an_unknown_kind_means_nothing(networked: NetworkedPlatform) -> None:
    await networked.simulator.sends_raw({"type": "from_the_future", "object": {}, "future": {"id": 1}})
    await networked.writes("hello")
    events = await networked.inlet.stored(2)
    assert networked.channel.decode(events[0].payload) is None
    assert [event.text for event in decoded(networked.channel, events)] == ["hello"]


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway_html", "dropped", "half_json", "lost_answer"])
async def test_receiving_survives_what_the_platform_does_wrong(networked: NetworkedPlatform, kind: Kind) -> None:
    await networked.end()
    # Eight, for aiohttp repeats a look whose connection was lost: at least four failures.
    networked.simulator.faults.next(networked.receive_method, Fault(kind), times=8)
    await networked.writes("meanwhile")
    await networked.begin()
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is not None)
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is None)
    assert [event.text for event in await networked.inlet.heard(networked.channel, 1)] == ["meanwhile"]
    assert networked.simulator.faults.injected[kind] == 8


async def test_a_rejected_token_is_reported_until_it_is_accepted(networked: NetworkedPlatform) -> None:
    await networked.end()
    networked.simulator.faults.next(networked.check_method, Fault("invalid_token"), times=3)
    await networked.begin()
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is not None)
    assert "token is rejected" in str(networked.inlet.reports[-1])
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is None)
    await networked.writes("hello")
    assert [event.text for event in await networked.inlet.heard(networked.channel, 1)] == ["hello"]


async def test_an_outage_is_reported_and_survived(networked: NetworkedPlatform) -> None:
    port = int(networked.simulator.url.rpartition(":")[2])
    await networked.simulator.stop()
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is not None)
    assert "cannot be reached" in str(networked.inlet.reports[-1])
    await networked.simulator.start(port=port)
    await networked.writes("hello")
    assert [event.text for event in await networked.inlet.heard(networked.channel, 1)] == ["hello"]
    await networked.inlet.until(lambda: networked.inlet.reports[-1] is None)
