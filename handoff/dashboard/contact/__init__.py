"""Actions on the contact of a ticket."""
