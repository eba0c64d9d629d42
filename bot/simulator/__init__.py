"""Loopback servers that behave like VK and Telegram: the real adapters talk to them in the demo and in the tests."""
