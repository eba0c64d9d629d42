"""The composition root: settings, schema, startup, roles and shutdown."""
