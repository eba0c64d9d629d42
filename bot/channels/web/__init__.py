"""The web channel: the help page's chat."""
