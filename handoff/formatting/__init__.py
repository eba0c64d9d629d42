"""Formatted text as its reader sees it: what a channel shows of it, and as HTML."""
