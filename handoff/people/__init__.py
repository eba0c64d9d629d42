"""Contacts, agents and programs: who has access, and what is kept about a person."""
