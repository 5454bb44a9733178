"""Links to what is in a store: 'broadcast:12'. They are passed on in messages and notes, and opened by the program."""

import re
from dataclasses import dataclass
from typing import Final

from desktop.domain.problems import Problem

BROADCAST: Final = "broadcast"
_LINK: Final = re.compile(r"(?:assent:)?([a-z]+):([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Link:
    """kind: BROADCAST. id: its number in the store."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


def read_link(text: str) -> Link:
    """Raises Problem for what is no link, or leads to something that has none."""
    found = _LINK.fullmatch(text.strip().lower())
    if found is None or found[1] != BROADCAST:
        raise Problem(
            "Not a link", f"“{text.strip()[:60]}” is no link of Assent. One looks like broadcast:12."
        )
    return Link(found[1], int(found[2]))
