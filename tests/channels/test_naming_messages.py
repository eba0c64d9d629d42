"""Message ids of both platforms: a quoted message is found by the id stored when it was received or sent."""

from bot.channels import reasons
from bot.simulator.faults import Fault
from handoff.messages.values import Button, OutgoingPart, Sent, Unsendable, named_in_chat
from tests.channels.harness import ANNA, TelegramPlatform, VkPlatform

Platform = TelegramPlatform | VkPlatform


async def sent(platform: Platform, part: OutgoingPart) -> str:
    outcome = await platform.channel.send(part)
    assert isinstance(outcome, Sent)
    return named_in_chat(outcome.platform_ids)


async def test_a_quote_names_what_it_quotes(networked: Platform) -> None:
    first = await networked.simulator.writes(ANNA, "вопрос")
    (question,) = await networked.inlet.heard(networked.channel, 1)
    ours = await sent(networked, networked.part("ответ"))
    await networked.simulator.writes(ANNA, "о своём", reply_to=first)
    await networked.simulator.writes(ANNA, "о вашем", reply_to=int(ours))
    await networked.simulator.writes(ANNA, "ни о чём")
    heard = await networked.inlet.heard(networked.channel, 4)
    assert [event.reply_to for event in heard] == ["", question.message_id, ours, ""]


async def test_the_start_button_and_the_deep_link(networked: Platform) -> None:
    await networked.simulator.starts(ANNA)
    await networked.simulator.starts(ANNA, "entry-12")
    heard = await networked.inlet.heard(networked.channel, 2)
    assert [(event.text, event.start) for event in heard] == [("/start", ""), ("/start", "entry-12")]


async def test_a_message_is_edited_where_it_stands_and_a_repeat_is_harmless(networked: Platform) -> None:
    await networked.introduced()
    ours = await sent(networked, networked.part("раз", buttons=(Button("Да", "c1"), Button("Нет", "c2"))))
    address = networked.part("").address
    edit = OutgoingPart(address, networked.part("два").text, (Button("Ещё", "c3"),), 8, edits=ours)
    for _ in range(2):
        assert await sent(networked, edit) == ours
    assert [(shown.text, shown.labels) for shown in networked.shown()] == [("два", ("Ещё",))]
    plain = OutgoingPart(address, networked.part("три").text, (), 9, edits=ours)
    await networked.channel.send(plain)
    assert [(shown.text, shown.labels) for shown in networked.shown()] == [("три", ())]

    too_late = {
        "sendMessage": ("editMessageText", Fault.error(400, "Bad Request: message to edit not found")),
        "messages.send": ("messages.edit", Fault.error(909)),
    }
    networked.simulator.faults.next(*too_late[networked.send_method])
    assert await networked.channel.send(edit) == Unsendable(reasons.NOT_EDITABLE)
