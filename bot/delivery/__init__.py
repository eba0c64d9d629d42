"""Send what the outbox holds, at the pace that each platform allows."""
