"""The front door: channels in, dialogue, delivery out."""
