"""Names of people: VK's events contain only ids, so names are requested in the background."""

import asyncio
import logging
from collections.abc import Sequence

from bot.channels import Inlet, RawEvent
from bot.channels.background_tasks import BackgroundTasks
from bot.channels.vk.client import VkClient
from bot.channels.vk.updates import profile_event, writer_of
from infra.clock import Clock

log = logging.getLogger(__name__)

_BATCH = 100
_GATHERED = 0.5
"""Seconds during which requests for new people's names are batched."""
_REMEMBERED = 100_000


class Names:
    """Requests the name of each writing person once per process, and stores it as an event of theirs."""

    def __init__(self, client: VkClient, errands: BackgroundTasks, clock: Clock) -> None:
        self._client = client
        self._errands = errands
        self._clock = clock
        self._asked: set[int] = set()
        self._wanted: list[int] = []

    def learn(self, events: Sequence[RawEvent], inlet: Inlet) -> None:
        writers = {writer_of(event.payload) for event in events} - {None} - self._asked
        people = sorted(person for person in writers if person is not None)
        self._remember(people)
        gathering, self._wanted = bool(self._wanted), [*self._wanted, *people]
        if people and not gathering:
            self._errands.run(self._gather(inlet))

    async def _gather(self, inlet: Inlet) -> None:
        """Request many names at once: VK counts these calls and sent answers against the same limit."""
        await asyncio.sleep(_GATHERED)
        people, self._wanted = self._wanted, []
        for start in range(0, len(people), _BATCH):
            await self._ask(people[start : start + _BATCH], inlet)

    def _remember(self, people: Sequence[int]) -> None:
        if len(self._asked) > _REMEMBERED:
            self._asked.clear()
        self._asked.update(people)

    async def _ask(self, people: Sequence[int], inlet: Inlet) -> None:
        try:
            profiles = await self._client.call("users.get", user_ids=",".join(map(str, people)))
            now = int(self._clock().timestamp())
            await inlet.store([profile_event(profile, now) for profile in profiles])
        except Exception as error:  # noqa: BLE001 - the name is optional; the next message asks again
            log.info("names were not learnt: %s", type(error).__name__)
            self._asked.difference_update(people)
