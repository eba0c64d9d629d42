"""Text: turns a message into normalised words and stems."""
