"""Base classes for the settings of a channel account. Each channel has its own model, which opens the account."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.channels import Channel, Search
from handoff.formatting.channel_formats import EVERY_FORMAT, Formats
from infra.bus import Bus
from infra.files import FileStore

_ACCOUNT_NAME = r"^[a-z0-9][a-z0-9_-]{0,40}$"


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """Dependencies of a channel besides its own settings."""

    files: FileStore
    bus: Bus
    search: Search
    public_url: str
    """Base URL of our webhooks, without a trailing slash."""
    webhook_secret: str
    """The secret that a webhook call must contain."""


class ChannelSettings(BaseModel, ABC):
    """One account on one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    badge: ClassVar[str]
    """Two or three letters that denote the channel in narrow places."""
    title: ClassVar[str]
    """Name of the channel where there is room for it; a platform's own name, or words that catalogues translate."""
    environment: ClassVar[Mapping[str, str]] = {}
    """Environment variables, without the common prefix, and the field that each sets. A channel without any is part of
    every installation and needs no configuration."""
    formats: ClassVar[Formats] = EVERY_FORMAT
    """The kinds of formatting that the channel shows."""
    deletable_for: ClassVar[timedelta | None] = timedelta(0)
    """How long a message can be deleted on the contact's side; None without a limit."""
    longest_secret: ClassVar[int] = 64
    """Maximum length of a webhook secret in characters."""

    kind: str
    name: str = Field("main", pattern=_ACCOUNT_NAME)

    @property
    def account(self) -> str:
        """`kind:name`, e.g. `vk:main`."""
        return f"{self.kind}:{self.name}"

    @property
    def is_hooked(self) -> bool:
        """Whether the platform calls our webhook."""
        return False

    @abstractmethod
    def open(self, parts: ChannelParts) -> Channel:
        """Build the channel. Imports the platform's library only here: commands that use no channel start faster.

        Raises PlainError if the settings cannot work.
        """


class PlatformSettings(ChannelSettings):
    """An account on a platform: a `[[channel]]` table, or names in the environment."""

    token: SecretStr
    api_url: str | None = None
    """A server other than the platform's own."""
    proxy: str | None = Field(None, repr=False)
    mode: str
    webhook_secret: SecretStr | None = None
