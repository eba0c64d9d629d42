"""A simulated Telegram on loopback."""
