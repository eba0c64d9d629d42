"""A long formatted answer: cut at sentence ends, each part with its own share of the formatting, on either platform."""

from handoff.messages.rich_text import from_markdown, units
from handoff.messages.text_parts import PART_UNITS, split
from handoff.messages.values import Button, OutgoingPart
from tests.channels.harness import TelegramPlatform, VkPlatform


async def test_each_part_is_shown_as_it_is_formatted(networked: TelegramPlatform | VkPlatform) -> None:
    await networked.introduced()
    sentences = [f"**Шаг {n} 🙂** описан [на странице](https://help.example.org/{n}) подробно." for n in range(200)]
    parts = split(from_markdown(" ".join(sentences)))
    address = networked.part("").address
    for number, text in enumerate(parts):
        last = number == len(parts) - 1
        buttons = (Button("Да", "c1"),) if last else ()
        await networked.channel.send(OutgoingPart(address, text, buttons, 100 + number))
    shown = networked.shown()
    assert len(shown) == len(parts) > 1
    for message, part in zip(shown, parts, strict=True):
        assert message.text == part.text
        assert message.text.endswith("подробно.")
        assert units(message.text) <= PART_UNITS
        assert message.formats == {(e.kind, e.offset, e.length, e.url) for e in part.entities}
        wide = message.text.encode("utf-16-le")
        bold = [wide[2 * o : 2 * (o + n)].decode("utf-16-le") for kind, o, n, _ in message.formats if kind == "bold"]
        assert all(words.startswith("Шаг ") and words.endswith(" 🙂") for words in bold)
    assert sum(len(message.formats) for message in shown) == 2 * len(sentences)
    assert [message.labels for message in shown[-2:]] == [(), ("Да",)]
