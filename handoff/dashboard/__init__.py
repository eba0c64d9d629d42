"""The pages at which agents work: everything works as plain forms, and is live where the browser runs scripts."""

from handoff.dashboard.live_events import Live
from handoff.dashboard.parts import DeskParts
from handoff.dashboard.routes import desk_router

__all__ = ["DeskParts", "Live", "desk_router"]
