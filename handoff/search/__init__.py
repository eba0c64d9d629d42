"""Full-text search over messages: an index of their stems beside them, in the same database."""
