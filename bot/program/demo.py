"""The demo: the real program and its real adapters with simulated platforms, and a guest on each."""

import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from bot.channels.vk.updates import Cursor
from bot.program.app import App
from bot.program.settings import Settings
from bot.simulator.telegram.simulator import TelegramSimulator
from bot.simulator.vk.simulator import VkSimulator
from handoff.deliveries.claims import random_base
from handoff.models import ChannelState, InboxEvent, InboxState
from infra.errors import PlainError
from knowledge.entries.models import Entry
from knowledge.files.loading import SourceFile, read_files
from knowledge.languages import LANGUAGES

log = logging.getLogger(__name__)

_PACKAGED = Path(__file__).parents[1] / "examples"
"""Example knowledge base of the installed package; in a clone it is in `examples/knowledge`."""
AGENT_EMAIL = "maria@example.org"
_VK = "vk:demo"
_NUMBERED_SINCE = 1_700_000_000
_ACCOUNTS = ("telegram:demo", _VK)


@dataclass(frozen=True, slots=True)
class Platforms:
    """The simulated platforms, listening on loopback."""

    telegram: TelegramSimulator
    vk: VkSimulator
    person: int
    """The id of the guest on both phones; new at each start, so the guest has no history."""


@asynccontextmanager
async def platforms() -> AsyncIterator[Platforms]:
    """Run both simulators while the block runs."""
    now = time.time()
    # A person causes fewer than four updates per second, so no start reuses an id of an earlier one.
    telegram = TelegramSimulator(first_update=int((now - _NUMBERED_SINCE) * 4))
    simulated = Platforms(telegram, VkSimulator(), int(now))
    await simulated.telegram.start()
    await simulated.vk.start()
    try:
        yield simulated
    finally:
        await simulated.telegram.stop()
        await simulated.vk.stop()


def with_demo_channels(settings: Settings, simulated: Platforms) -> Settings:
    """Return the settings with two accounts on the simulators."""
    telegram = TelegramSettings(name="demo", token=SecretStr(simulated.telegram.token), api_url=simulated.telegram.url)
    vk = VkSettings(
        name="demo",
        token=SecretStr(simulated.vk.token),
        group_id=simulated.vk.group_id,
        api_url=simulated.vk.url,
        mode="longpoll",
    )
    return settings.model_copy(update={"channels": (telegram, vk)})


def forget_last_demo(session: Session, now: datetime) -> None:
    """Drop unhandled events and cursors of the previous simulators, which start afresh each time.

    Handled events stay, as they may be many; events of the new simulators have other ids.
    """
    undone = (InboxEvent.state == InboxState.NEW, InboxEvent.account.in_(_ACCOUNTS))
    session.execute(delete(InboxEvent).where(*undone).execution_options(synchronize_session=False))
    session.execute(update(ChannelState).where(ChannelState.account.in_(_ACCOUNTS)).values(cursor=None))
    # VK sends events from the first connection on; messages from before it are looked up.
    random_base(session, _VK, now)  # the row exists from here on
    looked_up = str(Cursor(at=int(now.timestamp())))
    session.execute(update(ChannelState).where(ChannelState.account == _VK).values(cursor=looked_up))


def example_files(folder: Path | None = None) -> list[SourceFile]:
    """Read the example knowledge base, one file per language.

    Raises:
        PlainError: a file is missing, so the installation is broken and other files may be missing too.
    """
    folder = folder or (_PACKAGED if _PACKAGED.exists() else Path(__file__).parents[2] / "examples" / "knowledge")
    try:
        return [SourceFile(f"{language}.yaml", (folder / f"{language}.yaml").read_bytes()) for language in LANGUAGES]
    except OSError as error:
        raise PlainError(f"{error.filename} is missing: install Frontdesk again.") from error


async def furnish(app: App) -> tuple[str, str]:
    """Load the example knowledge base if there is none, and add a demo agent; returns the agent's e-mail and password.

    The password is random at each start, so the database holds no password that could be guessed.
    """
    password = secrets.token_urlsafe(12)
    password_hash = await app.staff.passwords.hash(password)

    def work(session: Session) -> str:
        forget_last_demo(session, app.clock())
        if not session.scalar(select(Entry.id).limit(1)):
            log.info("the demo: loading the example knowledge")
            app.library.load(session, read_files(example_files()), author="example")
        return app.staff.put_demo(session, AGENT_EMAIL, "Мария", password_hash).email

    return await app.db.write(work), password


async def retire(app: App) -> None:
    """Disable the agent of a demo that used this database, before real people use it."""
    await app.db.write(app.staff.lock_out_demo)
