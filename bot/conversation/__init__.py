"""One round with a contact: load the rows, decide, and write every effect in one transaction."""
