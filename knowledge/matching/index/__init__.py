"""The index: built from phrasings, it finds the nearest entries of a question."""
