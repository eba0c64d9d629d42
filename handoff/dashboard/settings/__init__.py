"""Settings pages for admins, one module a page."""
