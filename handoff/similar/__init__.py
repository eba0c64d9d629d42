"""Questions that resemble one: open ones of the whole queue, and solved ones with the answers of colleagues."""
