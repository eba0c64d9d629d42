"""Sentences of the bot that admins have put into words of their own."""
