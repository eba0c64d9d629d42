"""The semantic room: vectors of a language model, where one is installed."""
