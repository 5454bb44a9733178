"""Changing many contacts at once, in short steps, with a journal that can undo the whole."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.domain.bulk import Bulk, UndoCounts
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.people import User
from desktop.store.engine import Store


@dataclass(frozen=True, slots=True)
class AddTags:
    """Tags are made on the fly."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    """The tags themselves stay known."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """value "" clears it."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class SetOptIn:
    """reason: needed for those who opted out when value is not NO; kept with each event."""

    value: OptIn
    reason: str = ""


BulkChange = AddTags | RemoveTags | SetAttribute | SetOptIn
Tell = Callable[[int, int], None]
"""Told in the loop's thread: contacts done, contacts in all."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What was done. changed + unchanged = selected, unless it was stopped."""

    bulk_id: int
    selected_count: int
    changed_count: int
    unchanged_count: int
    stopped: bool = False


class BulkChanges:
    """The verbs. A stop is a threading.Event: set, it ends the work after the step that runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self, target: Target) -> int:
        """How many contacts the target has now."""
        raise NotImplementedError

    async def opted_out_count(self, target: Target) -> int:
        """How many of them said NO, ours or WhatsApp's: what a reason has to cover."""
        raise NotImplementedError

    async def run(
        self,
        target: Target,
        change: BulkChange,
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
    ) -> BulkResult:
        """Change them all. Raises NotAllowed, ReasonNeeded, or a Problem naming the field."""
        raise NotImplementedError

    async def undo(
        self, bulk_id: int, user: User, tell: Tell | None = None, stop: threading.Event | None = None
    ) -> UndoCounts:
        """Bring back what stood before, an import's included; what is newer stays. Raises NotAllowed, Problem."""
        raise NotImplementedError

    async def newest(self, limit: int = 50) -> Sequence[Bulk]:
        """The newest changes; one whose program is gone is INTERRUPTED."""
        raise NotImplementedError

    async def dismiss(self, bulk_id: int, user: User) -> None:
        """Leave an interrupted change as it is: it counts as done."""
        raise NotImplementedError
