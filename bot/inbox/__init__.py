"""Storage and ordered handling of incoming events, and download of their files."""
