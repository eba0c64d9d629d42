"""The page of one ticket, and an agent's actions on it."""
