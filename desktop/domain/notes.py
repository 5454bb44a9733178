"""Notes under a conversation: what colleagues tell each other. Customers never see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.people import User
from desktop.domain.text import fold

LONGEST_NOTE: Final = 4_000


@dataclass(frozen=True, slots=True)
class Note:
    """One note. mentioned_ids: who is named in it with an @."""

    id: int
    contact_id: int
    author_id: int
    author_name: str
    text: str
    at: datetime
    mentioned_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody was named in a note and has not seen it yet."""

    note: Note
    contact_name: str


def mentioned(text: str, people: Sequence[User]) -> tuple[User, ...]:
    """Who is named in the text: an @ before the whole name, in any case; the longest name that fits counts."""
    folded = fold(text)
    found: dict[int, User] = {}
    by_length = sorted(people, key=lambda one: -len(fold(one.name)))
    at = folded.find("@")
    while at >= 0:
        rest = folded[at + 1 :]
        named = next((one for one in by_length if _begins_with(rest, fold(one.name))), None)
        if named is not None:
            found[named.id] = named
        at = folded.find("@", at + 1)
    return tuple(found.values())


def _begins_with(rest: str, name: str) -> bool:
    return bool(name) and rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()
