"""The outbox: every outgoing part, its claims and its outcome."""
