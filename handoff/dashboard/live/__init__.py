"""Detection of changes, and the notification of open pages."""
