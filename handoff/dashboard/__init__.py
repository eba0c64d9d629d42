"""The desk's pages for agents: everything works as plain forms, and updates live in browsers that run scripts."""

from handoff.dashboard.live.events import Live
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.routes import desk_router

__all__ = ["DeskParts", "Live", "desk_router"]
