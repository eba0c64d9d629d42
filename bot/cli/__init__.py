"""The `frontdesk` command."""
