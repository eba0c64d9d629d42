"""How much the community says where everybody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """How much the community says in public."""

    per_hour: int
    """Lines in one group within an hour; 0 for none ever."""
    quiet: tuple[time, time] | None = None
    """From when until when nothing is said; across midnight where the second is the earlier one."""
    zone: tzinfo = UTC
    """Whose clock the quiet hours go by."""
    groups: Mapping[str, "PublicPolicy"] = field(default_factory=dict)
    """Groups that have manners of their own."""

    def there(self, group: str) -> "PublicPolicy":
        """Those that hold in the group."""
        return self.groups.get(group, self)

    def silent_at(self, now: datetime) -> bool:
        """Whether nothing is said now, whatever was said before."""
        if self.quiet is None:
            return False
        (begin, end), at = self.quiet, now.astimezone(self.zone).time()
        return begin <= at < end if begin <= end else at >= begin or at < end
