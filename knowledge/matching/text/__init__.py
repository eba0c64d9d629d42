"""The text room: a message in, normalised words and stems out."""
