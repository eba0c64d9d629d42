"""Writing first to a contact who did not ask."""
