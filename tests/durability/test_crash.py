"""No message is lost or sent twice while the program is killed repeatedly and both platforms fail.

150 messages from 15 contacts go through both simulators; the process is killed with SIGKILL five times at random
moments while the simulators refuse, fail, and lose answers after they have delivered. `make soak` does it at length.
"""

import pytest

from tests.conftest import Backend
from tests.durability.ordeal import Scale, killed, ordeal


@pytest.mark.long
@pytest.mark.timeout(300)  # several starts of the program: on a busy machine they take their time
async def test_killed_at_random_it_loses_and_repeats_nothing(backend: Backend) -> None:
    # On one database each message is a question of its own, on the other those of a burst are one, as by default.
    window = 1.5 if backend.redis_url is None else 0
    await ordeal(backend, Scale(5, contacts=15, messages=10, pause=0.08, burst_window=window), killed)
