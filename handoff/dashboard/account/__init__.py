"""Pages about the agent's own account."""
