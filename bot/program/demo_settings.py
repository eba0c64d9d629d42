"""Which settings the demo runs with: its own database, files and socket, on this machine only.

`run` and every command ask `settings_in_force`, so a command always means the database that `run` would use.
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
"""Settings of the demo's own. What is set for a real deployment must neither open the demo to others nor meet its data."""


def is_demo(settings: Settings) -> bool:
    """Decide whether `run` means the demo: no channel is set up and no database is named."""
    return not settings.channels and "database_url" not in settings.model_fields_set


def demo_settings(settings: Settings) -> Settings:
    """The settings of the demo, still without its simulated channels."""
    return settings.model_copy(update=_OWN)


def settings_in_force(settings: Settings) -> Settings:
    """The settings that `run` would use."""
    return demo_settings(settings) if is_demo(settings) else settings


def ignored_settings(settings: Settings) -> list[str]:
    """Names of the settings that were given and that the demo does not use."""
    given = [name for name in _OWN if name in settings.model_fields_set and getattr(settings, name) != _OWN[name]]
    return [PREFIX + name.upper() if name not in {"channels", "groups"} else f"the {name}" for name in given]
