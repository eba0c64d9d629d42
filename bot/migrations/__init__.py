"""Alembic migrations of every table; applied by `bot.program.schema.migrate`."""
