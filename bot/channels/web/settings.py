"""The settings of the help page's chat."""

from typing import ClassVar, Literal

from bot.channels import Channel
from bot.channels.settings import ChannelParts, ChannelSettings
from bot.channels.web.channel import WebChannel


class WebSettings(ChannelSettings):
    """The chat of the help page: every installation has one."""

    badge: ClassVar = "WEB"
    title: ClassVar = "Help page"
    deletable_for: ClassVar = None

    kind: Literal["web"] = "web"

    def open(self, parts: ChannelParts) -> Channel:
        return WebChannel(parts.bus, parts.files, self.account)
