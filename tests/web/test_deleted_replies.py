"""A reply that an agent deletes leaves the visitor's chat, their list of questions and their export."""

import asyncio

from sqlalchemy import select

from handoff.models import Contact, Ticket
from handoff.people.privacy.archive import everything
from tests.web.counter import PATIENCE, Counter


async def test_a_deleted_reply_leaves_the_chat_at_once(counter: Counter) -> None:
    async with counter.visitor() as anna:
        await anna.writes("какая завтра погода в казани")
        await anna.hears(1)
        await anna.presses("Да, передать")
        await anna.hears(2)
        boris = await counter.agent("Boris")
        (number,) = await counter.app.db.read(lambda session: session.scalars(select(Ticket.id)).all())
        message = await boris.replies(number, "Пароль Веры: 1234.")
        assert "1234" in await anna.hears(3)
        assert "1234" in await anna.opens("/help/my")
        await boris.deletes(message)
        async with asyncio.timeout(PATIENCE):
            while "1234" in await anna.opens("/help/chat/thread"):
                await asyncio.sleep(0.05)
        assert "1234" not in await anna.opens("/help/my")
        (contact,) = await counter.app.db.read(lambda session: session.scalars(select(Contact.id)).all())
        assert "1234" not in str(await counter.app.db.read(lambda session: everything(session, contact)))
