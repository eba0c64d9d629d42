"""Tickets: the queue, what agents do with a question, and what follows from silence."""
