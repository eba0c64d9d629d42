"""The REST interface conforms to its description for any request.

The whole program is served, because a middleware may refuse a request before the interface sees it.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from handoff.api import api_app
from handoff.audit.log import COMMAND_LINE
from handoff.models import Role
from tests.conftest import Backend
from tests.web.counter import Counter, open_counter

EXAMPLES = 2
"""Requests to each operation; the soak test sends more."""
# What makes an entry or a file wrong is more than a description can say: that a phrasing or a
# name is taken, that YAML is broken, that a password is easy to guess. And
# for forms Hypothesis takes `$` of a pattern for "perhaps a line's end behind it".
JUDGED_BY_CONTENT = {
    "POST /entries",
    "PUT /entries/{entry_id}",
    "POST /entries/import",
    "PUT /categories/{key}/form",
    "POST /tickets/{ticket_id}/reply-with-files",
    "POST /agents",
    "PUT /agents/{agent_id}/password",
    "POST /invitations",
    "POST /tokens",
}


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[Counter, str]]:
    """The program with three questions in it, and a token of an admin."""
    async with open_counter(Backend(f"sqlite:///{folder}/frontdesk.db", None)) as counter:
        for number in range(3):
            async with counter.visitor("en") as visitor:
                await visitor.writes(f"I want a human agent: my money is gone {number}")
                await visitor.hears(1)
        app = counter.app
        yield (
            counter,
            await app.db.write(lambda session: app.staff.add_token(session, "program", Role.ADMIN, COMMAND_LINE)),
        )


class Running:
    """The program in a loop and a thread of its own, for a client that waits for its answers."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._served = served(folder)
        counter, self.token = asyncio.run_coroutine_threadsafe(self._served.__aenter__(), self._loop).result(60)
        self.address = f"{counter.address}/api/v1"

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._served.__aexit__(None, None, None), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    program = Running(tmp_path_factory.mktemp("api"))
    yield program
    program.stop()


def operations() -> "dict[str, schemathesis.APIOperation[Any, Any, Any, Any]]":
    """Everything that is described, by method and path."""
    description = api_app(None).openapi()  # type: ignore[arg-type]  # nothing is asked of it
    found = {}
    for result in schemathesis.openapi.from_dict(description).get_all_operations():
        assert isinstance(result, Ok), result.err()
        found[result.ok().label] = result.ok()
    return found


OPERATIONS = operations()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_is_described(running: Running, label: str) -> None:
    every_answer_is_described(running, label, EXAMPLES)


def every_answer_is_described(running: Running, label: str, examples: int) -> None:
    """Send what fits the description and what does not, and hold each answer against it."""
    cases = (OPERATIONS[label].as_strategy(generation_mode=mode) for mode in GenerationMode)
    excluded: list[schemathesis.CheckFunction] = [positive_data_acceptance] if label in JUDGED_BY_CONTENT else []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.one_of(*cases))
    def check(case: "schemathesis.Case[Any]") -> None:
        headers = {"Authorization": f"Bearer {running.token}"}
        case.call_and_validate(base_url=running.address, headers=headers, excluded_checks=excluded, timeout=60)

    check()
