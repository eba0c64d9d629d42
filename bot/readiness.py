"""Whether every channel account that is set up is served and well."""

from datetime import timedelta

from sqlalchemy import select

from bot.app import HEARTBEAT, App
from handoff.models import ChannelState

_SILENT = timedelta(seconds=HEARTBEAT * 3)


async def channel_problems(app: App) -> dict[str, str | None]:
    """What is wrong with each account that is set up; None where nothing is."""
    states = await app.db.read(
        lambda session: {row.account: (row.problem, row.updated_at) for row in session.scalars(select(ChannelState))}
    )
    problems: dict[str, str | None] = {}
    for account in (channel.account for channel in app.settings.channels):  # the chat of the help page has no platform
        problem, seen = states.get(account, (None, None))
        silent = seen is None or app.clock() - seen > _SILENT
        problems[account] = problem or ("no running process serves it" if silent else None)
    return problems
