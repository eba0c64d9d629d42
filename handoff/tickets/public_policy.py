"""Policy for public posts of the community."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """Limits of the community's public posts."""

    per_hour: int
    """Lines in one group within an hour; 0 for none ever."""
    quiet: tuple[time, time] | None = None
    """Start and end of the quiet hours; they span midnight if the end is earlier than the start."""
    zone: tzinfo = UTC
    """Time zone of the quiet hours."""
    groups: Mapping[str, "PublicPolicy"] = field(default_factory=dict)
    """Groups with a policy of their own."""

    def there(self, group: str) -> "PublicPolicy":
        """Return the policy of the group."""
        return self.groups.get(group, self)

    def silent_at(self, now: datetime) -> bool:
        """Return whether it is a quiet hour."""
        if self.quiet is None:
            return False
        (begin, end), at = self.quiet, now.astimezone(self.zone).time()
        return begin <= at < end if begin <= end else at >= begin or at < end
