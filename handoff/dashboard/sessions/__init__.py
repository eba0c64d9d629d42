"""Signing in to the desk, and the checks that guard every page of it."""
