"""Contacts, agents and programs: access, and the data kept about a person."""
