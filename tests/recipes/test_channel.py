"""CONTRIBUTING's recipe "Add a channel", followed: pigeons, whose letters arrive and leave in a queue."""

import asyncio
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from bot.channels import Channel, ChannelLimits, Inlet, RawEvent
from bot.channels.downloads import Fetch
from bot.channels.registry import SET_UP
from bot.channels.settings import ChannelParts, ChannelSettings
from bot.program.app import open_app
from bot.program.settings import read_settings
from handoff.messages.values import Address, EventKind, IncomingEvent, OutgoingPart, SendOutcome, Sent
from infra.clock import utc_now
from infra.files import Incoming
from knowledge.files.loading import SourceFile, read_files
from tests.conftest import Backend
from tests.journeys.stage import KNOWLEDGE, running


class PigeonChannel:
    """One loft."""

    limits = ChannelLimits(per_second=10, per_contact=10, buttons=0, label=40, idempotent=False, concurrency=1)

    def __init__(self, account: str) -> None:
        self.account = account
        self.arriving: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        """Who writes, and what."""
        self.leaving: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def run(self, inlet: Inlet) -> None:
        await inlet.report(None)
        while True:
            bird, text = await self.arriving.get()
            await inlet.store([RawEvent(f"{bird}:{text}", None, bird, {"bird": bird, "text": text})])

    async def send(self, part: OutgoingPart) -> SendOutcome:
        self.leaving.put_nowait((part.address.user_id, part.text.text))
        return Sent({})

    async def probe(self) -> bool:
        return True

    async def fetch(self, _source: str, _into: Incoming) -> Fetch:
        return Fetch.NEVER

    def decode(self, payload: dict[str, Any]) -> IncomingEvent | None:
        return IncomingEvent(EventKind.MESSAGE, Address(self.account, payload["bird"]), utc_now(), text=payload["text"])

    async def close(self) -> None:
        """A loft stays open."""


class PigeonSettings(ChannelSettings):
    """What a loft is set up with."""

    badge: ClassVar = "PG"
    title: ClassVar = "Pager"
    environment: ClassVar = {"pigeon_loft": "loft"}

    kind: Literal["pigeon"] = "pigeon"
    loft: str

    def open(self, _parts: ChannelParts) -> Channel:
        return PigeonChannel(self.account)


async def test_a_channel_is_a_package_and_a_line(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PIGEON_LOFT": "north",
        "DATABASE_URL": backend.database_url,
        "REDIS_URL": backend.redis_url or "",
        "BURST_WINDOW": "0",
        "FILES_DIR": str(tmp_path / "files"),
    }.items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    settings = read_settings(tmp_path, {**SET_UP, "pigeon": PigeonSettings})
    async with open_app(settings) as app:
        draft = read_files([SourceFile(KNOWLEDGE.name, KNOWLEDGE.read_bytes())])
        await app.db.write(lambda session: app.library.load(session, draft, author="test"))
        await app.library.refresh()
        loft = app.channels["pigeon:main"]
        assert isinstance(loft, PigeonChannel)
        async with running(app, loft.account):
            loft.arriving.put_nowait(("anna", "не помню пароль"))
            bird, answer = await loft.leaving.get()
    assert bird == "anna"
    assert answer.startswith("Забыли пароль")
