"""Startup of `frontdesk run`; runs the demo if no channel is configured."""

import asyncio
import logging
from contextlib import AsyncExitStack

import click

from bot.cli.control_socket import listening
from bot.program import demo
from bot.program.app import App, open_app
from bot.program.demo_settings import DEMO_DATABASE, demo_settings, ignored_settings, is_demo
from bot.program.roles import Role, run
from bot.program.settings import Settings
from bot.program.site_parts import site_parts
from bot.web.monitoring import monitor_site
from bot.web.site import Demo, Site, build_site
from infra import heap
from infra.errors import PlainError

log = logging.getLogger(__name__)


async def open_doors(settings: Settings, only: Role | None, *, as_demo: bool = False) -> None:
    """Run until asked to stop. `as_demo` runs the demo even if channels or a database are configured.

    Raises:
        PlainError: the settings do not fit each other or the machine.
    """
    if only is not None and settings.database_url.startswith("sqlite"):
        raise PlainError(
            "Roles in separate processes need PostgreSQL: set FRONTDESK_DATABASE_URL, or leave --only out."
        )
    as_demo = as_demo or is_demo(settings)
    if as_demo:
        _report_ignored(settings)
        settings = demo_settings(settings)
    heap.share_one_arena()
    async with AsyncExitStack() as stack:
        simulated = None
        if as_demo:
            simulated = await stack.enter_async_context(demo.platforms())
            settings = demo.with_demo_channels(settings, simulated)
        app = await stack.enter_async_context(open_app(settings))
        await asyncio.to_thread(app.files.open)
        await stack.enter_async_context(listening(app))
        shown = None
        if simulated is not None:
            shown = Demo(simulated.telegram, simulated.vk, simulated.person, *await demo.furnish(app))
        else:
            await demo.retire(app)
        site = None if only == "bot" else build_site(site_parts(app), shown)
        monitor = Site(monitor_site(app.readiness_parts), _nothing) if settings.monitor else None
        heap.settle()
        await run(app, only, site, lambda address: _welcome(app, address, shown), monitor)


async def _nothing() -> None:
    """Do nothing: the monitor has no streams to close."""


def _report_ignored(settings: Settings) -> None:
    """Log the settings that the demo ignores, so that it is not mistaken for a real deployment."""
    if ignored := ignored_settings(settings):
        click.echo(
            f"This is the demo: it answers on this machine only, keeps its data in {DEMO_DATABASE} and ignores "
            f"{', '.join(ignored)}.",
            err=True,
        )


def _welcome(app: App, address: str, shown: Demo | None) -> None:
    """Print the welcome text for the operator."""
    if not address:
        click.echo("Frontdesk serves " + ", ".join(app.channels))
        return
    click.echo(f"Frontdesk is open: {address}/")
    if shown:
        click.echo(f"  Two phones to write from: {address}/")
        click.echo(f"  The desk:                 {address}/desk   {shown.agent_email}  {shown.agent_password}")
        click.echo(f"  The help page:            {address}/help")
    else:
        click.echo(f"  The desk:      {address}/desk")
        click.echo(f"  The help page: {address}/help")
