"""Messages: neutral values, formatting, threads, edits and files."""
