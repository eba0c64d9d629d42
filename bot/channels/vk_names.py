"""What people are called: VK's events carry numbers only, so names are asked for in the background."""

import logging
from collections.abc import Sequence

from bot.channels import Inlet, RawEvent
from bot.channels.errands import Errands
from bot.channels.vk_client import VkClient
from bot.channels.vk_updates import profile_event, writer_of
from infra.clock import Clock

log = logging.getLogger(__name__)

_BATCH = 100
_REMEMBERED = 100_000


class Names:
    """Asks once per process for the name of each person who writes, and stores it as an event of theirs."""

    def __init__(self, client: VkClient, errands: Errands, clock: Clock) -> None:
        self._client = client
        self._errands = errands
        self._clock = clock
        self._asked: set[int] = set()

    def learn(self, events: Sequence[RawEvent], inlet: Inlet) -> None:
        writers = {writer_of(event.payload) for event in events} - {None} - self._asked
        people = sorted(person for person in writers if person is not None)
        for start in range(0, len(people), _BATCH):
            batch = people[start : start + _BATCH]
            self._remember(batch)
            self._errands.run(self._ask(batch, inlet))

    def _remember(self, people: Sequence[int]) -> None:
        if len(self._asked) > _REMEMBERED:
            self._asked.clear()
        self._asked.update(people)

    async def _ask(self, people: Sequence[int], inlet: Inlet) -> None:
        try:
            profiles = await self._client.call("users.get", user_ids=",".join(map(str, people)))
            now = int(self._clock().timestamp())
            await inlet.store([profile_event(profile, now) for profile in profiles])
        except Exception as error:  # noqa: BLE001 - without a name everything works; the next message asks again
            log.info("names were not learnt: %s", type(error).__name__)
            self._asked.difference_update(people)
