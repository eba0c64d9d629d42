"""Promises to contacts: when an answer is due, and whether it was given in time."""
