"""The settings of the terminal."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import ConfigDict

from bot.channels import Channel
from bot.channels.console.channel import ConsoleChannel
from bot.channels.settings import ChannelParts, ChannelSettings
from handoff.formatting.channel_formats import NO_FORMAT


class ConsoleSettings(ChannelSettings):
    """One terminal: the source of its lines and the function that prints."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    badge: ClassVar = "CON"
    title: ClassVar = "Terminal"
    formats: ClassVar = NO_FORMAT

    kind: Literal["console"] = "console"
    name: str = "local"
    lines: asyncio.Queue[str]
    write: Callable[[str], None]

    def open(self, parts: ChannelParts) -> Channel:  # noqa: ARG002 - a terminal needs nothing of them
        return ConsoleChannel(self.lines, self.write, self.account)
