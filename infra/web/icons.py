"""Icons for templates, each drawn once: the library would parse and write one again for every use."""

from functools import lru_cache

from heroicons.jinja import heroicon_micro, heroicon_mini

_MOST = 500
"""Maximum number of different icons kept, far more than the templates have."""

icon = lru_cache(_MOST)(heroicon_mini)
"""Draws an icon of 20 px from its name and attributes."""
small_icon = lru_cache(_MOST)(heroicon_micro)
"""Draws an icon of 16 px from its name and attributes."""
