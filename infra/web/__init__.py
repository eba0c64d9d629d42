"""What the desk, the help page and the REST interface share: assets, limits, locale, throttling."""
