"""Colleagues who are named in notes with an @."""
