"""The settings of a Telegram bot."""

import re
from datetime import timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from bot.channels import Channel
from bot.channels.settings import ChannelParts, PlatformSettings

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")


class TelegramSettings(PlatformSettings):
    """One bot on Telegram."""

    badge: ClassVar = "TG"
    title: ClassVar = "Telegram"
    deletable_for: ClassVar = timedelta(hours=48)
    environment: ClassVar = {
        "telegram_token": "token",
        "telegram_api_url": "api_url",
        "telegram_mode": "mode",
        "telegram_webhook_secret": "webhook_secret",
        "telegram_proxy": "proxy",
    }

    kind: Literal["telegram"] = "telegram"
    mode: Literal["polling", "webhook"] = "polling"

    @property
    def is_hooked(self) -> bool:
        return self.mode == "webhook"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not _TOKEN.fullmatch(self.token.get_secret_value()):
            raise ValueError("the Telegram token is malformed: copy it whole from BotFather, like 123456:ABC-DEF…")
        return self

    def open(self, parts: ChannelParts) -> Channel:
        from bot.channels.telegram.channel import TelegramAccount, TelegramChannel  # noqa: PLC0415 - see the base class

        account = TelegramAccount(
            account=self.account,
            token=self.token.get_secret_value(),
            api_url=self.api_url,
            proxy=self.proxy,
            mode=self.mode,
            webhook_secret=parts.webhook_secret if self.is_hooked else None,
            public_url=parts.public_url if self.is_hooked else None,
        )
        return TelegramChannel(account, parts.files, search=parts.search)
