"""API keys: what a program outside may ask for, and who asks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop.domain.problems import Problem
from desktop.domain.text import clean


class Scope(StrEnum):
    """What a key opens. RESTRICTED: send messages and read their status, nothing else."""

    ALL = "all"
    READ = "read"
    RESTRICTED = "restricted"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {Scope.ALL: "All", Scope.READ: "Read only", Scope.RESTRICTED: "Restricted"}

ANY_SCOPE: Final = frozenset(Scope)
"""For what says only who asks: test, me; for a message's status; and for what would become of one."""
MAY_READ: Final = frozenset({Scope.ALL, Scope.READ})
MAY_WRITE: Final = frozenset({Scope.ALL})
MAY_SEND: Final = frozenset({Scope.ALL, Scope.RESTRICTED})

KEY_PREFIX: Final = "ak_"
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Of one key's messages in a day: taken in, failed, and how many of the failed for the contact's opt-out."""

    accepted_count: int = 0
    failed_count: int = 0
    opted_out_count: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is shown; its secrets are kept as hashes only and are not part of it.

    key_id: 'ak_' and 20 letters, the public half. created_by: the person's id; None: at the shell.
    creator_left: that person's account is closed, or is no admin's any more, and the key opens nothing until it is
    again: a key acts as an admin, and who leaves may know the secrets.
    """

    id: int
    name: str
    key_id: str
    scope: Scope
    created_by: int | None
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    day: KeyFigures = KeyFigures()
    creator_left: bool = False

    @property
    def short(self) -> str:
        """Enough of the public half to tell two keys apart: 'ak_7Q…9d'."""
        return f"{self.key_id[:5]}…{self.key_id[-2:]}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key that is known, not revoked, and whose secret was right. id: the store's."""

    id: int
    name: str
    scope: Scope


def checked_key_name(name: str) -> str:
    """The name as it is kept. Raises a Problem of the field name."""
    kept = " ".join(clean(name).split())
    if not 1 <= len(kept) <= LONGEST_NAME:
        raise Problem(
            "No name",
            f"Name the key after the program that will use it, in at most {LONGEST_NAME} letters.",
            "name",
        )
    return kept
