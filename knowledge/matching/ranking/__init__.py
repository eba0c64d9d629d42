"""The ranking room: features of a question and an entry in, ordered entries with probabilities out."""
