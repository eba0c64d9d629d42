"""The REST interface for programs, below `/api/v1`: what agents do at the desk, and the knowledge."""

from handoff.api.parts import ApiParts
from handoff.api.routes import api_app

__all__ = ["ApiParts", "api_app"]
