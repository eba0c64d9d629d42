"""Entries and categories: tables, values, validation, editing and history."""
