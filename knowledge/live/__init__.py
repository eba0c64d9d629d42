"""The knowledge base as a running process holds it: a matcher that follows the database."""
