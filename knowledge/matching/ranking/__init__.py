"""Ranking: orders entries by features of a question and an entry, with probabilities."""
