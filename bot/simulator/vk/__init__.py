"""A simulated VK on loopback."""
