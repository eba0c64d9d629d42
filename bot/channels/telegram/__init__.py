"""The Telegram channel: the only package that talks to Telegram."""
