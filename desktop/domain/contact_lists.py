"""Lists of contacts: the people of a file, or some that were picked, in their order. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.problems import Problem
from desktop.domain.text import clean

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class ContactList:
    """row_count: rows, in which somebody may stand twice. contact_count: the people of it who are there now."""

    id: int
    name: str
    row_count: int
    contact_count: int
    created_at: datetime
    created_by_name: str = ""


def checked_name(name: str) -> str:
    """The name as it is kept. Raises a Problem of the field name."""
    kept = " ".join(clean(name).split())
    if not 1 <= len(kept) <= LONGEST_NAME:
        raise Problem("No name", f"Give the list a name of at most {LONGEST_NAME} letters.", "name")
    return kept
