"""HTTP endpoints for contacts, platforms and monitoring: the help page, the webhooks, health checks."""
