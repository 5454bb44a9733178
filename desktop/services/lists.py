"""Lists of contacts to write to: of an import, or picked by hand."""

from collections.abc import Sequence

from desktop.domain.activity import Deed
from desktop.domain.contact_lists import ContactList, checked_name
from desktop.domain.people import Right, User
from desktop.domain.problems import NotFound, Problem
from desktop.services.rights import allow
from desktop.store import activity, lists
from desktop.store.engine import Store, Tx, WriteLane


class Lists:
    """The verbs on lists. A list says who is meant, never who may be written to: consent is asked of each contact."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def every(self) -> list[ContactList]:
        """All lists, the newest first."""
        return await self._store.read(lists.every)

    async def from_picked(self, name: str, contact_ids: Sequence[int], user: User) -> int:
        """A list of these contacts in this order; returns its id. Raises NotAllowed, or a Problem (name, or nobody)."""
        shown = checked_name(name)
        if not contact_ids:
            raise Problem("Nobody picked", "Pick at least one contact.", "contacts")

        def write(tx: Tx) -> int:
            allow(tx, user, Right.SEGMENTS)
            _expect_free(tx, shown, None)
            list_id = lists.make(tx, shown, contact_ids, user.id or None)
            _log(tx, user, shown, f"{len(contact_ids):,} picked")
            return list_id

        return await self._store.write(write)

    async def from_import(self, bulk_id: int, name: str, user: User) -> int:
        """The people of an imported file, as many rows as it had; returns the list's id.

        Raises NotAllowed, NotFound for an import that kept no rows, or a Problem (name).
        """
        shown = checked_name(name)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.SEGMENTS)
            list_id = lists.of_import(tx, bulk_id)
            if list_id is None:
                raise NotFound("No list of this import", "Its rows were not kept. Import the file again.")
            _expect_free(tx, shown, list_id)
            row_count = lists.set_name(tx, list_id, shown)
            _log(tx, user, shown, f"{row_count:,} rows of an import")
            return list_id

        return await self._store.write(write)

    async def rename(self, list_id: int, name: str, user: User) -> None:
        """Raises NotAllowed, NotFound, or a Problem (name)."""
        shown = checked_name(name)

        def write(tx: Tx) -> None:
            allow(tx, user, Right.SEGMENTS)
            before = lists.name_of(tx, list_id)
            _expect_free(tx, shown, list_id)
            lists.set_name(tx, list_id, shown)
            _log(tx, user, shown, f"was “{before}”")

        await self._store.write(write)

    async def delete(self, list_id: int, user: User) -> None:
        """The contacts stay. Raises NotAllowed, NotFound, or a Problem while a broadcast waits for it."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.SEGMENTS)
            name = lists.name_of(tx, list_id)
            if waiting := lists.drafts_with(tx, list_id):
                raise Problem(
                    "The list is needed",
                    f"“{waiting[0]}” takes its people from it. Choose others there first.",
                )
            lists.retire(tx, list_id)
            _log(tx, user, name, "deleted")

        await self._store.write(write)
        while await self._store.write(lists.erase, WriteLane.BULK):
            pass


def _expect_free(tx: Tx, name: str, list_id: int | None) -> None:
    if lists.id_of(tx, name) not in (None, list_id):
        raise Problem("Name taken", f"There is a list “{name}” already. Choose another name.", "name")


def _log(tx: Tx, user: User, name: str, details: str) -> None:
    activity.log(tx, user, Deed.LIST_CHANGED, name, details)
