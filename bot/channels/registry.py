"""The registry of channels. A new channel is a package and a line here."""

from collections.abc import Mapping
from datetime import timedelta

from bot.channels.console.settings import ConsoleSettings
from bot.channels.settings import ChannelSettings
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.vk.settings import VkSettings
from bot.channels.web.settings import WebSettings
from handoff.formatting.channel_formats import Formats

_SETTINGS: tuple[type[ChannelSettings], ...] = (TelegramSettings, VkSettings, WebSettings, ConsoleSettings)

KINDS: Mapping[str, type[ChannelSettings]] = {model.model_fields["kind"].default: model for model in _SETTINGS}
"""By kind, e.g. `vk`."""
SET_UP: Mapping[str, type[ChannelSettings]] = {kind: model for kind, model in KINDS.items() if model.environment}
"""The kinds whose accounts are configured by the operator."""
BADGES: Mapping[str, str] = {kind: model.badge for kind, model in KINDS.items()}
DELETABLE_FOR: Mapping[str, timedelta | None] = {kind: model.deletable_for for kind, model in KINDS.items()}
FORMATS: Mapping[str, Formats] = {kind: model.formats for kind, model in KINDS.items()}
TITLES: Mapping[str, str] = {kind: model.title for kind, model in KINDS.items()}
