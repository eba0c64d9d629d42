"""Pings to agents: that a question came, that it is theirs now, that its answer is overdue."""
