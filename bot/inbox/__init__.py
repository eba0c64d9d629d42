"""Store incoming events before anything else, and fetch the files that they name."""
