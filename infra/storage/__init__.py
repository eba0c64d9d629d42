"""What the database stands on: SQLite, PostgreSQL, column types, leases and outages."""
