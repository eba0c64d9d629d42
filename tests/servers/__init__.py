"""Real servers for tests, from wheels: nothing to install or to start by hand, as root or not."""
