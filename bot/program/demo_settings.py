"""Settings of the demo: its own database, files and socket, on this machine only.

`run` and every command call `settings_in_force`, so a command always uses the database that `run` would use.
"""

from pathlib import Path

from bot.program.settings import PREFIX, Settings

DEMO_DATABASE = "var/demo.db"
_OWN = {
    "database_url": f"sqlite:///{DEMO_DATABASE}",
    "files_dir": Path("var/demo-files"),
    "host": "127.0.0.1",
    "public_url": None,
    "monitor": None,
    "redis_url": None,
    "embed_sites": (),
    "channels": (),
    "groups": (),
}
"""Settings that the demo overrides: those of a real deployment must not expose the demo or touch its data."""


def is_demo(settings: Settings) -> bool:
    """Decide whether `run` means the demo: no channel is set up and no database is named."""
    return not settings.channels and "database_url" not in settings.model_fields_set


def demo_settings(settings: Settings) -> Settings:
    """Return the settings of the demo, without its simulated channels."""
    return settings.model_copy(update=_OWN)


def settings_in_force(settings: Settings) -> Settings:
    """Return the settings that `run` would use."""
    return demo_settings(settings) if is_demo(settings) else settings


def ignored_settings(settings: Settings) -> list[str]:
    """Return the names of given settings that the demo does not use."""
    given = [name for name in _OWN if name in settings.model_fields_set and getattr(settings, name) != _OWN[name]]
    return [PREFIX + name.upper() if name not in {"channels", "groups"} else f"the {name}" for name in given]
