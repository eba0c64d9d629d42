"""Alembic migrations of every table; applied by `bot.schema.migrate`."""
