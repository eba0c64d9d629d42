"""What a message says: its language, its kind, its dates. Pure; the words come from `knowledge.languages`."""
