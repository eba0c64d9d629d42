"""The front door: channels in, dialogue, delivery out. Also the command line and the composition root."""
