"""Storage layer below the database: SQLite, PostgreSQL, column types, leases and outages."""
