"""Consequences of silence that are due at a moment: reminders, notices and closing."""
