"""Segments: filters with a name, shared by everyone in the workspace."""

from desktop.domain.filters import Filter
from desktop.domain.people import User
from desktop.domain.segments import Segment
from desktop.store.engine import Store


class Segments:
    """The verbs on segments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Segment]:
        """All segments by name."""
        raise NotImplementedError

    async def count(self, segment_id: int) -> int:
        """How many contacts it selects now. Raises NotFound, BadFilter (a field of it is gone)."""
        raise NotImplementedError

    async def save(self, segment_id: int | None, name: str, wanted: Filter, user: User) -> int:
        """Keep a segment (None: a new one); returns its id. Raises NotAllowed, BadFilter, or a Problem (name)."""
        raise NotImplementedError

    async def delete(self, segment_id: int, user: User) -> Segment:
        """Delete it; returns what it was, so that it can be saved again. Raises NotAllowed, NotFound."""
        raise NotImplementedError
