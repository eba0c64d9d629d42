"""The index room: phrasings in, the nearest entries of a question out."""
