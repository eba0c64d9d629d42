"""What pages show, read in one transaction and independent of requests."""
