"""The data that the matcher knows of words, rebuilt from packages."""
