"""Loopback servers that behave like VK and Telegram, for the demo and for tests of the real adapters."""
