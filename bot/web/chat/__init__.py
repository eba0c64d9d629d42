"""The chat of the help page, and its embedding in other sites."""
