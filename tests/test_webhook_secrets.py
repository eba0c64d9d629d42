"""The secrets that platforms show when they call: derived where none is given, and short enough to be registered."""

import pytest
from pydantic import HttpUrl, SecretStr, ValidationError

from bot.channels.vk.settings import VkSettings
from bot.program.settings import Settings

_LONGEST_AT_VK = 50
_KEY = SecretStr("a long and random secret key")


def _vk(name: str = "main", secret: str | None = None) -> VkSettings:
    return VkSettings(
        name=name,
        token=SecretStr("vk1.a.a-token-of-a-community"),
        group_id=1,
        mode="callback",
        webhook_secret=SecretStr(secret) if secret else None,
    )


def test_a_derived_secret_differs_by_account_and_fits_vk() -> None:
    channels = (_vk("one"), _vk("two"))
    settings = Settings(secret_key=_KEY, public_url=HttpUrl("https://help.example.org"), channels=channels)
    one, two = map(settings.webhook_secret, channels)
    assert one != two
    assert len(one) == _LONGEST_AT_VK
    assert settings.webhook_secret(channels[0]) == one


def test_a_secret_that_vk_would_not_take_is_refused() -> None:
    assert _vk(secret="s" * _LONGEST_AT_VK).webhook_secret is not None
    with pytest.raises(ValidationError, match="at most 50 characters"):
        _vk(secret="s" * (_LONGEST_AT_VK + 1))
