"""The sending contract of every channel."""

from dataclasses import replace

import pytest

from bot.channels import reasons
from bot.simulator.faults import Fault, Kind
from handoff.messages.values import (
    Address,
    AuthBroken,
    Button,
    Entity,
    EntityKind,
    OutgoingPart,
    Refused,
    Retry,
    RichText,
    Sent,
    Unsendable,
    named_in_chat,
)
from tests.channels.harness import ANNA, BORIS, ConsolePlatform, Shown, TelegramPlatform, VkPlatform

AnyPlatform = TelegramPlatform | VkPlatform | ConsolePlatform
NetworkedPlatform = TelegramPlatform | VkPlatform


async def _introduced(platform: AnyPlatform) -> None:
    await platform.writes("hello")
    await platform.inlet.heard(platform.channel, 1)


async def test_a_text_is_shown_and_named(platform: AnyPlatform) -> None:
    await _introduced(platform)
    first = await platform.channel.send(platform.part("Здравствуйте", random_id=1))
    second = await platform.channel.send(platform.part("Ещё раз", random_id=2))
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert first.platform_ids["message_id"] != second.platform_ids["message_id"]
    assert platform.shown() == [Shown("Здравствуйте"), Shown("Ещё раз")]


async def test_formatting_is_shown_where_the_platform_can(platform: AnyPlatform) -> None:
    await _introduced(platform)
    entities = (
        Entity(EntityKind.BOLD, 3, 4),
        Entity(EntityKind.ITALIC, 8, 6),
        Entity(EntityKind.CODE, 15, 4),
        Entity(EntityKind.LINK, 20, 4, "https://example.org/?a=1&b=2"),
    )
    outcome = await platform.channel.send(platform.part("😀 bold italic code link", entities=entities))
    assert isinstance(outcome, Sent)
    expected = frozenset(
        (entity.kind.value, entity.offset, entity.length, entity.url)
        for entity in entities
        if entity.kind in platform.formats
    )
    assert platform.shown() == [Shown("😀 bold italic code link", (), expected)]


async def test_markup_in_a_text_stays_text(platform: AnyPlatform) -> None:
    await _introduced(platform)
    text = "<b>x</b> *y* _z_ [a](http://b) &amp;"
    assert isinstance(await platform.channel.send(platform.part(text)), Sent)
    assert platform.shown() == [Shown(text)]


async def test_as_many_buttons_as_the_limits_say(platform: AnyPlatform) -> None:
    await _introduced(platform)
    buttons = tuple(Button(f"Choice {number}", f"c-{number:036}") for number in range(platform.channel.limits.buttons))
    assert isinstance(await platform.channel.send(platform.part("Choose", buttons=buttons)), Sent)
    assert platform.shown() == [Shown("Choose", tuple(button.label for button in buttons))]


async def test_the_longest_text_fits(platform: AnyPlatform) -> None:
    await _introduced(platform)
    text = "я" * 4000
    assert isinstance(await platform.channel.send(platform.part(text)), Sent)
    assert platform.shown() == [Shown(text)]


# --- what only a platform can do


async def test_a_message_is_deleted_once_and_within_the_platforms_time(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    sent = await networked.channel.send(networked.part("hello"))
    assert isinstance(sent, Sent)
    deletion = replace(networked.part(""), deletes=named_in_chat(sent.platform_ids))
    assert await networked.channel.send(deletion) == Sent()
    assert networked.shown() == []
    assert await networked.channel.send(deletion) == Sent()  # a repeat finds nothing more to do


async def test_a_long_label_is_cut_with_an_ellipsis(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    outcome = await networked.channel.send(networked.part("Choose", buttons=(Button("щ" * 100, "c"),)))
    assert isinstance(outcome, Sent)
    assert networked.shown()[0].labels == ("щ" * (networked.channel.limits.label - 1) + "…",)


async def test_whoever_has_blocked_us_refuses(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    networked.simulator.blocks(ANNA)
    assert await networked.channel.send(networked.part("hello?")) == Refused(reasons.BLOCKED)
    networked.simulator.unblocks(ANNA)
    assert isinstance(await networked.channel.send(networked.part("hello!")), Sent)


async def test_whoever_never_wrote_cannot_be_written_to(networked: NetworkedPlatform) -> None:
    outcome = await networked.channel.send(networked.part("hello?", person=str(BORIS)))
    assert isinstance(outcome, Refused)
    assert outcome.reason in reasons.ALL


async def test_a_rate_limit_names_its_pause(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    for fault, pause in networked.rate_limits:
        networked.simulator.faults.next(networked.send_method, fault)
        assert await networked.channel.send(networked.part("hello")) == pause
    assert networked.shown() == []


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway_html", "dropped", "lost_answer", "half_json"])
async def test_no_answer_is_taken_for_what_a_repeat_would_do(networked: NetworkedPlatform, kind: Kind) -> None:
    await networked.introduced()
    networked.simulator.faults.next(networked.send_method, Fault(kind))
    outcome = await networked.channel.send(networked.part("hello"))
    assert type(outcome) is networked.uncertain
    assert outcome.reason in reasons.ALL
    assert networked.simulator.faults.injected[kind] == 1


async def test_a_platform_that_is_not_there_has_shown_nothing(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    await networked.simulator.stop()
    assert await networked.channel.send(networked.part("hello")) == Retry(reasons.NO_CONNECTION)


async def test_a_probe_tells_whether_the_platform_answers(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    assert await networked.channel.probe()
    networked.simulator.faults.next(networked.check_method, Fault("bad_gateway_html"))
    assert not await networked.channel.probe()
    await networked.simulator.stop()
    assert not await networked.channel.probe()
    assert networked.shown() == []


async def test_a_rejected_token_breaks_sending_until_it_is_mended(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    networked.simulator.faults.next(networked.send_method, Fault("invalid_token"))
    assert await networked.channel.send(networked.part("hello")) == AuthBroken(reasons.TOKEN)
    assert isinstance(await networked.channel.send(networked.part("hello")), Sent)


async def test_a_text_that_is_too_long_is_never_taken(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    assert await networked.channel.send(networked.part("x" * 5000)) == Unsendable(reasons.TOO_LONG)


async def test_buttons_that_are_not_taken_leave_the_text(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    part = networked.part("Choose", buttons=(Button("Yes", "x" * 300),))
    outcome = await networked.channel.send(part)
    assert outcome == Unsendable(reasons.KEYBOARD, networked.part("Choose"))
    assert isinstance(await networked.channel.send(networked.part("Choose")), Sent)
    assert networked.shown() == [Shown("Choose")]


async def test_formatting_that_is_not_taken_leaves_the_words_and_the_link(networked: NetworkedPlatform) -> None:
    await networked.introduced()
    link = Entity(EntityKind.LINK, 4, 4, "https://example.org")
    outcome = await networked.channel.send(networked.part("see this", entities=(link, Entity(EntityKind.BOLD, 90, 5))))
    assert outcome == Unsendable(reasons.FORMATTING, networked.part("see this (https://example.org)"))


async def test_an_address_that_cannot_be_one_raises_nothing(networked: NetworkedPlatform) -> None:
    part = OutgoingPart(Address(networked.channel.account, "nobody"), RichText("hello"), random_id=3)
    assert isinstance(await networked.channel.send(part), Unsendable | Refused)


async def test_vk_shows_a_repeat_once(vk: VkPlatform) -> None:
    await vk.introduced()
    vk.simulator.faults.next("messages.send", Fault("lost_answer"))
    assert vk.channel.limits.idempotent
    assert isinstance(await vk.channel.send(vk.part("hello", random_id=41)), Retry)
    assert isinstance(await vk.channel.send(vk.part("hello", random_id=41)), Sent)
    assert vk.shown() == [Shown("hello")]
    assert vk.simulator.deduplicated == 1


async def test_telegram_cannot_know_so_it_says_so(telegram: TelegramPlatform) -> None:
    await telegram.introduced()
    telegram.simulator.faults.next("sendMessage", Fault("lost_answer"))
    assert not telegram.channel.limits.idempotent
    assert type(await telegram.channel.send(telegram.part("hello"))) is telegram.uncertain
    assert telegram.shown() == [Shown("hello")]
