"""The live knowledge base of a running process: a matcher that follows the database."""
