"""Limits of public answers in groups of both platforms: none in the quiet hours, and a maximum per hour."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from infra.clock import utc_now
from tests.conftest import Backend
from tests.journeys.crowd import acquainted, overheard
from tests.journeys.stage import PATIENCE, ContactOnStage, Platform, Stage, staged


class Crowd:
    """A group chat of the platform under test."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._place = stage.telegram.groups.create("Соседи") if stage.platform == "telegram" else stage.vk.public.chat()

    def asks(self, who: ContactOnStage, text: str) -> None:
        if self._stage.platform == "telegram":
            self._stage.telegram.groups.say(self._place, who.person, f"/ask {text}", {}, None)
        else:
            self._stage.vk.public.says(self._place, who.person, f"/ask {text}")

    def lines(self) -> list[str]:
        """What was said here by us, also to one person alone."""
        stage = self._stage
        if stage.platform == "vk":
            return [message.text for message in stage.vk.public.bubbles(self._place) if not message.mine]
        alone = [text for texts in stage.telegram.groups.whispers.values() for text in texts]
        return [m.text for m in stage.telegram.groups.bubbles(self._place) if not m.mine] + alone


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


async def handed_over(stage: Stage, count: int = 1) -> list[str]:
    """The questions that went to people, once there are so many."""
    async with asyncio.timeout(PATIENCE):
        while len(tickets := await stage.tickets()) < count:
            await asyncio.sleep(0.02)
    assert {ticket.reason for ticket in tickets} == {"public"}
    return [ticket.question for ticket in tickets]


async def test_in_the_quiet_hours_nothing_is_said_and_nothing_is_lost(backend: Backend, platform: Platform) -> None:
    now = utc_now()
    hours = "-".join((now + timedelta(hours=shift)).strftime("%H:%M") for shift in (-2, 2))
    async with staged(backend, platform, public_quiet=hours) as stage:
        anna, boris, crowd = await acquainted(stage, "Анна"), await stage.contact("Борис"), Crowd(stage)
        crowd.asks(anna, "забыла пароль")
        assert "парол" in (await anna.hears()).text.lower()
        crowd.asks(boris, "забыл пароль")
        assert await handed_over(stage) == ["забыл пароль"]
        await overheard(stage, anna)
        assert crowd.lines() == []
        assert boris.replies == []


async def test_a_group_hears_no_more_than_so_many_lines_an_hour(backend: Backend, platform: Platform) -> None:
    async with staged(backend, platform, public_per_hour=2) as stage:
        anna, boris, vera = await acquainted(stage, "Анна"), await stage.contact("Борис"), await stage.contact("Вера")
        crowd, other = Crowd(stage), Crowd(stage)
        crowd.asks(boris, "забыл пароль")
        await until(lambda: len(crowd.lines()) == 1)
        crowd.asks(anna, "забыла пароль")
        await anna.hears()
        await until(lambda: len(crowd.lines()) == 2)
        crowd.asks(vera, "забыла пароль")
        assert await handed_over(stage) == ["забыла пароль"]
        crowd.asks(anna, "как скачать музыку?")
        assert "музык" in (await anna.hears()).text.lower()
        await stage.settled()
        assert len(crowd.lines()) == 2
        before = len(other.lines())
        other.asks(vera, "как скачать музыку?")
        await until(lambda: len(other.lines()) == before + 1)


async def test_an_agent_answers_by_private_message_once_the_asker_writes(backend: Backend, platform: Platform) -> None:
    async with staged(backend, platform, public_per_hour=0) as stage:
        boris, crowd, agent = await stage.contact("Борис"), Crowd(stage), await stage.agent("Ольга")
        crowd.asks(boris, "забыл пароль")
        await handed_over(stage)
        (ticket,) = await stage.tickets()
        await agent.claims(ticket.id)
        await agent.replies(ticket.id, "Нажмите «Забыли пароль».")
        await stage.settled()
        assert boris.replies == []
        await boris.starts()
        assert (await boris.hears()).text.endswith("Нажмите «Забыли пароль».")
