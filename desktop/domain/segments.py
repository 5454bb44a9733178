"""A segment: a filter with a name, kept to be used again."""

from dataclasses import dataclass
from datetime import datetime

from desktop.domain.filters import Filter


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter. Its contacts are counted anew whenever it is looked at."""

    id: int
    name: str
    filter: Filter
    updated_at: datetime
    user_name: str = ""
