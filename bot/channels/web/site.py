"""Everything that a browser or a platform can reach, as one ASGI application."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from bot.app import App
from bot.channels.web.health import health_router
from bot.channels.web.help import HelpParts, help_router
from bot.channels.web.hooks import hook_router
from bot.simulator.phones import STATIC, Phones, phones_router
from bot.simulator.telegram import TelegramSimulator
from bot.simulator.vk import VkSimulator
from handoff.api import api_app
from handoff.dashboard import DeskParts, Live, SecurityHeaders, desk_router


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's first page shows."""

    telegram: TelegramSimulator
    vk: VkSimulator
    person: int
    agent_email: str
    agent_password: str
