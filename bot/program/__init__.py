"""The composition root: settings, schema, start, roles and end of the program."""
