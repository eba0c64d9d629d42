"""A platform refuses buttons: choices are numbered in the text, agents see the reason, and buttons return later."""

import pytest
from sqlalchemy import select

from bot.simulator.faults import Fault
from bot.web.readiness import look_at
from handoff.deliveries.new_rows import accounts_without_buttons
from handoff.models import ChannelState
from tests.journeys.stage import Stage

REFUSALS = {
    "vk": (Fault.error(912, "This is a chat bot feature, change this status in settings"), Fault.error(911)),
    "telegram": (
        Fault.error(400, "Bad Request: BUTTON_DATA_INVALID"),
        Fault.error(400, "Bad Request: reply markup is too long"),
    ),
}


@pytest.mark.parametrize("kind", [0, 1])
async def test_choices_are_numbered_and_buttons_are_tried_again_after_an_hour(stage: Stage, kind: int) -> None:
    anna, boris = await stage.contact("Анна"), await stage.contact("Борис")
    method = "sendMessage" if stage.platform == "telegram" else "messages.send"
    account = f"{stage.platform}:main"

    async def flagged() -> bool:
        return account in await stage.app.db.read(lambda s: accounts_without_buttons(s, stage.app.clock()))

    async def reported() -> tuple[str, ...]:
        return (await look_at(stage.app.readiness_parts)).without_buttons

    assert not await flagged()
    assert await reported() == ()
    stage.simulator.faults.next(method, REFUSALS[stage.platform][kind])
    await anna.writes("музыка")
    offered = await anna.hears()
    assert offered.buttons == ()
    head, _, listed = offered.text.partition("\n\nОтветьте номером:\n")
    assert head == "Возможно, вы об этом:"
    labels = [line.partition(". ")[2] for line in listed.splitlines()]
    assert labels[-1] == "Ни один вариант не подходит"
    assert await flagged()
    assert await reported() == (account,)

    # The number that is typed is the press, and what follows is numbered without being refused first.
    calls = len(stage.simulator.calls)
    await anna.writes(str(labels.index("Как скачать музыку?") + 1))
    answer = await anna.hears()
    assert answer.text.startswith("Как скачать музыку?\n\nСкачать музыку можно по подписке.")
    assert answer.text.endswith("Ответьте номером:\n1. Это помогло\n2. Это не решает мою проблему")
    await stage.settled()
    assert sum(called == method for called, _ in stage.simulator.calls[calls:]) == 1
    await boris.writes("забыла пароль")
    assert (await boris.hears()).text.endswith("2. Это не решает мою проблему")

    await stage.passes(minutes=61)
    assert not await flagged()
    assert await reported() == ()
    await boris.writes("забыла пароль")
    assert "Ответьте номером" not in (await boris.hears()).text
    assert boris.labels() == ["Это помогло", "Это не решает мою проблему"]
    assert await stage.app.db.read(lambda s: s.scalar(select(ChannelState.problem))) is None
