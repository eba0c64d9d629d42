"""Shared ground floor: database, bus and common values. It contains nothing specific to support."""
