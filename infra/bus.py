"""Select the bus of a process: in-process, or through Redis if an address is set."""

from infra.local_bus import BACKLOG, Bus, LocalBus, Subscription

__all__ = ["BACKLOG", "Bus", "LocalBus", "Subscription", "open_bus"]


async def open_bus(redis_url: str | None) -> Bus:
    """Return the bus for this process: through Redis if an address is given, otherwise in-process."""
    if not redis_url:
        return LocalBus()
    from infra.redis_bus import RedisBus  # noqa: PLC0415 - its library is large, and most installations have no Redis

    bus = RedisBus(redis_url)
    await bus.open()
    return bus
