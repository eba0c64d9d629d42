"""Marking a contact's message as received, with the platform's own reaction."""

from dataclasses import replace

import pytest

from bot.channels import reasons
from bot.simulator.faults import Fault
from handoff.messages.values import AuthBroken, OutgoingPart, Sent, Unsendable
from tests.channels.harness import ANNA, TelegramPlatform, VkPlatform
from tests.channels.test_sending import NetworkedPlatform


async def written(platform: NetworkedPlatform) -> OutgoingPart:
    """The mark of a message that Anna has written."""
    await platform.introduced()
    (message,) = platform.simulator.chat(ANNA)
    return replace(platform.part(""), marks=str(message.id))


async def test_the_message_bears_a_mark_however_often_it_is_set(networked: NetworkedPlatform) -> None:
    mark = await written(networked)
    assert networked.channel.limits.marks
    assert await networked.channel.send(mark) == Sent()
    assert await networked.channel.send(mark) == Sent()
    (message,) = networked.simulator.chat(ANNA)
    assert message.reaction in {"👀", "👌"}
    assert networked.shown() == []


@pytest.mark.parametrize("message", ["999", "x"])
async def test_a_message_that_is_not_there_cannot_be_marked(networked: NetworkedPlatform, message: str) -> None:
    mark = replace(await written(networked), marks=message)
    assert isinstance(await networked.channel.send(mark), Unsendable)


async def test_a_community_that_may_not_react_can_still_write(vk: VkPlatform) -> None:
    mark = await written(vk)
    vk.simulator.faults.next("messages.sendReaction", Fault.error(15))
    assert await vk.channel.send(mark) == Unsendable(reasons.RIGHTS)
    vk.simulator.faults.next("messages.sendReaction", Fault.error(5))
    assert await vk.channel.send(mark) == AuthBroken(reasons.TOKEN)


async def test_telegram_may_have_withdrawn_the_reaction(telegram: TelegramPlatform) -> None:
    mark = await written(telegram)
    refused = Fault.error(400, "Bad Request: REACTION_INVALID")
    telegram.simulator.faults.next("setMessageReaction", refused)
    assert isinstance(await telegram.channel.send(mark), Unsendable)
