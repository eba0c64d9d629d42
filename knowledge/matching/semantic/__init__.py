"""Comparison by vectors of a sentence encoder."""
