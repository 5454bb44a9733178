"""A segment: a filter with a name, kept to be used again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.filters import Filter
from desktop.domain.problems import Problem
from desktop.domain.text import clean

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter. Its contacts are counted anew whenever it is looked at."""

    id: int
    name: str
    filter: Filter
    updated_at: datetime
    user_name: str = ""


def checked_name(text: str) -> str:
    """The name with single spaces. Raises Problem (field: name) for none and for more than 80 characters."""
    name = " ".join(clean(text).split())
    if not name:
        raise Problem("Name missing", "Give the segment a name.", "name")
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A segment’s name has at most {LONGEST_NAME} characters.", "name")
    return name
