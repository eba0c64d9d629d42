"""REST interface for programs, below `/api/v1`: the desk's actions and the knowledge base."""

from handoff.api.parts import ApiParts
from handoff.api.routes import api_app

__all__ = ["ApiParts", "api_app"]
