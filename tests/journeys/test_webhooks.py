"""Another program is notified of what happens between a contact and an agent."""

import asyncio

from handoff.audit.log import COMMAND_LINE
from handoff.webhooks.models import CHOICES
from handoff.webhooks.registry import WebhookDraft
from tests.journeys.stage import Stage
from tests.servers.receiver import Receiver, receiving


async def test_a_receiver_hears_of_a_question_from_its_opening_to_its_end(stage: Stage) -> None:
    app = stage.app
    async with receiving() as receiver:
        draft = WebhookDraft(receiver.url, CHOICES, with_texts=True)
        hook, secret = await app.db.write(lambda session: app.webhooks.add(session, draft, COMMAND_LINE))
        sending = asyncio.create_task(app.webhook_sender.run())
        try:
            await _talks(stage, receiver)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        assert all(request.is_signed_by(secret) for request in receiver.requests)
        assert hook.id == 1


async def _talks(stage: Stage, receiver: Receiver) -> None:
    anna, olga = await stage.contact("Анна"), await stage.agent("Ольга")
    await olga.opens_the_desk()
    await anna.asks_a_person("какая завтра погода в казани")
    await receiver.hears(1)
    await olga.replies(1, "Завтра солнечно.")
    await anna.hears()
    await receiver.hears(3)
    await anna.writes("а какая погода будет в субботу в казани")
    await stage.noted("а какая погода будет в субботу в казани")
    await receiver.hears(4)
    await olga.resolves(1)
    await receiver.hears(5)
    assert receiver.events == [
        "ticket.opened", "ticket.assigned", "reply.delivered", "message.received", "ticket.resolved",
    ]  # fmt: skip
    opened, assigned, delivered, received, resolved = (request.payload["data"] for request in receiver.requests)
    assert opened["ticket"]["question"] == "какая завтра погода в казани"
    assert assigned["ticket"]["assignee_id"] == assigned["agent"]["id"]
    assert delivered["message"]["text"] == "Завтра солнечно."
    assert delivered["ticket"]["status"] == "waiting"
    assert received["message"]["text"] == "а какая погода будет в субботу в казани"
    assert (resolved["ticket"]["status"], resolved["how"]) == ("solved", "agent")
    versions = [request.payload["data"]["ticket"]["version"] for request in receiver.requests]
    assert versions == sorted(versions)
