from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from tests.dashboard.rig import PROGRAM, Rig
from tests.office import Office, open_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Chromium]:
    """One browser for all tests: starting it takes longer than most tests, and each page has its own context."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options.append("--host-resolver-rules=MAP *.test 127.0.0.1")  # over plain http no secure context, unlike 127.0.0.1
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=PROGRAM, args=options)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="module")
async def rig(chromium: Chromium, tmp_path: Path) -> AsyncIterator[Rig]:
    async with open_office(tmp_path) as office, office.served() as address:
        rig = Rig(office, address, chromium)
        yield rig
    assert rig.complaints == []


@pytest.fixture
def running_clock(rig: Rig) -> None:
    """For drafts: of two saves, the one typed later is kept, and a page says how long ago its text was typed."""
    rig.office.clock.starts()
