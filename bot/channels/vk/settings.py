"""The settings of a VK community."""

from datetime import timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from bot.channels import Channel
from bot.channels.settings import ChannelParts, PlatformSettings
from bot.channels.vk.formats import FORMATS

_SHORTEST_TOKEN = 20


class VkSettings(PlatformSettings):
    """One community on VK."""

    badge: ClassVar = "VK"
    title: ClassVar = "VK"
    environment: ClassVar = {
        "vk_token": "token",
        "vk_group_id": "group_id",
        "vk_api_url": "api_url",
        "vk_mode": "mode",
        "vk_callback_secret": "webhook_secret",
        "vk_proxy": "proxy",
    }
    deletable_for: ClassVar = timedelta(hours=24)
    formats: ClassVar = frozenset(FORMATS)
    longest_secret: ClassVar = 50  # groups.addCallbackServer takes no more

    kind: Literal["vk"] = "vk"
    group_id: int = 0
    mode: Literal["longpoll", "callback"] = "longpoll"

    @property
    def is_hooked(self) -> bool:
        return self.mode == "callback"

    @model_validator(mode="after")
    def _check(self) -> Self:
        token, secret = self.token.get_secret_value(), self.webhook_secret
        if len(token) < _SHORTEST_TOKEN or not token.isascii() or any(map(str.isspace, token)):
            raise ValueError("the VK token is malformed: copy it whole from the community's settings, API usage")
        if self.group_id <= 0:
            raise ValueError("a VK token needs the number of its community: set the group id too")
        if secret and len(secret.get_secret_value()) > self.longest_secret:
            raise ValueError(
                f"VK takes a callback secret of at most {self.longest_secret} characters: give a shorter one"
            )
        return self

    def open(self, parts: ChannelParts) -> Channel:
        from bot.channels.vk.channel import VkAccount, VkChannel  # noqa: PLC0415 - see the base class

        account = VkAccount(
            account=self.account,
            token=self.token.get_secret_value(),
            group_id=self.group_id,
            api_url=self.api_url,
            proxy=self.proxy,
            mode=self.mode,
            callback_secret=parts.webhook_secret if self.is_hooked else None,
            public_url=parts.public_url if self.is_hooked else None,
        )
        return VkChannel(account, parts.files)
