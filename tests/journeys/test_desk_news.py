"""Events on open desk pages: questions to agents, but not those that the bot answers by itself."""

from handoff.dashboard import Live
from tests.journeys.stage import Stage


async def test_pages_hear_of_questions_for_people_only(stage: Stage) -> None:
    app = stage.app
    live = Live(app.db, app.bus, app.clock)
    events = live.events()
    assert await anext(events) == []
    anna, boris = await stage.contact("Анна"), await stage.contact("Борис")
    await anna.writes("забыла пароль")
    await anna.hears()
    await stage.settled()
    await boris.asks_a_person()
    (ticket,) = await stage.tickets()
    heard: set[str] = set()
    while not {"queue", f"contact-{ticket.contact_id}"} <= heard:
        heard |= set(await anext(events))
    assert heard == {"queue", f"contact-{ticket.contact_id}"}
    await events.aclose()
    await live.close()
