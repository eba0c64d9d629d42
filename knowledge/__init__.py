"""What the community knows and how an answer is found: entries, their history, files in and out, lookups."""
