"""Web code shared by the desk, the help page and the REST interface: assets, limits, locale, throttling."""
