"""Delivery of the outbox within each platform's rate limits."""
