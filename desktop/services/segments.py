"""Segments: filters with a name, shared by everyone in the workspace."""

from desktop.domain.activity import Deed
from desktop.domain.contact_table import TableQuery
from desktop.domain.filters import Filter
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.segments import Segment, checked_name
from desktop.services.rights import allow
from desktop.store import activity, audience, contact_table, segments
from desktop.store.engine import Store, Tx


class Segments:
    """The verbs on segments."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[Segment]:
        """All segments by name."""
        return await self._store.read(segments.every, people=True)

    async def count(self, segment_id: int) -> int:
        """How many contacts it selects now. Raises NotFound, BadFilter (a field of it is gone)."""

        def read(tx: Tx) -> int:
            return contact_table.count(tx, TableQuery(segments.get(tx, segment_id).filter))

        return await self._store.read(read)

    async def save(self, segment_id: int | None, name: str, wanted: Filter, user: User) -> int:
        """Keep a segment (None: a new one); returns its id. Raises NotAllowed, BadFilter, or a Problem (name)."""
        shown = checked_name(name)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.SEGMENTS)
            if segment_id is not None:
                segments.get(tx, segment_id)
            audience.condition(tx, wanted)
            if segments.id_of(tx, shown) not in (None, segment_id):
                raise Problem(
                    "Name taken",
                    f"There is a segment “{shown}” already. Choose another name, or change that one.",
                    "name",
                )
            activity.log(tx, user, Deed.SEGMENT_SAVED, shown)
            return segments.save(tx, segment_id, shown, wanted, user.id or None)

        return await self._store.write(write)

    async def delete(self, segment_id: int, user: User) -> Segment:
        """Delete it; returns what it was, so that it can be saved again. Raises NotAllowed, NotFound."""

        def write(tx: Tx) -> Segment:
            allow(tx, user, Right.SEGMENTS)
            found = segments.get(tx, segment_id)
            segments.delete_one(tx, segment_id)
            activity.log(tx, user, Deed.SEGMENT_DELETED, found.name)
            return found

        return await self._store.write(write)
