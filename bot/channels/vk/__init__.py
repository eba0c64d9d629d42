"""The VK channel: the only package that talks to VK."""
