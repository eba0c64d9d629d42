"""Tickets: the queue, agents' actions on a question, and the consequences of silence."""
