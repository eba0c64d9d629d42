"""The preview of a reply is what the contact's phone shows of it."""

import re
from html import unescape

from bot.channels.registry import FORMATS
from handoff.dashboard.content.reply_preview import preview_reply
from tests.journeys.stage import Stage

MARKDOWN = "**Откройте** _меню_: [справка](https://example.org/help)\n\n- `первое`\n- второе"
TAGS = {"bold": "b", "italic": "i", "code": "code", "pre": "code", "url": "a", "text_link": "a"}


async def test_the_preview_is_what_arrives(stage: Stage) -> None:
    anna = await stage.contact("Анна")
    await anna.asks_a_person()
    (ticket,) = await stage.tickets()
    boris = await stage.agent("Борис")
    for text in (MARKDOWN, "Предложение за предложением. " * 300):
        sent = await stage.app.db.read(
            lambda session, text=text: stage.app.desk.preview(session, ticket.id, boris.id, text)  # type: ignore[misc]
        )
        preview = preview_reply(sent, f"{stage.platform}:main", FORMATS[stage.platform])
        await boris.replies(ticket.id, text)
        for part in preview.parts:
            heard = await anna.hears()
            assert heard.text == unescape(re.sub(r"<[^>]+>", "", part.html))
            shown = sorted(TAGS[entity["type"]] for entity in heard.entities)
            assert shown == sorted(re.findall(r"<(\w+)", part.html))
        await stage.settled()
        assert len(preview.parts) == (1 if text is MARKDOWN else 3)
