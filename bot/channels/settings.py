"""The settings of a channel account, and how the account is opened from them. Each channel brings its own model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.channels import Channel, Search
from infra.bus import Bus
from infra.files import FileStore

_ACCOUNT_NAME = r"^[a-z0-9][a-z0-9_-]{0,40}$"


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What a channel is built from besides its own settings."""

    files: FileStore
    bus: Bus
    search: Search
    public_url: str
    """Where platforms reach our webhooks, without a slash at the end."""
    webhook_secret: str
    """For an account that the platform calls: what it must show."""


class ChannelSettings(BaseModel):
    """One account on one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    badge: ClassVar[str]
    """Two or three letters that stand for the channel where space is short."""
    environment: ClassVar[Mapping[str, str]] = {}
    """Names in the environment, without the common prefix, and the field that each sets. A channel without names is
    part of every installation and not set up by anybody."""
    longest_secret: ClassVar[int] = 64
    """Characters of a webhook secret that the platform takes."""

    kind: str
    name: str = Field("main", pattern=_ACCOUNT_NAME)

    @property
    def account(self) -> str:
        """`kind:name`, e.g. `vk:main`."""
        return f"{self.kind}:{self.name}"

    @property
    def is_hooked(self) -> bool:
        """Whether the platform calls us."""
        return False

    def open(self, parts: ChannelParts) -> Channel:
        """Build the channel; only then the platform's library is imported, which commands that talk to none spare.

        Raises PlainError where the settings cannot work.
        """
        raise NotImplementedError


class PlatformSettings(ChannelSettings):
    """An account on a platform: a `[[channel]]` table, or names in the environment."""

    token: SecretStr
    api_url: str | None = None
    """Another server than the platform's own."""
    proxy: str | None = Field(None, repr=False)
    mode: str
    webhook_secret: SecretStr | None = None
